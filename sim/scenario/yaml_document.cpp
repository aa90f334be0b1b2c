#include "sim/scenario/yaml_document.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "base/messages.hpp"
#include "sim/scenario/yaml_traps.hpp"

namespace wirestory::sim {
namespace {

// Builds the tree from the parser's events, with a stack instead of recursion.
class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const SourceText& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        leaf(mark, "", anchor, YamlNode::Kind::kNull);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, tr("an alias (`*`) cannot be used in a scenario"), tr("write the text out where it is needed"));
        leaf(mark, "", 0, YamlNode::Kind::kNull);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        leaf(mark, tag, anchor, YamlNode::Kind::kScalar).scalar = value;
        if (tag == "!") last().quoted = true;
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override {
        open(mark, tag, anchor, YamlNode::Kind::kSequence, style);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override {
        open(mark, tag, anchor, YamlNode::Kind::kMap, style);
    }
    void OnMapEnd() override { close(); }

    [[nodiscard]] bool has_root() const { return has_root_; }
    YamlNode take_root() { return std::move(root_); }

private:
    YamlNode& last() { return stack_.empty() ? root_ : stack_.back().items.back(); }

    YamlNode& leaf(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
        YamlNode node;
        node.kind = kind;
        node.offset = offset_of(mark);
        check_properties(mark, tag, anchor);
        return attach(std::move(node));
    }
    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind,
              YAML::EmitterStyle::value style) {
        check_properties(mark, tag, anchor);
        YamlNode node;
        node.kind = kind;
        node.flow = style == YAML::EmitterStyle::Flow;
        node.offset = offset_of(mark);
        stack_.push_back(std::move(node));
    }
    void close() {
        YamlNode node = std::move(stack_.back());
        stack_.pop_back();
        attach(std::move(node));
    }
    YamlNode& attach(YamlNode node) {
        if (stack_.empty()) {
            has_root_ = true;
            root_ = std::move(node);
        } else {
            stack_.back().items.push_back(std::move(node));
        }
        return last();
    }
    void check_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0)
            refuse(mark, tr("an anchor (`&`) cannot be used in a scenario"),
                   tr("write the text out where it is needed"));
        if (!tag.empty() && tag != "?" && tag != "!")
            refuse(mark, tr("a tag (`!`) cannot be used in a scenario"),
                   tr("put text that begins with `!` into quotes"));
    }
    void refuse(const YAML::Mark& mark, std::string message, std::string hint) {
        const std::size_t offset = offset_of(mark);
        diagnostics_.error(source_.span(offset, offset + 1), std::move(message), std::move(hint));
    }
    static std::size_t offset_of(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.pos, 0)); }

    const SourceText& source_;
    Diagnostics& diagnostics_;
    std::vector<YamlNode> stack_;
    YamlNode root_;
    bool has_root_ = false;
};

struct Attempt {
    std::optional<YamlNode> root;
    std::optional<YamlFault> fault;
    std::vector<Diagnostic> found;
    std::optional<std::size_t> second_document;
};

Attempt attempt_parse(const SourceText& source, const std::string& text) {
    Attempt attempt;
    Diagnostics found;
    TreeBuilder builder(source, found);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(builder) && builder.has_root()) attempt.root = builder.take_root();
        TreeBuilder rest(source, found);
        if (attempt.root && parser.HandleNextDocument(rest)) attempt.second_document = rest.take_root().offset;
    } catch (const YAML::Exception& error) {
        attempt.fault = YamlFault{static_cast<std::size_t>(std::max(error.mark.pos, 0)), error.msg};
    } catch (const std::exception& error) {  // out of memory, or a fault of the parser's own
        attempt.fault = YamlFault{0, error.what()};
    }
    attempt.found = std::move(found.items);
    return attempt;
}

// Quotes that are never closed swallow the rest of the file without an error from the parser.
void check_quotes(const SourceText& source, const YamlNode& node, Diagnostics& diagnostics) {
    for (const YamlNode& item : node.items) check_quotes(source, item, diagnostics);
    if (!node.is_scalar() || !node.quoted || node.offset >= source.text().size()) return;
    const char quote = source.text()[node.offset];
    if (quote != '"' && quote != '\'') return;
    const PlacedText placed = place(source, node);
    std::size_t end = placed.offsets.back();
    while (end < source.text().size() && std::string_view(" \t\r\n").find(source.text()[end]) != std::string_view::npos)
        ++end;
    if (end < source.text().size()) return;
    diagnostics.error(source.span(node.offset, node.offset + 1), tr_format("the quote {} is never closed", quote),
                      tr_format("close it with {} at the end of the text", quote));
}

void restore_spaces(YamlNode& node) {
    std::replace(node.scalar.begin(), node.scalar.end(), kStandInForSpace, ' ');
    for (YamlNode& item : node.items) restore_spaces(item);
}

}  // namespace

const char* YamlNode::describe() const {
    switch (kind) {
        case Kind::kScalar: return tr("text");
        case Kind::kSequence: return tr("a list");
        case Kind::kMap: return tr("a mapping");
        case Kind::kNull: break;
    }
    return tr("nothing");
}

std::optional<YamlNode> parse_yaml(const SourceText& source, Diagnostics& diagnostics) {
    constexpr int kMaxRepairs = 20;
    std::string text{source.text()};
    Attempt attempt = attempt_parse(source, text);
    // A colon inside an unquoted step stops every YAML parser. Reporting it and reading on as the author meant it shows
    // the other mistakes of the file too.
    for (int repairs = 0; attempt.fault && repairs < kMaxRepairs; ++repairs) {
        if (!report_and_repair_colon(source, *attempt.fault, text, diagnostics)) break;
        attempt = attempt_parse(source, text);
    }
    for (Diagnostic& item : attempt.found) diagnostics.items.push_back(std::move(item));
    if (attempt.fault) {
        report_yaml_fault(source, *attempt.fault, diagnostics);
        return std::nullopt;
    }
    if (attempt.second_document) {
        const std::size_t offset = *attempt.second_document;
        diagnostics.error(source.span(offset, offset + 1), tr("a second YAML document begins here"),
                          tr("one file holds one scenario: move this one to a file of its own"));
    }
    if (!attempt.root) return std::nullopt;
    check_quotes(source, *attempt.root, diagnostics);
    if (text != source.text()) restore_spaces(*attempt.root);
    return std::move(attempt.root);
}

}  // namespace wirestory::sim

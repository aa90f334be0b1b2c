#include "analysis/filter/parser.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/filter/literal.hpp"
#include "analysis/filter/operand.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::analysis::filter {

namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr int kDeepest = 100;  // brackets and nots in one another: recursion stays small

struct RelationName {
    std::string_view text;
    Relation relation;
    bool every;
};
// Wireshark 4: `!=` wants every value different, `~=` any; `===` every one equal.
constexpr std::array kRelations = {
    RelationName{"==", Relation::kEqual, false},        RelationName{"eq", Relation::kEqual, false},
    RelationName{"any_eq", Relation::kEqual, false},    RelationName{"===", Relation::kEqual, true},
    RelationName{"all_eq", Relation::kEqual, true},     RelationName{"!=", Relation::kNotEqual, true},
    RelationName{"ne", Relation::kNotEqual, true},      RelationName{"all_ne", Relation::kNotEqual, true},
    RelationName{"~=", Relation::kNotEqual, false},     RelationName{"!==", Relation::kNotEqual, false},
    RelationName{"any_ne", Relation::kNotEqual, false}, RelationName{"<", Relation::kLess, false},
    RelationName{"lt", Relation::kLess, false},         RelationName{"<=", Relation::kLessEqual, false},
    RelationName{"le", Relation::kLessEqual, false},    RelationName{">", Relation::kGreater, false},
    RelationName{"gt", Relation::kGreater, false},      RelationName{">=", Relation::kGreaterEqual, false},
    RelationName{"ge", Relation::kGreaterEqual, false}, RelationName{"contains", Relation::kContains, false},
    RelationName{"matches", Relation::kMatches, false}, RelationName{"~", Relation::kMatches, false},
};

const RelationName* relation_of(const Token& token) {
    if (token.kind != TokenKind::kRelation && token.kind != TokenKind::kWord) return nullptr;
    const auto* found = std::find_if(kRelations.begin(), kRelations.end(),
                                     [&](const RelationName& name) { return name.text == token.text; });
    return found == kRelations.end() ? nullptr : found;
}

class Parser {
public:
    Parser(std::vector<Token> tokens, Language language) : tokens_(std::move(tokens)), language_(language) {}

    tl::expected<ParsedFilter, FilterError> run() {
        const auto root = any_of(NodeKind::kOr);
        if (root && next().kind != TokenKind::kEnd) unexpected_token();
        if (error_) return tl::unexpected<FilterError>(std::move(*error_));
        parsed_.program.root = *root;
        return std::move(parsed_);
    }

private:
    using MaybeNode = std::optional<std::uint32_t>;  // nothing: error_ is set

    [[nodiscard]] const Token& next() const { return tokens_[at_]; }
    [[nodiscard]] const Token& after_next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
    void skip() {
        if (at_ + 1 < tokens_.size()) ++at_;
    }
    std::nullopt_t fail(FilterError error) {
        if (!error_) error_ = std::move(error);
        return std::nullopt;
    }
    std::nullopt_t fail(const Token& token, std::string message, std::string hint = {}) {
        return fail({std::move(message), std::move(hint), token.begin, token.length});
    }
    std::nullopt_t unexpected_token();

    MaybeNode any_of(NodeKind kind);
    MaybeNode unary();
    MaybeNode test();
    MaybeNode comparisons(Operand left, const Token& left_token);
    MaybeNode alone(Operand operand, const Token& token);
    MaybeNode membership(const Operand& left, bool negated);
    MaybeNode comparison(const Operand& left, const RelationName& relation, Operand& right_out);
    MaybeNode swapped();
    std::optional<Operand> operand();
    bool member(const Operand& left, std::vector<Literal>& out);
    bool slice_and_mask(Operand& operand);
    bool pattern(Test& test, const Token& token);

    std::uint32_t add(Node node) {
        parsed_.program.nodes.push_back(std::move(node));
        return static_cast<std::uint32_t>(parsed_.program.nodes.size() - 1);
    }
    std::uint32_t add(Test test) {
        parsed_.program.tests.push_back(std::move(test));
        return add(Node{NodeKind::kTest, {static_cast<std::uint32_t>(parsed_.program.tests.size() - 1)}});
    }

    std::vector<Token> tokens_;
    Language language_;
    std::size_t at_ = 0;
    int depth_ = 0;
    ParsedFilter parsed_;
    std::optional<FilterError> error_;
};

std::nullopt_t Parser::unexpected_token() {
    const Token& token = next();
    switch (token.kind) {
        case TokenKind::kEnd:
            return fail(token, tr_in(language_, "the filter ends where something to compare should stand"));
        case TokenKind::kClose: return fail(token, tr_in(language_, "a closing bracket that nothing opened"));
        case TokenKind::kWord:
        case TokenKind::kString:
        case TokenKind::kOpen: {
            const std::string hint = capture_filter_hint(tokens_, at_, language_);
            return fail(token, tr_in(language_, "two tests stand side by side"),
                        hint.empty() ? std::string(tr_in(language_, "join them with and, or")) : hint);
        }
        case TokenKind::kSlice:
            return fail(token, tr_in(language_, "a slice stands right behind a field"),
                        tr_in(language_, "write tcp.payload[0:4]"));
        default: return fail(token, tr_format_in(language_, "`{}` cannot stand here", token.text));
    }
}

// One level of and, xor, or: the members of a chain are children of one node, so that long chains are not deep.
Parser::MaybeNode Parser::any_of(NodeKind kind) {
    const TokenKind joint = kind == NodeKind::kOr    ? TokenKind::kOr
                            : kind == NodeKind::kXor ? TokenKind::kXor
                                                     : TokenKind::kAnd;
    Node node{kind, {}};
    do {
        if (!node.children.empty()) skip();
        const MaybeNode child = kind == NodeKind::kOr    ? any_of(NodeKind::kXor)
                                : kind == NodeKind::kXor ? any_of(NodeKind::kAnd)
                                                         : unary();
        if (!child) return std::nullopt;
        node.children.push_back(*child);
    } while (next().kind == joint);
    return node.children.size() == 1 ? node.children.front() : add(std::move(node));
}

Parser::MaybeNode Parser::unary() {
    const Token& token = next();
    if (token.kind != TokenKind::kNot && token.kind != TokenKind::kOpen) return test();
    if (++depth_ > kDeepest) return fail(token, tr_in(language_, "brackets stand too deep in one another"));
    skip();
    MaybeNode inner = token.kind == TokenKind::kNot ? unary() : any_of(NodeKind::kOr);
    --depth_;
    if (!inner) return std::nullopt;
    if (token.kind == TokenKind::kNot) return add(Node{NodeKind::kNot, {*inner}});
    if (next().kind == TokenKind::kEnd) return fail(token, tr_in(language_, "this bracket is never closed"));
    if (next().kind != TokenKind::kClose) return unexpected_token();
    skip();
    return inner;
}

Parser::MaybeNode Parser::test() {
    const Token& token = next();
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kString) return unexpected_token();
    const bool is_field = token.kind == TokenKind::kWord && find_field(token.text) != nullptr;
    const RelationName* relation = relation_of(after_next());
    if (!is_field && relation != nullptr) {
        const Token& third = tokens_[std::min(at_ + 2, tokens_.size() - 1)];
        if (third.kind == TokenKind::kWord && find_field(third.text) != nullptr) return swapped();
    }
    auto left = operand();
    if (!left) return std::nullopt;
    return comparisons(*left, token);
}

// `80 == tcp.port`
Parser::MaybeNode Parser::swapped() {
    const Token literal_token = next();
    RelationName relation = *relation_of(after_next());
    skip();
    skip();
    auto field = operand();
    if (!field) return std::nullopt;
    switch (relation.relation) {
        case Relation::kLess: relation.relation = Relation::kGreater; break;
        case Relation::kLessEqual: relation.relation = Relation::kGreaterEqual; break;
        case Relation::kGreater: relation.relation = Relation::kLess; break;
        case Relation::kGreaterEqual: relation.relation = Relation::kLessEqual; break;
        case Relation::kContains:
        case Relation::kMatches: return fail(literal_token, tr_in(language_, "the field stands first here"));
        default: break;
    }
    if (auto wrong = wrong_relation(*field, relation.relation, language_)) return fail(literal_token, *wrong);
    auto literal = parse_literal(*field->field, field->slice.has_value(), literal_token, language_);
    if (!literal) return fail(literal.error());
    const std::uint32_t first = add(Test{*field, relation.relation, relation.every, {*literal}, {}, nullptr});
    if (relation_of(next()) == nullptr) return first;
    const MaybeNode rest = comparisons(*field, next());  // 1 < tcp.len < 10
    if (!rest) return std::nullopt;
    return add(Node{NodeKind::kAnd, {first, *rest}});
}

std::optional<Operand> Parser::operand() {
    const Token& token = next();
    Operand operand;
    operand.field = token.kind == TokenKind::kWord ? find_field(token.text) : nullptr;
    if (operand.field == nullptr) {
        std::string hint = capture_filter_hint(tokens_, at_, language_);
        if (hint.empty()) hint = field_hint(token.text, language_);
        return fail(token, tr_format_in(language_, "there is no field {}", shown(token.text)), hint);
    }
    skip();
    if (!slice_and_mask(operand)) return std::nullopt;
    return operand;
}

bool Parser::slice_and_mask(Operand& operand) {
    const Field& field = *operand.field;
    if (next().kind == TokenKind::kSlice) {
        const Token& token = next();
        operand.slice = parse_slice(token.text);
        if (!operand.slice) {
            fail(token, tr_in(language_, "a slice is [first:length], [first-last], [:length], [first:] or [position]"));
            return false;
        }
        if (!is_bytes(field.type) && field.type != FieldType::kText) {
            fail(token, tr_format_in(language_, "{} has no bytes to take a part of", field.name));
            return false;
        }
        skip();
    }
    if (next().kind != TokenKind::kRelation || next().text != "&") return true;
    if (field.type != FieldType::kNumber || operand.slice) {
        fail(next(), tr_format_in(language_, "{} is no number, so it has no bits", field.name),
             tr_in(language_, "for `and` write && or the word"));
        return false;
    }
    skip();
    const auto bits = parse_number(next().text);
    if (!bits || next().kind != TokenKind::kWord) {
        fail(next(), tr_in(language_, "behind & stands the number whose bits count"),
             tr_in(language_, "write tcp.flags & 0x12"));
        return false;
    }
    operand.mask = *bits;
    skip();
    return true;
}

Parser::MaybeNode Parser::comparisons(Operand left, const Token& left_token) {
    const Token& token = next();
    const bool negated = token.kind == TokenKind::kNot && after_next().text == "in";
    if (negated) skip();
    if (next().kind == TokenKind::kWord && next().text == "in") return membership(left, negated);
    const RelationName* relation = relation_of(next());
    if (relation == nullptr) {
        if (token.kind == TokenKind::kWord && after_next().kind == TokenKind::kWord) {
            static constexpr std::array<std::string_view, 6> kWords = {"contains", "matches", "in", "and", "or", "not"};
            if (const auto near = closest(token.text, kWords)) {
                return fail(token, tr_format_in(language_, "there is no operator {}", shown(token.text)),
                            tr_format_in(language_, "did you mean {}?", *near));
            }
        }
        return alone(std::move(left), left_token);
    }
    Node chain{NodeKind::kAnd, {}};
    while (relation != nullptr) {  // a < b < c is a < b and b < c
        Operand right;
        const MaybeNode one = comparison(left, *relation, right);
        if (!one) return std::nullopt;
        chain.children.push_back(*one);
        relation = relation_of(next());
        if (relation != nullptr && right.field == nullptr) {
            return fail(next(), tr_in(language_, "only a field can be compared twice"),
                        tr_in(language_, "write 1 < tcp.len < 10"));
        }
        left = right;
    }
    return chain.children.size() == 1 ? chain.children.front() : add(std::move(chain));
}

Parser::MaybeNode Parser::alone(Operand operand, const Token& token) {
    Test test;
    test.left = std::move(operand);
    const FieldType type = test.left.field->type;
    test.relation = test.left.mask || type == FieldType::kTruth ? Relation::kIsSet : Relation::kExists;
    if (type == FieldType::kFlag) {
        const std::string_view name = test.left.field->name;
        parsed_.note = FilterError{
            tr_format_in(language_, "{} alone selects every packet that has this field, set or not, as in Wireshark",
                         name),
            tr_format_in(language_, "write {} == 1 for those where it is set", name), token.begin, token.length};
    }
    return add(std::move(test));
}

bool Parser::pattern(Test& test, const Token& token) {
    auto compiled = Pattern::compile(token.text);
    if (compiled) {
        test.pattern = std::move(*compiled);
        return true;
    }
    fail(token, tr_format_in(language_, "the pattern is wrong at its character {}: {}", compiled.error().offset,
                             compiled.error().message));
    return false;
}

Parser::MaybeNode Parser::comparison(const Operand& left, const RelationName& relation, Operand& right_out) {
    const Token relation_token = next();
    if (auto wrong = wrong_relation(left, relation.relation, language_)) return fail(relation_token, *wrong);
    skip();
    const Token& token = next();
    Test test{left, relation.relation, relation.every, {}, {}, nullptr};
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kString) {
        if (token.kind == TokenKind::kEnd) {
            return fail(token, tr_format_in(language_, "nothing stands behind `{}`", relation_token.text));
        }
        return unexpected_token();
    }
    // Against text an unquoted word is text: `actor == data` means the actor.
    const Field* other =
        token.kind == TokenKind::kWord && !is_text(left.field->type) ? find_field(token.text) : nullptr;
    if (other != nullptr) {
        auto right = operand();
        if (!right) return std::nullopt;
        if (!comparable(left, *right)) {
            return fail(token, tr_format_in(language_, "{} cannot be compared with {}", left.field->name, other->name));
        }
        test.right = right_out = *right;
        return add(std::move(test));
    }
    if (relation.relation == Relation::kMatches) {
        if (!pattern(test, token)) return std::nullopt;
    } else {
        auto literal = searched_or_compared(left, relation.relation, token, language_);
        if (!literal) return fail(literal.error());
        test.literals.push_back(std::move(*literal));
    }
    skip();
    return add(std::move(test));
}

bool Parser::member(const Operand& left, std::vector<Literal>& out) {
    const Token token = next();
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kString) {
        fail(token,
             token.kind == TokenKind::kEnd ? tr_in(language_, "this set is never closed")
                                           : tr_in(language_, "a set holds values"),
             tr_in(language_, "write tcp.port in {80, 443, 8000..8010}"));
        return false;
    }
    const bool as_bytes = left.slice.has_value() && is_bytes(left.field->type);
    auto literal = parse_literal(*left.field, as_bytes, token, language_);
    skip();
    if (literal && next().kind == TokenKind::kRange) {
        skip();
        literal = parse_range_end(*left.field, as_bytes, std::move(*literal), next(), language_);
        skip();
    }
    if (!literal) {
        fail(literal.error());
        return false;
    }
    out.push_back(std::move(*literal));
    return true;
}

Parser::MaybeNode Parser::membership(const Operand& left, bool negated) {
    const Token in = next();
    if (auto wrong = wrong_relation(left, Relation::kEqual, language_)) return fail(in, *wrong);
    skip();
    if (next().kind != TokenKind::kOpenBrace) {
        return fail(next(), tr_in(language_, "behind `in` stands a set"),
                    tr_in(language_, "write tcp.port in {80, 443, 8000..8010}"));
    }
    skip();
    Test test{left, Relation::kEqual, false, {}, {}, nullptr};
    while (test.literals.empty() || next().kind != TokenKind::kCloseBrace) {
        if (!member(left, test.literals)) return std::nullopt;
        if (next().kind == TokenKind::kComma) skip();
    }
    skip();
    const std::uint32_t made = add(std::move(test));
    return negated ? add(Node{NodeKind::kNot, {made}}) : made;
}

}  // namespace

tl::expected<ParsedFilter, FilterError> parse(std::string_view text, Language language) {
    if (text.size() > kMostBytes) {
        return tl::unexpected<FilterError>(FilterError{tr_in(language, "the filter is longer than 64 KiB"), {}, 0, 1});
    }
    auto tokens = tokenize(text, language);
    if (!tokens) return tl::unexpected<FilterError>(std::move(tokens.error()));
    return Parser(std::move(*tokens), language).run();
}

}  // namespace wirestory::analysis::filter

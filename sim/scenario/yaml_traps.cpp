#include "sim/scenario/yaml_traps.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"

namespace wirestory::sim {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

// `'client > server: SYN'`: a single quote inside is written twice.
std::string in_single_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
}

// Why a line does not fit to the one before it; empty when nothing is known.
std::string hint_for_block(const SourceText& source, int line_number) {
    const std::string_view line = source.line(line_number);
    const std::string_view text = trimmed(line);
    if (text.substr(0, 2) == "- ") {
        for (int above = line_number - 1; above > 0; --above) {
            const std::string_view other = source.line(above);
            if (trimmed(other).substr(0, 2) != "- ") continue;
            if (indentation(other) == indentation(line)) break;
            return tr_format("indent this `-` like the one in line {}", above);
        }
        return {};
    }
    if (text.find(": ") != std::string_view::npos || (!text.empty() && text.back() == ':'))
        return tr("steps begin with `- `, and all of one list with the same indentation");
    return {};
}

std::string hint_for(const SourceText& source, const YamlFault& fault, int line_number) {
    const std::string_view line = source.line(line_number);
    const char at = fault.offset < source.text().size() ? source.text()[fault.offset] : '\0';
    const auto says = [&](const char* words) { return fault.message.find(words) != std::string::npos; };
    if (says("anchor is not defined") || says("alias"))
        return tr("text that begins with `*` or `&` goes into quotes: '*:9000'");
    if (at == '@' || at == '`' || at == '%' || at == '!')
        return tr_format("text that begins with `{}` goes into quotes", at);
    if (says("end of sequence flow")) return tr("a list that begins with `[` ends with `]`");
    if (says("end of map flow")) return tr_format("a mapping that begins with `{{` ends with `}}`");
    if (at == ']' || at == '}') return tr("it closes a bracket that was never opened");
    if (says("escape")) return tr("in a text in double quotes YAML reads `\\` itself; put the step into single quotes");
    const std::string_view rest = line.substr(std::min(line.size(), fault.offset - source.line_begin(fault.offset)));
    if (line.find('\'') != std::string_view::npos && says("end of map") && !rest.empty() && rest.front() != '-')
        return tr("inside single quotes a single quote is written twice: ''");
    if (says("illegal map value") && line_number > 1) {
        const std::string_view before = trimmed(source.line(line_number - 1));
        if (before.find(':') != std::string_view::npos && before.find(": ") == std::string_view::npos)
            return tr_format("put a space behind the colon in line {}", line_number - 1);
    }
    return hint_for_block(source, line_number);
}

}  // namespace

bool report_and_repair_colon(const SourceText& source, const YamlFault& fault, std::string& text,
                             Diagnostics& diagnostics) {
    if (fault.message != "illegal map value" || fault.offset + 1 >= text.size()) return false;
    if (text[fault.offset] != ':' || text[fault.offset + 1] != ' ') return false;
    const std::size_t begin = source.line_begin(fault.offset);
    const std::string_view line = source.line(source.line_number(fault.offset));
    const std::size_t key_end = line.find(": ");
    if (key_end == std::string_view::npos || begin + key_end >= fault.offset) return false;
    std::string_view value = line.substr(key_end + 2);
    // A comment is not part of the text (YAML 1.2.2, 6.6: `#` behind white space).
    if (const std::size_t comment = value.find(" #"); comment != std::string_view::npos)
        value = value.substr(0, comment);
    value = trimmed(value);
    diagnostics.error(source.span(fault.offset, fault.offset + 1),
                      tr("a colon with a space behind it ends the text for YAML"),
                      tr_format("put the whole text into single quotes: {}", in_single_quotes(printable(value))));
    text[fault.offset + 1] = kStandInForSpace;
    return true;
}

void report_yaml_fault(const SourceText& source, const YamlFault& fault, Diagnostics& diagnostics) {
    const int line_number = source.line_number(fault.offset);
    for (int number = line_number; number >= 1 && number + 1 >= line_number; --number) {
        const std::string_view line = source.line(number);
        const std::size_t tab = line.substr(0, line.find_first_not_of(" \t")).find('\t');
        if (tab == std::string_view::npos) continue;
        SourceSpan span;
        span.line = number;
        span.column = static_cast<int>(tab) + 1;
        diagnostics.error(span, tr("a tab cannot indent YAML"), tr("indent with spaces"));
        return;
    }
    diagnostics.error(source.span(fault.offset, fault.offset + 1),
                      tr_format("this is no valid YAML: {}", printable(fault.message)),
                      hint_for(source, fault, line_number));
}

}  // namespace wirestory::sim

#include "sim/scenario/framing_reader.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/map_reader.hpp"
#include "sim/scenario/payload_functions.hpp"
#include "sim/scenario/step_lexer.hpp"

namespace wirestory::sim {
namespace {

constexpr std::string_view kExample =
    "framing: { length-prefix: \"<i\" }, framing: { delimiter: \"\\n\" } or framing: { fixed: 16 }";
constexpr std::uint32_t kMaxFixedBytes = 64U << 20U;
constexpr std::size_t kMaxDelimiterBytes = 64;

class FramingReader {
public:
    explicit FramingReader(ParseContext& context) : context_(context) {}

    void run(const YamlNode& node) {
        const MapReader keys(node, "`framing`", {"length-prefix", "delimiter", "fixed"}, context_);
        if (!node.is_map()) return;
        const YamlNode* prefix = keys.find("length-prefix");
        const YamlNode* delimiter = keys.find("delimiter");
        const YamlNode* fixed = keys.find("fixed");
        const int given = (prefix != nullptr) + (delimiter != nullptr) + (fixed != nullptr);
        if (given != 1) {
            // An unknown key was reported already.
            if (given > 1 || node.entry_count() == 0)
                error(node, given > 1 ? tr("a message ends in one way") : tr("how does a message end?"), kExample);
            return;
        }
        if (prefix != nullptr) read_prefix(*prefix);
        if (delimiter != nullptr) read_delimiter(*delimiter);
        if (fixed != nullptr) read_fixed(*fixed);
    }

private:
    void error(const YamlNode& at, std::string message, std::string_view hint) {
        context_.error(span_of(context_.source, at), std::move(message), std::string{hint});
    }
    Framing& framing() { return context_.scenario.framing; }

    void read_prefix(const YamlNode& node) {
        const auto format = node.is_scalar() ? single_number_format(node.scalar) : std::nullopt;
        if (!format)
            return error(node, tr("`length-prefix` is the format of one number, as for pack"),
                         tr("for example length-prefix: \"<i\" (4 bytes) or length-prefix: \"!H\" (2 bytes)"));
        framing().prefix_bytes = static_cast<std::uint32_t>(format->bytes);
        framing().little_endian = format->little_endian;
        framing().is_signed = format->is_signed;
        framing().kind = FramingKind::kLengthPrefix;
    }

    // YAML's own escapes serve in double quotes; a plain `\n` is two characters there, which nobody means.
    void read_delimiter(const YamlNode& node) {
        if (!node.is_scalar() || node.scalar.empty() || node.scalar.size() > kMaxDelimiterBytes)
            return error(node, tr_format("`delimiter` is a text of 1 to {} bytes", kMaxDelimiterBytes),
                         tr("for example delimiter: \"\\n\", in double quotes"));
        if (!node.quoted && node.scalar.front() == '\\')
            return error(node, tr("an escape outside of double quotes is two characters"),
                         tr_format("write delimiter: \"{}\"", node.scalar));
        framing().delimiter = node.scalar;
        framing().kind = FramingKind::kDelimiter;
    }

    void read_fixed(const YamlNode& node) {
        std::uint32_t bytes = 0;
        const char* end = node.scalar.data() + node.scalar.size();
        const auto [stopped, failure] = std::from_chars(node.scalar.data(), end, bytes);
        if (!node.is_scalar() || failure != std::errc{} || stopped != end || bytes == 0 || bytes > kMaxFixedBytes)
            return error(node, tr("`fixed` is a number of bytes, from 1"), tr("for example fixed: 16"));
        framing().fixed_bytes = bytes;
        framing().kind = FramingKind::kFixed;
    }

    ParseContext& context_;
};

}  // namespace

void read_framing(const YamlNode& node, ParseContext& context) {
    context.has_framing = true;
    FramingReader(context).run(node);
}

}  // namespace wirestory::sim

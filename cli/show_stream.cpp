// The bytes of a flow in the order in which the receivers could read them, each direction marked.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "analysis/follow.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "cli/counted.hpp"
#include "cli/show_views.hpp"

namespace wirestory::cli {

namespace {

using analysis::FollowedPart;
using analysis::Side;
using viz::Role;

// Where a character that the next part may complete begins; the text's size when there is none.
std::size_t cut_character(std::string_view text) {
    constexpr std::size_t kMostBytes = 4;
    for (std::size_t back = 1; back < kMostBytes && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte < 0x80) break;
        if (byte < 0xC0) continue;
        const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        return length > back ? text.size() - back : text.size();
    }
    return text.size();
}

// Text of a stream as text of a terminal: what could move its cursor is shown as a dot, what is no UTF-8 too.
std::string terminal_text(std::string_view text, bool unicode) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f)) {
            out += text[i++];
            continue;
        }
        if (byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            ++i;
            continue;
        }
        const std::size_t length = utf8_length(text.substr(i));
        const bool control = byte == 0xC2 && length == 2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        const bool shown = unicode && length > 1 && !control;
        out += shown ? text.substr(i, length) : std::string_view(".");
        i += std::max<std::size_t>(length, 1);
    }
    return out;
}

std::string hex_dump(ByteView bytes, std::uint64_t offset) {
    constexpr std::size_t kInLine = 16;
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += kInLine) {
        const ByteView line = bytes.subspan(at, std::min(kInLine, bytes.size() - at));
        out += fmt::format("  {:08x} ", offset + at);
        std::string letters;
        for (std::size_t i = 0; i < kInLine; ++i) {
            if (i == kInLine / 2) out += ' ';
            if (i >= line.size()) {
                out += "   ";
                continue;
            }
            const auto byte = std::to_integer<unsigned char>(line[i]);
            out += fmt::format(" {:02x}", byte);
            letters += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
        }
        out += "  " + letters + "\n";
    }
    return out;
}

std::string bytes_text(std::uint64_t count) { return counted(count, tr_later("{} byte"), tr_later("{} bytes")); }

class StreamWriter {
public:
    StreamWriter(const ShowContext& context, const StreamRequest& request)
        : context_(context), request_(request), time_(context.recording, context.time) {
        const analysis::Flow& flow = context.analysis.flows[request.flow];
        names_[0] = endpoint_text(context.recording, flow.end(Side::kInitiator).endpoint);
        names_[1] = endpoint_text(context.recording, flow.end(Side::kResponder).endpoint);
        datagrams_ = flow.transport != capture::Transport::kTcp;
    }

    bool write(const FollowedPart& part) {
        const ByteView bytes = analysis::bytes_of(context_.recording, part);
        if (request_.form == StreamForm::kRaw) return write_out(wirestory::as_text(bytes));
        std::string out;
        if (part.missing_before > 0) {
            out += note(tr_format("[{} of the stream not captured]", bytes_text(part.missing_before)));
        }
        const std::size_t side = analysis::index_of(part.from);
        if (!begun_ || datagrams_ || part.from != last_ || part.missing_before > 0) out += heading(part);
        begun_ = true;
        last_ = part.from;
        offsets_[side] += part.missing_before;
        out += request_.form == StreamForm::kHex ? hex_dump(bytes, datagrams_ ? 0 : offsets_[side]) : text_of(bytes);
        offsets_[side] += part.bytes;
        if (bytes.size() < part.bytes) {
            out += end_line() + note(tr_format("[{} cut off by the capture]", bytes_text(part.bytes - bytes.size())));
        }
        return write_out(out);
    }
    bool end() { return write_out(end_line()); }

private:
    std::string heading(const FollowedPart& part) {
        const bool forth = part.from == Side::kInitiator;
        const std::string arrow = context_.style.unicode ? "→" : "->";
        const std::string words =
            fmt::format("{} {} {} {}", forth ? ">>>" : "<<<", names_[forth ? 0 : 1], arrow, names_[forth ? 1 : 0]);
        std::string out = end_line();
        out += viz::paint_words(words, forth ? Role::kTextStrong : Role::kFinding, context_.style);
        const TimeNs when = context_.recording.packets.time_ns(part.packet);
        return out + viz::paint_words("  " + time_.with_unit(when), Role::kTextDim, context_.style) + "\n";
    }
    std::string note(const std::string& words) {
        return end_line() + viz::paint_words(words, Role::kCallFailed, context_.style) + "\n";
    }
    std::string text_of(ByteView bytes) {
        cut_ += wirestory::as_text(bytes);
        const std::size_t whole = cut_character(cut_);
        std::string text = terminal_text(std::string_view(cut_).substr(0, whole), context_.style.unicode);
        cut_.erase(0, whole);
        if (!text.empty()) line_open_ = text.back() != '\n';
        return text;
    }
    std::string end_line() {
        std::string out = terminal_text(cut_, context_.style.unicode);
        const bool open = line_open_ || !out.empty();
        cut_.clear();
        line_open_ = false;
        return open ? out + "\n" : out;
    }

    const ShowContext& context_;
    const StreamRequest& request_;
    TimeWriter time_;
    std::array<std::string, 2> names_;
    std::array<std::uint64_t, 2> offsets_{};
    bool datagrams_ = false;
    bool begun_ = false;
    bool line_open_ = false;
    std::string cut_;  // the begin of a character whose rest comes in the next part
    Side last_ = Side::kInitiator;
};

bool wanted(StreamDirection direction, Side from) {
    if (direction == StreamDirection::kBoth) return true;
    return (direction == StreamDirection::kInitiator) == (from == Side::kInitiator);
}

}  // namespace

bool show_stream(const ShowContext& context, const StreamRequest& request) {
    StreamWriter writer(context, request);
    for (const FollowedPart& part : analysis::follow(context.analysis, request.flow)) {
        if (!wanted(request.direction, part.from) || !context.matcher.packet(part.packet)) continue;
        if (!writer.write(part)) return false;
    }
    return writer.end();
}

}  // namespace wirestory::cli

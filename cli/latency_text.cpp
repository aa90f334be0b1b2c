#include "cli/latency_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::cli {

namespace {

using analysis::kLatencyPartCount;
using analysis::LatencyPart;
using analysis::MessageLatency;

constexpr int kNumberWidth = 8;
constexpr int kColumnWidth = 10;

std::string padded(std::string_view text, int columns) {
    const int missing = columns - display_width(text);
    return std::string(static_cast<std::size_t>(std::max(missing, 0)), ' ') + std::string(text);
}

std::string end_name(const Recording& recording, const analysis::FlowEnd& end) {
    return end.actor < recording.actors.size() ? recording.actors[end.actor].name : end.endpoint.to_string();
}

// Parts of one message or of all: their sums, in order of first appearance, with their share of the whole.
class PartSums {
public:
    void add(const MessageLatency& latency) {
        for (const analysis::LatencySlice& slice : latency.slices) {
            const auto part = static_cast<std::size_t>(slice.part);
            if (sums_[part] == 0) order_.push_back(slice.part);
            sums_[part] += slice.end_ns - slice.begin_ns;
        }
        total_ += latency.total_ns();
    }
    [[nodiscard]] DurationNs total() const { return total_; }
    [[nodiscard]] std::vector<std::string> phrases(Language language) const {
        std::vector<std::string> out;
        for (const LatencyPart part : order_) {
            const DurationNs sum = sums_[static_cast<std::size_t>(part)];
            std::string phrase = fmt::format("{} {}", analysis::name_of(part, language), format_duration(sum));
            const auto percent = total_ > 0 ? 100.0 * static_cast<double>(sum) / static_cast<double>(total_) : 0.0;
            if (order_.size() > 1 && percent >= 0.5) phrase += fmt::format(" ({:.0f} %)", percent);
            out.push_back(std::move(phrase));
        }
        return out;
    }

private:
    std::array<DurationNs, kLatencyPartCount> sums_{};
    std::vector<LatencyPart> order_;
    DurationNs total_ = 0;
};

// Phrases one after the other, never broken inside; further lines begin below the first.
std::string row(const std::string& head, const std::vector<std::string>& phrases, int width) {
    const int indent = display_width(head);
    std::string out = head;
    int column = indent;
    for (std::size_t i = 0; i < phrases.size(); ++i) {
        const std::string phrase = phrases[i] + (i + 1 < phrases.size() ? "," : "");
        if (column > indent && column + 1 + display_width(phrase) > width) {
            out += "\n" + std::string(static_cast<std::size_t>(indent), ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += phrase;
        column += display_width(phrase);
    }
    return out + "\n";
}

std::string head(std::string_view number, std::string_view bytes, std::string_view total) {
    return padded(number, kNumberWidth) + padded(bytes, kColumnWidth) + padded(total, kColumnWidth) + "  ";
}

}  // namespace

std::string latency_text(const Recording& recording, const analysis::Analysis& analysis, int width, Language language) {
    if (analysis.latencies.empty())
        return std::string(tr_in(
                   language,
                   "No message of this recording was sent and read by recorded calls: there is no latency to tell.")) +
               "\n";
    std::string out =
        std::string(tr_in(language, "Where the time went, from the entry of send to the return of recv")) + "\n";
    PartSums all;
    const MessageLatency* last = nullptr;
    for (const MessageLatency& latency : analysis.latencies) {
        if (last == nullptr || last->stream != latency.stream) {
            const analysis::Flow& flow = analysis.flows[latency.stream.flow];
            out += fmt::format("\n{} > {}\n", end_name(recording, flow.end(latency.stream.from)),
                               end_name(recording, flow.end(analysis::other(latency.stream.from))));
            out += head(tr_in(language, "message"), tr_in(language, "bytes"), tr_in(language, "total")) +
                   tr_in(language, "parts") + "\n";
        }
        PartSums one;
        one.add(latency);
        all.add(latency);
        out += row(
            head(std::to_string(latency.number), std::to_string(latency.bytes), format_duration(latency.total_ns())),
            one.phrases(language), width);
        last = &latency;
    }
    out += "\n" +
           row(head(tr_in(language, "all"), std::to_string(analysis.latencies.size()), format_duration(all.total())),
               all.phrases(language), width);
    return out;
}

}  // namespace wirestory::cli

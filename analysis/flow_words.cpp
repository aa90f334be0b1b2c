#include "analysis/flow_words.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::analysis {
namespace {

std::string round_trip(const RoundTrips& trips) {
    if (trips.count == 0) return "-";
    if (trips.count == 1) return format_duration(trips.mean_ns);
    const std::string least = format_duration(trips.least_ns);
    const std::string most = format_duration(trips.most_ns);
    if (least == most) return most;
    return fmt::format("{} ({} - {})", format_duration(trips.mean_ns), least, most);
}

std::string both_bytes(std::uint64_t initiator, std::uint64_t responder) {
    return format_bytes(initiator) + " / " + format_bytes(responder);
}
std::string mss(const EndSummary& end) { return end.mss_bytes == 0 ? "-" : fmt::format("{}", end.mss_bytes); }
std::string scale(const EndSummary& end) {
    return end.window_scale < 0 ? "-" : fmt::format("×{}", 1U << static_cast<unsigned>(end.window_scale));
}

std::string reset_words(ResetAfter after, const std::string& by, Language language) {
    switch (after) {
        case ResetAfter::kSyn: return tr_format_in(language, "RST by {} in the handshake", by);
        case ResetAfter::kHandshake: return tr_format_in(language, "RST by {} before any data", by);
        case ResetAfter::kData: return tr_format_in(language, "RST by {} after data", by);
        case ResetAfter::kFin: return tr_format_in(language, "RST by {} after a FIN", by);
        case ResetAfter::kNoReset: break;
    }
    return {};
}

}  // namespace

std::string_view to_string(FlowBeginning beginning) {
    switch (beginning) {
        case FlowBeginning::kBeforeCapture: return "before-capture";
        case FlowBeginning::kHalfCaptured: return "half-captured";
        case FlowBeginning::kUnanswered: return "unanswered";
        case FlowBeginning::kRefused: return "refused";
        case FlowBeginning::kUnacknowledged: return "unacknowledged";
        case FlowBeginning::kHandshake: return "handshake";
        case FlowBeginning::kFastOpen: return "fast-open";
        case FlowBeginning::kSimultaneousOpen: return "simultaneous-open";
    }
    return {};
}

std::string_view to_string(FlowEnding ending) {
    switch (ending) {
        case FlowEnding::kNone: return "none";
        case FlowEnding::kOpen: return "open";
        case FlowEnding::kHalfClosed: return "half-closed";
        case FlowEnding::kClosed: return "closed";
        case FlowEnding::kSimultaneousClose: return "simultaneous-close";
        case FlowEnding::kReset: return "reset";
    }
    return {};
}

std::string_view to_string(ResetAfter after) {
    switch (after) {
        case ResetAfter::kNoReset: return "none";
        case ResetAfter::kSyn: return "syn";
        case ResetAfter::kHandshake: return "handshake";
        case ResetAfter::kData: return "data";
        case ResetAfter::kFin: return "fin";
    }
    return {};
}

EndNames end_names(const Recording& recording, const Flow& flow, Language language) {
    EndNames names{tr_in(language, "the initiator"), tr_in(language, "the responder")};
    for (const Side side : {Side::kInitiator, Side::kResponder}) {
        const ActorId actor = flow.end(side).actor;
        if (actor < recording.actors.size()) names[index_of(side)] = recording.actors[actor].name;
    }
    return names;
}

std::string beginning_words(const FlowSummary& summary, Language language) {
    const std::string rtt = format_duration(summary.handshake_rtt_ns);
    switch (summary.beginning) {
        case FlowBeginning::kBeforeCapture: return tr_in(language, "began before the capture");
        case FlowBeginning::kHalfCaptured: return tr_in(language, "handshake only half captured");
        case FlowBeginning::kUnanswered: return tr_in(language, "SYN never answered");
        case FlowBeginning::kRefused: return tr_in(language, "SYN refused by a RST");
        case FlowBeginning::kUnacknowledged: return tr_in(language, "SYN ACK never acknowledged");
        case FlowBeginning::kHandshake: return tr_format_in(language, "handshake in {}", rtt);
        case FlowBeginning::kFastOpen: return tr_format_in(language, "TCP Fast Open, handshake in {}", rtt);
        case FlowBeginning::kSimultaneousOpen: return tr_in(language, "simultaneous open");
    }
    return {};
}

std::string ending_words(const FlowSummary& summary, const EndNames& names, Language language) {
    const std::string& who = names[index_of(summary.ended_by)];
    switch (summary.ending) {
        case FlowEnding::kNone: return tr_in(language, "no connection");
        case FlowEnding::kOpen: return tr_in(language, "still open at the end of the capture");
        case FlowEnding::kHalfClosed: return tr_format_in(language, "half closed: FIN by {} only", who);
        case FlowEnding::kClosed: return tr_format_in(language, "closed: FIN by {} first", who);
        case FlowEnding::kSimultaneousClose: return tr_in(language, "simultaneous close: both FINs crossed");
        case FlowEnding::kReset: return reset_words(summary.reset_after, who, language);
    }
    return {};
}

std::string state_words(const FlowSummary& summary, const EndNames& names) {
    std::string words;
    for (const Side side : {Side::kInitiator, Side::kResponder}) {
        const TcpState state = summary.end(side).state;
        if (state == TcpState::kUnknown) continue;
        words += (words.empty() ? "" : ", ") + names[index_of(side)] + " " + std::string(to_string(state));
    }
    return words;
}

std::vector<FlowFigure> figure_words(const FlowSummary& summary, Language language) {
    const auto& [a, b] = summary.ends;
    std::vector<FlowFigure> figures;
    const auto add = [&](const char* name, std::string value) {
        figures.push_back({tr_in(language, name), std::move(value)});
    };
    if (a.resent + b.resent > 0) add(tr_later("sent again"), fmt::format("{} / {}", a.resent, b.resent));
    if (a.round_trips.count + b.round_trips.count > 0) {
        add(tr_later("round trip"), round_trip(a.round_trips) + " / " + round_trip(b.round_trips));
    }
    if (a.most_in_flight_bytes + b.most_in_flight_bytes > 0) {
        add(tr_later("in flight at most"), both_bytes(a.most_in_flight_bytes, b.most_in_flight_bytes));
    }
    if (a.in_flight_bytes + b.in_flight_bytes > 0) {
        add(tr_later("never acknowledged"), both_bytes(a.in_flight_bytes, b.in_flight_bytes));
    }
    if (summary.ending != FlowEnding::kNone) {
        const std::string scaled = summary.window_scaling ? fmt::format(" ({}, {})", scale(a), scale(b)) : "";
        add(tr_later("last window"), both_bytes(a.window_bytes, b.window_bytes) + scaled);
    }
    if (a.mss_bytes > 0 || b.mss_bytes > 0) add("MSS", mss(a) + " / " + mss(b));
    if (summary.sack) add("SACK", tr_in(language, "permitted"));
    add(tr_later("completeness"), fmt::format("{}", static_cast<unsigned>(summary.completeness)));
    return figures;
}

}  // namespace wirestory::analysis

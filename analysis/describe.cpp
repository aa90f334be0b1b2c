// The names of findings and the sentences for people. Each message is whole, with its plural forms apart, so that
// translators see sentences and not pieces.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "analysis/finding.hpp"
#include "analysis/flow_table.hpp"
#include "base/locale.hpp"
#include "base/text.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::array<std::string_view, kFindingKindCount> kNames = {
    "nagle-hold", "delayed-ack", "coalesced-write", "sticky-read", "half-close", "datagram-dropped-in-receive-buffer"};

// The message in the user's language, filled in. A catalogue with broken placeholders must not stop anybody: then the
// English message serves.
template <class... Values>
std::string say(const char* message, const Values&... values) {
    try {
        return fmt::format(fmt::runtime(tr(message)), values...);
    } catch (const fmt::format_error&) {
        return fmt::format(fmt::runtime(message), values...);
    }
}

std::string actor_name(const Recording& recording, ActorId actor) {
    return actor < recording.actors.size() ? recording.actors[actor].name : std::string();
}

std::string name_of(const Recording& recording, const Endpoint& endpoint) {
    for (const Actor& actor : recording.actors) {
        if (actor.address == endpoint.address) return actor.name;
    }
    return endpoint.to_string();
}

// Both parties, by the first packet among the finding's events; the actor where it names none.
struct Parties {
    std::string sender;    // of that packet
    std::string receiver;  // of that packet
};
Parties parties(const Recording& recording, const Finding& finding) {
    for (const EventRef& event : finding.events) {
        if (event.kind != EventKind::kPacket || event.index >= recording.packets.size()) continue;
        const capture::DecodedPacket packet = decode_packet(recording, event.index);
        return {name_of(recording, packet.source_endpoint()), name_of(recording, packet.destination_endpoint())};
    }
    const std::string name = actor_name(recording, finding.actor);
    return {name, name};
}

std::string describe_nagle(const Recording& recording, const Finding& finding) {
    const std::string actor = actor_name(recording, finding.actor);
    const std::string bytes = format_bytes(finding.range.size());
    const std::string time = format_duration(finding.end_ns - finding.begin_ns);
    if (finding.count == 1) {
        return say(
            "{0}'s send ({1}) waited {2} in the send buffer: Nagle's algorithm holds a segment smaller than one "
            "MSS while earlier data is unacknowledged (RFC 9293 3.7.4).",
            actor, bytes, time);
    }
    return say(
        "{0}'s {3} sends ({1}) waited {2} in the send buffer: Nagle's algorithm holds a segment smaller than one "
        "MSS while earlier data is unacknowledged (RFC 9293 3.7.4).",
        actor, bytes, time, finding.count);
}

std::string describe_delayed_ack(const Recording& recording, const Finding& finding) {
    const Parties packet = parties(recording, finding);
    const std::string time = format_duration(finding.end_ns - finding.begin_ns);
    if (finding.range.empty()) {
        return say(
            "{0} acknowledged {1}'s FIN only after {2}: a receiver may hold an ACK back, hoping to send it along "
            "with data (RFC 9293 3.8.6.3); Linux waits 40 ms or more.",
            packet.receiver, packet.sender, time);
    }
    return say(
        "{0} acknowledged {3} from {1} only after {2}: a receiver may hold an ACK back, hoping to send it along "
        "with data (RFC 9293 3.8.6.3); Linux waits 40 ms or more.",
        packet.receiver, packet.sender, time, format_bytes(finding.range.size()));
}

std::string describe_half_close(const Recording& recording, const Finding& finding) {
    const Parties fin = parties(recording, finding);
    const std::string time = format_duration(finding.end_ns - finding.begin_ns);
    return say(
        "{0} closed its direction with a FIN, yet {1} went on sending: {2} in the {3} after it. Each direction of "
        "a connection is closed by itself (RFC 9293 3.6).",
        fin.sender, fin.receiver, format_bytes(finding.range.size()), time);
}

// SO_RCVBUF of the receiver as the kernel gave it with the drop counter; 0 when it was not sampled.
std::uint32_t receive_buffer_bytes(const Recording& recording, const Finding& finding) {
    for (const EventRef& event : finding.events) {
        if (event.kind == EventKind::kSample && event.index < recording.samples.size()) {
            return recording.samples[event.index].memory.rcvbuf_bytes;
        }
    }
    return 0;
}

std::string describe_dropped(const Recording& recording, const Finding& finding) {
    const Parties packet = parties(recording, finding);
    const std::string said =
        finding.count == 1
            ? say("One datagram from {0} reached {1} and was dropped there: the receive buffer was full. UDP tells "
                  "nobody (RFC 768).",
                  packet.sender, packet.receiver)
            : say("{2} datagrams from {0} reached {1} and were dropped there: the receive buffer was full. UDP tells "
                  "nobody (RFC 768).",
                  packet.sender, packet.receiver, finding.count);
    if (finding.evidence != Evidence::kMeasured) {
        return said + " " + say("Concluded from what {0} read later.", packet.receiver);
    }
    const std::uint32_t buffer = receive_buffer_bytes(recording, finding);
    if (buffer == 0) return said + " " + say("The kernel's drop counter says so.");
    return said + " " +
           say("The kernel's drop counter says so; the buffer holds {0} with bookkeeping.", format_bytes(buffer));
}

}  // namespace

std::string_view to_string(FindingKind kind) {
    const auto at = static_cast<std::size_t>(kind);
    return at < kNames.size() ? kNames[at] : "?";
}

std::optional<FindingKind> finding_kind_named(std::string_view name) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<FindingKind>(found - kNames.begin());
}

std::string describe(const Recording& recording, const Finding& finding) {
    const std::string actor = actor_name(recording, finding.actor);
    const std::string bytes = format_bytes(finding.range.size());
    switch (finding.kind) {
        case FindingKind::kNagleHold: return describe_nagle(recording, finding);
        case FindingKind::kDelayedAck: return describe_delayed_ack(recording, finding);
        case FindingKind::kCoalescedWrite:
            return say(
                "One segment carries {1} of {2} sends by {0}: TCP keeps no boundaries between writes "
                "(RFC 9293 3.7.4).",
                actor, bytes, finding.count);
        case FindingKind::kStickyRead:
            return say(
                "One recv by {0} took {1}, bytes of {2} sends: TCP is a stream of bytes and does not keep "
                "messages apart (RFC 9293 2.2).",
                actor, bytes, finding.count);
        case FindingKind::kHalfClose: return describe_half_close(recording, finding);
        case FindingKind::kDatagramDroppedInReceiveBuffer: return describe_dropped(recording, finding);
    }
    return std::string(to_string(finding.kind));
}

}  // namespace wirestory::analysis

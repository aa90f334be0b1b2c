// How connections begin otherwise than by the three segments of RFC 9293, 3.5: a SYN that has to be repeated, and where
// calls were recorded, why (a full accept queue drops it: tcp_conn_request(), net/ipv4/tcp_input.c); both ends opening
// at once; a connect that gives up.
#include <algorithm>
#include <cerrno>
#include <charconv>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::size_t kMostListenersAsked = 64;

// SYNs of one side without ACK, before the handshake was over.
std::vector<std::uint32_t> syns_of(const FinderContext& context, const Flow& flow, Side side) {
    std::vector<std::uint32_t> syns;
    for (const std::uint32_t packet : flow.packets) {
        if (!context.has(packet, capture::kSyn)) break;
        if (context.from(packet) == side && !context.has(packet, capture::kAck)) syns.push_back(packet);
    }
    return syns;
}

// The listen call in force at `endpoint` when a packet came; kNoIndex when none was recorded.
std::uint32_t listening_at(const FinderContext& context, const Endpoint& endpoint, TimeNs when) {
    std::size_t asked = 0;
    for (const ListenSpan& span : context.analysis.listens) {
        if (when < span.begin_ns || when > span.end_ns || ++asked > kMostListenersAsked) continue;
        for (const std::uint32_t index : context.calls.calls_of(span.socket)) {
            const Call& call = context.calls.call(index);
            if (call.kind == CallKind::kListen && !call.failed() && call.local.port == endpoint.port) return index;
        }
    }
    return kNoIndex;
}

// Connections to `endpoint` that stood at `when` and had not been taken by accept.
std::uint64_t waiting_for_accept(const FinderContext& context, const Endpoint& endpoint, TimeNs when) {
    std::uint64_t waiting = 0;
    for (const Flow& flow : context.analysis.flows) {
        if (flow.first_ns > when) break;  // flows stand in order of their first packet
        if (flow.end(Side::kResponder).endpoint != endpoint || flow.marks.established == kNoPacket) continue;
        if (context.packet_time(flow.marks.established) > when) continue;
        const std::uint32_t accept = context.calls.accepting(flow.end(Side::kResponder).socket);
        if (accept == kNoIndex || context.calls.call(accept).exit_ns > when) ++waiting;
    }
    return waiting;
}

// A queue is full when it holds more than the backlog (sk_acceptq_is_full(), include/net/sock.h).
bool consider_full_queue(const FinderContext& context, FlowId id, const std::vector<std::uint32_t>& syns,
                         std::vector<Finding>& findings) {
    const Flow& flow = context.analysis.flows[id];
    const Endpoint& endpoint = flow.end(Side::kResponder).endpoint;
    const std::uint32_t listen = listening_at(context, endpoint, context.packet_time(syns.front()));
    if (listen == kNoIndex) return false;
    const std::string& backlog_text = context.calls.call(listen).arguments;
    std::uint64_t backlog = 0;
    std::from_chars(backlog_text.data(), backlog_text.data() + backlog_text.size(), backlog);
    Finding finding = finding_about_receiver(context, FindingKind::kSynDropped, {id, Side::kInitiator});
    for (const std::uint32_t syn : syns) {
        const TimeNs when = context.packet_time(syn);
        const std::uint64_t waiting = waiting_for_accept(context, endpoint, when);
        if (waiting <= backlog) break;
        if (finding.count++ == 0) finding.begin_ns = when;
        finding.end_ns = when;
        finding.amount = waiting;
        if (finding.count <= kMaxEvidenceEvents) finding.events.push_back({EventKind::kPacket, syn});
    }
    if (finding.count == 0) return false;
    finding.events.push_back({EventKind::kCall, listen});
    findings.push_back(std::move(finding));
    return true;
}

void consider_retries(const FinderContext& context, FlowId id, std::vector<Finding>& findings) {
    const Flow& flow = context.analysis.flows[id];
    const std::vector<std::uint32_t> syns = syns_of(context, flow, Side::kInitiator);
    const bool unanswered = flow.marks.syn_ack == kNoPacket && flow.marks.rst == kNoPacket;
    if (syns.empty() || (syns.size() < 2 && !unanswered)) return;
    const bool full = consider_full_queue(context, id, syns, findings);
    if (syns.size() < 2) return;
    Finding finding = finding_about(context, FindingKind::kSynRetry, {id, Side::kInitiator});
    if (full) finding.cause = FindingCause::kAcceptQueueFull;
    const Sightings& sightings = context.analysis.sightings;
    const std::uint32_t answer = flow.marks.syn_ack;
    const auto lost = [&](std::uint32_t packet) { return packet != kNoPacket && sightings.loss(packet) != nullptr; };
    if (lost(syns.front()) || lost(answer)) finding.cause = FindingCause::kLostOnWire;
    finding.begin_ns = context.packet_time(syns.front());
    finding.end_ns = context.packet_time(syns.back());
    finding.count = static_cast<std::uint32_t>(syns.size() - 1);
    // Shown at the first repetition; the SYN itself stands behind them.
    for (std::size_t i = 1; i < std::min(syns.size(), kMaxEvidenceEvents); ++i) {
        finding.events.push_back({EventKind::kPacket, syns[i]});
    }
    finding.events.push_back({EventKind::kPacket, syns.front()});
    findings.push_back(std::move(finding));
}

}  // namespace

void find_beginnings(const FinderContext& context, FlowId id, std::vector<Finding>& findings) {
    consider_retries(context, id, findings);
    const Flow& flow = context.analysis.flows[id];
    const std::vector<std::uint32_t> first = syns_of(context, flow, Side::kInitiator);
    const std::vector<std::uint32_t> second = syns_of(context, flow, Side::kResponder);
    if (first.empty() || second.empty()) return;
    Finding finding = finding_about(context, FindingKind::kSimultaneousOpen, {id, Side::kInitiator});
    finding.begin_ns = context.packet_time(first.front());
    finding.end_ns = context.packet_time(second.front());
    finding.count = 2;
    finding.events = {{EventKind::kPacket, first.front()}, {EventKind::kPacket, second.front()}};
    findings.push_back(std::move(finding));
}

void find_connect_timeouts(const FinderContext& context, std::vector<Finding>& findings) {
    const auto& calls = context.recording().calls;
    for (std::uint32_t index = 0; index < calls.size(); ++index) {
        const Call& call = calls[index];
        if (call.kind != CallKind::kConnect || !call.failed() || call.error_number != ETIMEDOUT) continue;
        Finding finding;
        finding.kind = FindingKind::kConnectTimeout;
        finding.actor = call.actor;
        finding.begin_ns = call.enter_ns;
        finding.end_ns = call.exit_ns;
        finding.evidence = Evidence::kMeasured;
        finding.events.push_back({EventKind::kCall, index});
        for (const SocketEnd& end : context.analysis.ends_of(call.socket)) {
            const Flow& flow = context.analysis.flows[end.flow];
            if (flow.transport != capture::Transport::kTcp || flow.first_ns > call.exit_ns) continue;
            if (flow.last_ns < call.enter_ns) continue;
            finding.flow = end.flow;
            finding.from = end.side;
            for (const std::uint32_t syn : syns_of(context, flow, end.side)) {
                if (++finding.count <= kMaxEvidenceEvents) finding.events.push_back({EventKind::kPacket, syn});
            }
        }
        findings.push_back(std::move(finding));
    }
}

}  // namespace wirestory::analysis

// Datagrams that never reached a socket: lost by the wire, which says so itself, and answered by ICMP "destination
// unreachable" (RFC 792; RFC 4443, 3.1 and 3.2). Fragments of datagrams that are larger than the MTU (RFC 791, 3.2).
#include <algorithm>
#include <map>

#include "analysis/findings/finders.hpp"
#include "analysis/flow_table.hpp"
#include "recording/actor_address.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::uint8_t kUnreachable = 3;    // RFC 792
constexpr std::uint8_t kPortCode = 3;       // RFC 792
constexpr std::uint8_t kTooBigCode = 4;     // RFC 1191
constexpr std::uint8_t kUnreachable6 = 1;   // RFC 4443
constexpr std::uint8_t kPacketTooBig6 = 2;  // RFC 4443
constexpr std::uint8_t kPortCode6 = 4;      // RFC 4443

FindingCause cause_of(const capture::DecodedPacket& icmp) {
    const auto [type, code] = std::pair{icmp.icmp.type, icmp.icmp.code};
    if (icmp.transport == capture::Transport::kIcmpv6) {
        if (type == kPacketTooBig6) return FindingCause::kTooBig;
        return type == kUnreachable6 && code == kPortCode6 ? FindingCause::kPlain : FindingCause::kHostOrNetwork;
    }
    if (type == kUnreachable && code == kTooBigCode) return FindingCause::kTooBig;
    return type == kUnreachable && code == kPortCode ? FindingCause::kPlain : FindingCause::kHostOrNetwork;
}

struct FragmentedDatagram {
    IpAddress source;
    IpAddress destination;
    std::uint32_t id = 0;
    auto operator<=>(const FragmentedDatagram&) const = default;
};

}  // namespace

void find_lost_datagrams(const FinderContext& context, std::vector<Finding>& findings) {
    std::map<StreamId, std::size_t> open_runs;  // sender -> index into `findings`
    for (const Datagram& datagram : context.analysis.datagrams) {
        const StreamId stream{datagram.flow, datagram.from};
        if (datagram.fate != DatagramFate::kLostOnWire) {
            open_runs.erase(stream);
            continue;
        }
        const TimeNs when = context.packet_time(datagram.packet);
        const auto [run, is_new] = open_runs.try_emplace(stream, findings.size());
        if (is_new) {
            Finding begun = finding_about(context, FindingKind::kDatagramLostOnWire, stream);
            begun.begin_ns = when;
            begun.evidence = Evidence::kMeasured;
            findings.push_back(std::move(begun));
        }
        Finding& finding = findings[run->second];
        finding.end_ns = when;
        if (++finding.count > kMaxEvidenceEvents) continue;
        finding.events.push_back({EventKind::kPacket, datagram.packet});
        if (datagram.send_call != kNoIndex) finding.events.push_back({EventKind::kCall, datagram.send_call});
    }
}

void find_unreachables(const FinderContext& context, std::vector<Finding>& findings) {
    std::map<std::pair<Endpoint, Endpoint>, std::pair<std::size_t, std::size_t>> seen;  // how many, the last finding
    for (const std::uint32_t packet : context.analysis.icmp_errors) {
        const capture::DecodedPacket icmp = decode_packet(context.recording(), packet);
        auto& [count, last] = seen[{icmp.source_endpoint(), icmp.destination_endpoint()}];
        if (count++ >= kMaxFindingsOfKind) {
            ++findings[last].count;
            findings[last].end_ns = context.packet_time(packet);
            continue;
        }
        last = findings.size();
        Finding finding;
        finding.kind = FindingKind::kIcmpUnreachable;
        finding.cause = cause_of(icmp);
        finding.begin_ns = finding.end_ns = context.packet_time(packet);
        finding.count = 1;
        finding.amount = icmp.icmp.code;
        finding.evidence = Evidence::kMeasured;
        finding.events.push_back({EventKind::kPacket, packet});
        const std::vector<DatagramKey>& keys = context.analysis.datagrams_by_icmp;
        const auto answered = std::lower_bound(keys.begin(), keys.end(), DatagramKey{packet, 0});
        if (answered != keys.end() && answered->event == packet) {
            const Datagram& datagram = context.analysis.datagrams[answered->datagram];
            finding.flow = datagram.flow;
            finding.from = datagram.from;
            finding.actor = context.end({datagram.flow, other(datagram.from)}).actor;
            finding.events.push_back({EventKind::kPacket, datagram.packet});
            if (datagram.send_call != kNoIndex) finding.events.push_back({EventKind::kCall, datagram.send_call});
        }
        findings.push_back(std::move(finding));
    }
}

void find_fragmented(const FinderContext& context, std::vector<Finding>& findings) {
    std::map<FragmentedDatagram, std::size_t> open;  // -> index into `findings`
    std::size_t first = findings.size();
    for (const std::uint32_t packet : context.analysis.fragments) {
        const capture::DecodedPacket decoded = decode_packet(context.recording(), packet);
        const TimeNs when = context.packet_time(packet);
        auto [known, is_new] =
            open.try_emplace({decoded.source, decoded.destination, decoded.fragment_id}, findings.size());
        // Numbers are used again: what comes later than a minute is another datagram (RFC 8200, 4.5).
        if (!is_new && when - findings[known->second].end_ns > 60 * kSecondNs) {
            known->second = findings.size();
            is_new = true;
        }
        if (is_new && findings.size() - first >= kMaxFindingsOfKind) {
            open.erase(known);
            ++findings.back().count;
            findings.back().end_ns = when;
            continue;
        }
        if (is_new) {
            Finding begun;
            begun.kind = FindingKind::kFragmented;
            begun.begin_ns = when;
            begun.evidence = Evidence::kMeasured;
            begun.actor = actor_at(context.recording().actors, decoded.source);
            findings.push_back(std::move(begun));
        }
        Finding& finding = findings[known->second];
        finding.end_ns = when;
        const FlowId flow = context.analysis.packets.flow[packet];
        if (flow != kNoFlow) {
            finding.flow = flow;
            finding.from = context.from(packet);
        }
        if (++finding.count <= kMaxEvidenceEvents) finding.events.push_back({EventKind::kPacket, packet});
    }
}

}  // namespace wirestory::analysis

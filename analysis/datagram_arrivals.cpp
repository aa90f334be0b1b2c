#include "analysis/datagram_arrivals.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace wirestory::analysis {
namespace {

class ArrivalPlacer {
public:
    ArrivalPlacer(const CallIndex& calls, const Sightings& sightings, const FlowTableResult& table)
        : calls_(calls), sightings_(sightings), table_(table) {
        const std::vector<SocketInfo>& sockets = calls.recording().sockets;
        for (SocketId id = 0; id < sockets.size(); ++id) {
            if (sockets[id].family != SocketFamily::kUdp) continue;
            for (const std::uint32_t index : calls.calls_of(id)) {
                const Call& call = calls.call(index);
                if (call.local.port != 0) listening_[{sockets[id].actor, call.local.port}] = id;
                if (call.kind == CallKind::kSetsockopt && call.returned == 0) note_membership(sockets[id].actor, call);
            }
        }
    }

    void place(const SentDatagram& one, std::vector<SentDatagram>& out) {
        SentDatagram item = one;
        const Flow& flow = table_.flows[item.datagram.flow];
        const FlowEnd& target = flow.end(other(item.datagram.from));
        item.datagram.receiver = target.socket;
        if (!sightings_.any() || item.datagram.packet == kNoIndex) return out.push_back(item);
        if (target.actor != kNoActor) return to_one(item, target.actor, out);
        const std::size_t before = out.size();
        for (const ActorId host : hosts_of(item.datagram.packet)) {
            // To a group or to all: whoever on this host has a socket on that port.
            const auto found = listening_.find({host, target.endpoint.port});
            if (found == listening_.end() || !takes(host, target.endpoint.address, item.sent_ns)) continue;
            item.datagram.receiver = found->second;
            to_one_of_many(item, host, out);
        }
        if (out.size() == before) out.push_back(item);
    }

private:
    // `IP_ADD_MEMBERSHIP, "239.1.2.3"`, as recorded: the group stands in quotes.
    void note_membership(ActorId host, const Call& call) {
        const bool joins = call.arguments.starts_with("IP_ADD_MEMBERSHIP");
        if (!joins && !call.arguments.starts_with("IP_DROP_MEMBERSHIP")) return;
        const std::size_t begin = call.arguments.find('"');
        const std::size_t end = call.arguments.find('"', begin + 1);
        if (end == std::string::npos) return;
        memberships_[{host, call.arguments.substr(begin + 1, end - begin - 1)}].push_back({call.exit_ns, joins});
    }

    // Whether the host gives its sockets what is sent to this address. A group is taken while any of its sockets has
    // joined: with IP_MULTICAST_ALL, the default, that counts for all (ip(7)); a broadcast always is.
    [[nodiscard]] bool takes(ActorId host, const IpAddress& to, TimeNs when) const {
        constexpr std::uint32_t kGroupBits = 0xF0000000;
        constexpr std::uint32_t kGroups = 0xE0000000;  // 224.0.0.0/4 (RFC 5771)
        if (to.version != IpVersion::kV4 || (to.v4_host_order() & kGroupBits) != kGroups) return true;
        const auto found = memberships_.find({host, to.to_string()});
        if (found == memberships_.end()) return false;
        std::int64_t members = 0;
        for (const Membership& change : found->second) {
            if (change.time_ns <= when) members += change.joins ? 1 : -1;
        }
        return members > 0;
    }

    [[nodiscard]] std::vector<ActorId> hosts_of(std::uint32_t packet) const {
        std::vector<ActorId> hosts;
        for (const std::uint32_t fate : sightings_.fates(packet)) hosts.push_back(calls_.recording().fates[fate].to);
        for (const Arrival& arrival : sightings_.arrivals(packet)) hosts.push_back(arrival.to);
        std::sort(hosts.begin(), hosts.end());
        hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
        return hosts;
    }

    // match_sends() has said when it arrived, and whether; here come the wire's duplicates.
    void to_one(SentDatagram item, ActorId host, std::vector<SentDatagram>& out) const {
        const auto arrivals = sightings_.arrivals(item.datagram.packet);
        const WireFate* loss = sightings_.loss(item.datagram.packet);
        if (loss != nullptr && loss->cause == DropCause::kClosed) item.datagram.fate = DatagramFate::kUnknown;
        const std::size_t first = out.size();
        out.push_back(item);
        for (const Arrival& arrival : arrivals) {
            if (arrival.to != host || arrival.corrupted) continue;
            if (out[first].datagram.arrival == kNoIndex) {
                out[first].datagram.arrival = arrival.packet;
                continue;
            }
            item.arrived_ns = arrival.time_ns;
            item.datagram.arrival = arrival.packet;
            item.datagram.duplicate = true;
            out.push_back(item);
        }
    }

    void to_one_of_many(SentDatagram item, ActorId host, std::vector<SentDatagram>& out) const {
        item.datagram.fate = DatagramFate::kUnknown;
        bool arrived = false;
        for (const Arrival& arrival : sightings_.arrivals(item.datagram.packet)) {
            if (arrival.to != host || arrival.corrupted) continue;
            item.arrived_ns = arrival.time_ns;
            item.datagram.duplicate = arrived;
            item.datagram.arrival = arrival.packet;
            out.push_back(item);
            arrived = true;
        }
        if (arrived) return;
        item.arrived_ns = kNever;
        for (const std::uint32_t index : sightings_.fates(item.datagram.packet)) {
            const WireFate& fate = calls_.recording().fates[index];
            // Still on its way when the recording ended: that is no loss.
            if (fate.to != host || fate.cause == DropCause::kClosed) continue;
            item.datagram.fate = DatagramFate::kLostOnWire;
            item.datagram.fate_evidence = Evidence::kMeasured;
        }
        out.push_back(item);
    }

    const CallIndex& calls_;
    const Sightings& sightings_;
    const FlowTableResult& table_;
    std::map<std::pair<ActorId, std::uint16_t>, SocketId> listening_;
    struct Membership {
        TimeNs time_ns = 0;
        bool joins = false;
    };
    std::map<std::pair<ActorId, std::string>, std::vector<Membership>> memberships_;  // of a host in a group
};

}  // namespace

void place_arrivals(const CallIndex& calls, const Sightings& sightings, const FlowTableResult& table,
                    std::vector<SentDatagram>& sent) {
    ArrivalPlacer placer(calls, sightings, table);
    std::vector<SentDatagram> placed;
    placed.reserve(sent.size());
    for (const SentDatagram& each : sent) placer.place(each, placed);
    sent = std::move(placed);
}

}  // namespace wirestory::analysis

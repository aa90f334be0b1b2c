#include "analysis/datagram_sending.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace wirestory::analysis {
namespace {

// The send calls of one side of one flow against its packets, both in order.
class SideMatcher {
public:
    SideMatcher(const CallIndex& calls, const FlowTableResult& table, FlowId flow, Side side)
        : calls_(calls), table_(table), flow_(flow), side_(side) {
        const Flow& of = table.flows[flow];
        const Endpoint& peer = of.end(other(side)).endpoint;
        for (const std::uint32_t index : calls.calls_of(of.end(side).socket)) {
            const Call& call = calls.call(index);
            const bool to_peer = call.peer == peer || call.peer.port == 0;
            if (writes_data(call.kind) && call.returned >= 0 && to_peer) sends_.push_back(index);
        }
    }

    void match(std::vector<SentDatagram>& out) {
        for (const std::uint32_t packet : table_.flows[flow_].packets) {
            if (table_.packets.from[packet] != side_) continue;
            const TimeNs when = calls_.recording().packets.time_ns(packet);
            // A send that is over before this packet, and is not it, has no packet in the capture.
            while (next_ < sends_.size() && !is(packet, when) && send(next_).exit_ns < when) add(out, kNoIndex);
            add(out, packet);
        }
        while (next_ < sends_.size()) add(out, kNoIndex);
    }

private:
    [[nodiscard]] const Call& send(std::size_t at) const { return calls_.call(sends_[at]); }

    // Whether `packet` may be the next send's. A device's queue may let it out after the call has returned, so a packet
    // that comes before the next send began is still this one's.
    [[nodiscard]] bool is(std::uint32_t packet, TimeNs when) const {
        if (next_ >= sends_.size()) return false;
        const Call& call = send(next_);
        if (moved_bytes(call) != table_.packets.payload_bytes[packet] || when < call.enter_ns) return false;
        return when <= call.exit_ns || next_ + 1 >= sends_.size() || when < send(next_ + 1).enter_ns;
    }

    void add(std::vector<SentDatagram>& out, std::uint32_t packet) {
        SentDatagram added;
        added.datagram.flow = flow_;
        added.datagram.from = side_;
        added.datagram.packet = packet;
        if (packet != kNoIndex) {
            added.sent_ns = calls_.recording().packets.time_ns(packet);
            added.datagram.payload_bytes = table_.packets.payload_bytes[packet];
        }
        if (packet == kNoIndex || is(packet, added.sent_ns)) {
            const Call& call = send(next_);
            added.datagram.send_call = sends_[next_];
            if (packet == kNoIndex) {
                added.sent_ns = call.enter_ns;
                added.datagram.payload_bytes = static_cast<std::uint32_t>(moved_bytes(call));
            }
            ++next_;
        }
        added.datagram.number = ++number_;
        out.push_back(added);
    }

    const CallIndex& calls_;
    const FlowTableResult& table_;
    FlowId flow_;
    Side side_;
    std::vector<std::uint32_t> sends_;
    std::size_t next_ = 0;
    std::uint32_t number_ = 0;
};

// When the last of a datagram's fragments arrived; kNeverArrives when one of them did not.
class FragmentArrivals {
public:
    FragmentArrivals(const Recording& recording, const FlowTableResult& table, const Sightings& sightings)
        : recording_(recording) {
        for (const std::uint32_t packet : table.fragments) {
            TimeNs& last = last_[key_of(packet)];
            last = std::max(last, sightings.arrival_ns(packet));
        }
    }
    // The packet's own arrival for what is no fragment.
    [[nodiscard]] TimeNs complete_ns(std::uint32_t packet, TimeNs own) const {
        if (last_.empty()) return own;
        const auto found = last_.find(key_of(packet));
        return found == last_.end() ? own : std::max(own, found->second);
    }

private:
    using Key = std::tuple<IpAddress, IpAddress, std::uint32_t>;
    [[nodiscard]] Key key_of(std::uint32_t packet) const {
        const capture::DecodedPacket decoded = decode_packet(recording_, packet);
        // A packet that is no fragment has no number worth comparing.
        const bool fragment = decoded.more_fragments || decoded.fragment_offset_bytes > 0;
        return {decoded.source, fragment ? decoded.destination : IpAddress{}, decoded.fragment_id};
    }

    const Recording& recording_;
    std::map<Key, TimeNs> last_;
};

}  // namespace

std::vector<SentDatagram> match_sends(const CallIndex& calls, const FlowTableResult& table, const Sightings& sightings,
                                      DetailScope scope) {
    std::vector<SentDatagram> sent;
    for (FlowId flow = 0; flow < table.flows.size(); ++flow) {
        if (table.flows[flow].transport != capture::Transport::kUdp || !scope.covers(table.flows[flow])) continue;
        for (const Side side : {Side::kInitiator, Side::kResponder}) SideMatcher(calls, table, flow, side).match(sent);
    }
    if (sent.empty()) return sent;
    const FragmentArrivals fragments(calls.recording(), table, sightings);
    for (SentDatagram& each : sent) {
        each.arrived_ns = each.sent_ns;
        if (each.datagram.packet == kNoIndex) continue;
        each.arrived_ns = fragments.complete_ns(each.datagram.packet, sightings.arrival_ns(each.datagram.packet));
        if (each.arrived_ns != kNeverArrives) continue;
        const bool told = sightings.loss(each.datagram.packet) != nullptr;
        each.datagram.fate = DatagramFate::kLostOnWire;
        each.datagram.fate_evidence = told ? Evidence::kMeasured : Evidence::kDerived;
    }
    std::stable_sort(sent.begin(), sent.end(),
                     [](const SentDatagram& a, const SentDatagram& b) { return a.sent_ns < b.sent_ns; });
    return sent;
}

}  // namespace wirestory::analysis

#include "analysis/index_builder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <semaphore>
#include <thread>

#include "recording/actor_address.hpp"

namespace wirestory::analysis {
namespace {

using capture::Transport;

constexpr std::size_t kBatch = 64;  // few enough that what was prefetched is still there
// Waking another core takes up to 0.1 ms: so long must the one that is read ahead of last.
constexpr std::size_t kReadAheadPackets = 2048;
constexpr std::size_t kReadAheadBatches = 4;
constexpr std::size_t kCacheLine = 64;

// As actor_at() says: a file may name thousands of addresses, and have as many flows.
std::map<IpAddress, ActorId> actors_by_address(const std::vector<Actor>& actors) {
    std::map<IpAddress, ActorId> found;
    for (std::size_t i = 0; i < actors.size(); ++i) {
        for (const IpAddress& address : {actors[i].address, ipv6_companion(actors[i].address)}) {
            if (address.version != IpVersion::kNone) found.try_emplace(address, static_cast<ActorId>(i));
        }
    }
    return found;
}

Side side_from(bool initiator_is_low, const PacketFacts& facts) {
    return initiator_is_low == facts.source_is_low ? Side::kInitiator : Side::kResponder;
}

}  // namespace

// In the file's order, as other tools go, whose results shall be comparable. Our own recordings are in order, or (while
// a run is being judged) in the order of several taps.
IndexBuilder::IndexBuilder(const Recording& recording, const Sightings& sightings)
    : recording_(recording), sightings_(sightings), facts_(recording) {
    if (recording.calls.empty() && !sightings.any()) order_ = recording.packets.file_order();
    result_.packets.extend(recording.packets.size());
}

void IndexBuilder::add(std::size_t count) {
    std::array<std::array<Read, kBatch>, 2> batches;
    const std::size_t end = added_ + std::min(count, total() - added_);
    std::size_t position = added_;
    unsigned turn = 0;
    const auto read_next = [&] {
        const std::span<Read> batch(batches[turn++ % 2].data(), std::min(kBatch, end - position));
        read(position, batch);
        position += batch.size();
        return batch;
    };
    for (std::span<const Read> batch = read_next(); !batch.empty();) {
        const std::span<const Read> next = read_next();
        store(batch, next);
        added_ += batch.size();
        batch = next;
    }
}

void IndexBuilder::add_all(unsigned threads) {
    if (threads < 2) return add(total());
    std::array<std::vector<Read>, kReadAheadBatches> ring;
    for (std::vector<Read>& batch : ring) batch.resize(kReadAheadPackets);
    std::counting_semaphore<kReadAheadBatches> free(kReadAheadBatches);
    std::counting_semaphore<kReadAheadBatches> full(0);
    const std::size_t begin = added_;
    const std::size_t batches = (total() - begin + kReadAheadPackets - 1) / kReadAheadPackets;
    const auto part_of = [&](std::size_t batch) {
        const std::size_t first = begin + batch * kReadAheadPackets;
        return std::span<Read>(ring[batch % ring.size()]).first(std::min(kReadAheadPackets, total() - first));
    };
    std::jthread reader([&] {
        for (std::size_t batch = 0; batch < batches; ++batch) {
            free.acquire();
            read(begin + batch * kReadAheadPackets, part_of(batch));
            full.release();
        }
    });
    for (std::size_t batch = 0; batch < batches; ++batch) {
        full.acquire();
        const std::span<const Read> part = part_of(batch);
        for (std::size_t at = 0; at < part.size(); at += kBatch) {
            const std::span<const Read> rest = part.subspan(at);
            const std::span<const Read> behind = rest.subspan(std::min(kBatch, rest.size()));
            store(rest.first(rest.size() - behind.size()), behind.first(std::min(kBatch, behind.size())));
        }
        added_ += part.size();
        free.release();
    }
}

void IndexBuilder::read(std::size_t position, std::span<Read> into) {
    const bool once = !sightings_.any();
    for (Read& each : into) {
        each.packet = packet_at(position++);
        // A further sighting of a packet belongs to no flow: it is analysed once.
        const bool logical = once || sightings_.is_logical(each.packet);
        each.facts = {};
        if (logical) facts_.read(each.packet, each.facts);
        const Place place = Place::of(each.packet);
        result_.packets.tcp_flags.at(place) = each.facts.segment.flags;
        result_.packets.payload_bytes.set(each.packet, place, each.facts.segment.payload_bytes);
        if (!once && logical) each.facts.segment.arrives_ns = sightings_.arrival_ns(each.packet);
        each.hash = map_.hash(each.facts.key);
    }
}

void IndexBuilder::store(std::span<const Read> batch, std::span<const Read> next) {
    for (const Read& each : next) map_.prefetch(each.hash);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i < next.size()) prefetch(next[i]);
        store_one(batch[i]);
    }
}

void IndexBuilder::prefetch(const Read& read) const {
    const std::uint32_t flow = map_.guess(read.hash);
    if (flow == FlowMap::kNone) return;
    const auto* growing = reinterpret_cast<const std::byte*>(&growing_[flow]);
    for (std::size_t at = 0; at < sizeof(GrowingFlow); at += kCacheLine) __builtin_prefetch(growing + at, 1);
}

inline FlowId IndexBuilder::flow_of(const Read& read, bool& reuses_ports) {
    const PacketFacts& facts = read.facts;
    std::uint32_t& found = map_.find(read.hash, [&](std::uint32_t flow) { return growing_[flow].key == facts.key; });
    const bool is_syn = facts.transport == Transport::kTcp && (facts.segment.flags & capture::kSyn) != 0;
    if (found != FlowMap::kNone) return is_syn ? flow_of_syn(found, facts, reuses_ports) : found;
    const FlowId id = found = begin_flow(facts);
    map_.note_added();
    return id;
}

void IndexBuilder::store_one(const Read& read) {
    const PacketFacts& facts = read.facts;
    if (facts.is_icmp_error) result_.icmp_errors.push_back(read.packet);
    if (facts.is_fragment) result_.fragments.push_back(read.packet);
    if (facts.transport == Transport::kNone) return result_.packets.set_none(read.packet);
    bool reuses_ports = false;
    const FlowId id = flow_of(read, reuses_ports);
    GrowingFlow& growing = growing_[id];
    const Side from = side_from(growing.initiator_is_low, facts);
    growing.first_ns = std::min(growing.first_ns, facts.segment.time_ns);
    growing.last_ns = std::max(growing.last_ns, facts.segment.time_ns);
    ++growing.packets;
    TcpRow row;
    if (facts.transport == Transport::kTcp) {
        row = growing.follower.follow(read.packet, result_.flows[id], from, facts);
        if (reuses_ports) row.segment_flags |= kReusedPorts;
    }
    PacketColumns& columns = result_.packets;
    const Place place = Place::of(read.packet);
    columns.flow.at(place) = id;
    columns.from.at(place) = from;
    columns.offset.set(read.packet, place, row.offset);
    columns.ack_offset.set(read.packet, place, row.ack_offset);
    columns.window_bytes.at(place) = row.window_bytes;
    columns.segment_flags.at(place) = row.segment_flags;
}

FlowId IndexBuilder::flow_of_syn(std::uint32_t& flow, const PacketFacts& facts, bool& reuses_ports) {
    const GrowingFlow& growing = growing_[flow];
    const Side from = side_from(growing.initiator_is_low, facts);
    if (growing.follower.other_flow_begins(from, facts.segment, reuses_ports)) flow = begin_flow(facts);
    return flow;
}

FlowId IndexBuilder::begin_flow(const PacketFacts& facts) {
    const auto id = static_cast<FlowId>(result_.flows.size());
    const std::uint16_t flags = facts.segment.flags;
    GrowingFlow growing;
    growing.key = facts.key;
    growing.first_ns = growing.last_ns = facts.segment.time_ns;
    // Who answers a SYN is the responder, also when the SYN itself was not captured.
    const bool answers = (flags & capture::kSyn) != 0 && (flags & capture::kAck) != 0;
    growing.initiator_is_low = answers != facts.source_is_low;
    growing_.push_back(growing);
    Flow& flow = result_.flows.emplace_back();
    flow.transport = facts.transport;
    flow.ends[growing.initiator_is_low ? 0 : 1].endpoint = low_endpoint(facts.key);
    flow.ends[growing.initiator_is_low ? 1 : 0].endpoint = high_endpoint(facts.key);
    return id;
}

FlowTableResult IndexBuilder::finish() {
    const std::map<IpAddress, ActorId> actors = actors_by_address(recording_.actors);
    const auto actor_of = [&](const IpAddress& address) {
        const auto found = actors.find(address);
        return found == actors.end() ? kNoActor : found->second;
    };
    std::vector<std::uint32_t> packets_of_flow(result_.flows.size());
    for (FlowId id = 0; id < result_.flows.size(); ++id) {
        Flow& flow = result_.flows[id];
        flow.first_ns = growing_[id].first_ns;
        flow.last_ns = growing_[id].last_ns;
        packets_of_flow[id] = growing_[id].packets;
        for (FlowEnd& end : flow.ends) end.actor = actor_of(end.endpoint.address);
    }
    // Packets that were never added belong to nothing.
    for (std::size_t position = added_; position < total(); ++position) {
        result_.packets.set_none(packet_at(position));
    }
    result_.packets.seal();
    growing_.clear();
    map_ = {};
    list_packets(packets_of_flow);
    return std::move(result_);
}

// Each flow's packets in order of time: one array for all, the flows' parts one behind the other.
void IndexBuilder::list_packets(std::span<const std::uint32_t> packets_of_flow) {
    std::vector<std::uint32_t*> next(packets_of_flow.size());
    std::uint32_t* listed =
        result_.packets.by_flow.make(std::accumulate(packets_of_flow.begin(), packets_of_flow.end(), std::size_t{0}));
    for (FlowId id = 0; id < next.size(); ++id) {
        next[id] = listed;
        result_.flows[id].packets = {listed, packets_of_flow[id]};
        listed += packets_of_flow[id];
    }
    const Column<FlowId>& flow_of_packet = result_.packets.flow;
    for (std::uint32_t packet = 0; packet < flow_of_packet.size(); ++packet) {
        const FlowId id = flow_of_packet[packet];
        if (id != kNoFlow) *next[id]++ = packet;
    }
}

}  // namespace wirestory::analysis

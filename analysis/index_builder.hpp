// IndexBuilder: sorts packets into flows and fills the columns: one pass, O(1) a packet, no allocation a packet beyond
// the columns' growth. Knows headers only, never payload (a short snap length must not blind the analysis) and no
// calls. Any input: what does not decode has flow kNoFlow. In pieces (add), so that a caller can show progress or give
// up. One thread at a time; add_all() may use a second one of its own, which reads ahead.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/flow_map.hpp"
#include "analysis/flow_table.hpp"
#include "analysis/tcp_follower.hpp"

namespace wirestory::analysis {

class IndexBuilder {
public:
    IndexBuilder(const Recording& recording, const Sightings& sightings);

    // The next `count` packets, or all that are left.
    void add(std::size_t count);
    // All that are left. On two threads one reads headers while the other sorts and analyses.
    void add_all(unsigned threads);
    [[nodiscard]] std::size_t added() const { return added_; }
    [[nodiscard]] std::size_t total() const { return recording_.packets.size(); }

    // What was built; nothing can be added any more.
    FlowTableResult finish();

private:
    // A flow while it grows: all that a packet of it touches stands in a row, so that it can be fetched beforehand; on
    // an edge that puts its 224 bytes into four cache lines, not five.
    struct alignas(32) GrowingFlow {
        FlowKey key;
        TimeNs first_ns = 0;
        TimeNs last_ns = 0;
        std::uint32_t packets = 0;
        bool initiator_is_low = false;
        TcpFollower follower;  // TCP only
    };
    struct Read {
        PacketFacts facts;
        std::uint32_t packet = 0;
        std::uint32_t hash = 0;
    };

    [[nodiscard]] std::uint32_t packet_at(std::size_t position) const {
        return order_.empty() ? static_cast<std::uint32_t>(position) : order_[position];
    }
    void read(std::size_t position, std::span<Read> into);
    // Meanwhile the flows of the packets that come next are fetched.
    void store(std::span<const Read> batch, std::span<const Read> next);
    void prefetch(const Read& read) const;
    void store_one(const Read& read);
    FlowId flow_of(const Read& read, bool& reuses_ports);
    // Of a SYN on addresses and ports that `flow` has: it may begin another one.
    FlowId flow_of_syn(std::uint32_t& flow, const PacketFacts& facts, bool& reuses_ports);
    FlowId begin_flow(const PacketFacts& facts);
    void list_packets(std::span<const std::uint32_t> packets_of_flow);

    const Recording& recording_;
    const Sightings& sightings_;
    std::vector<std::uint32_t> order_;  // empty: as they stand
    std::size_t added_ = 0;
    FactsReader facts_;  // of the thread that reads
    FlowMap map_;
    Column<GrowingFlow> growing_;
    FlowTableResult result_;
};

}  // namespace wirestory::analysis

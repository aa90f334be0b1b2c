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
    // A flow while it grows: what every packet of it touches, in one cache line.
    struct GrowingFlow {
        FlowKey key;
        TimeNs first_ns = 0;
        TimeNs last_ns = 0;
        std::uint32_t follower = 0;  // into followers_; TCP only
        bool initiator_is_low = false;
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
    void store(std::span<const Read> batch);
    void prefetch(std::span<const Read> batch) const;
    void store_one(const Read& read);
    FlowId flow_of(const Read& read, bool& reuses_ports);
    FlowId begin_flow(const PacketFacts& facts);
    void list_packets();

    const Recording& recording_;
    const Sightings& sightings_;
    std::vector<std::uint32_t> order_;  // empty: as they stand
    std::size_t added_ = 0;
    capture::Reassembler reassembler_;  // of the thread that reads
    FlowMap map_;
    Column<GrowingFlow> growing_;
    Column<TcpFollower> followers_;
    FlowTableResult result_;
};

}  // namespace wirestory::analysis

// One TCP flow as its segments come: positions in both streams, counted on past 4 GiB, the packets at which the
// connection turns, and the flags of the TCP analysis. A fixed size a flow, O(1) a segment; headers only.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/flow.hpp"
#include "analysis/packet_facts.hpp"
#include "analysis/tcp/segment_analysis.hpp"

namespace wirestory::analysis {

// Counting one side's 32-bit sequence numbers on, past 4 GiB: a number is taken as the one nearest to the highest
// known.
struct SideCounter {
    StreamOffset highest = 0;
    StreamOffset fin_offset = 0;
    WireSeq base = 0;  // wire number of offset 0
    bool base_known = false;
    bool syn_seen = false;
    bool fin_seen = false;
    bool ack_awaited = false;  // that ends the handshake: the SYN ACK was seen, and not yet this side's ACK of it

    void set_base(WireSeq seq) {
        base = seq;
        base_known = true;
    }
    // Before the stream's begin counts as its begin (keep-alives; retransmissions of what was not captured).
    [[nodiscard]] StreamOffset unwrap(WireSeq seq) const {
        const WireSeq expected = base + static_cast<WireSeq>(highest);
        const auto distance = static_cast<std::int32_t>(seq - expected);
        const std::int64_t position = static_cast<std::int64_t>(highest) + distance;
        return position < 0 ? 0 : static_cast<StreamOffset>(position);
    }
};

// What the columns keep of a segment.
struct TcpRow {
    StreamOffset offset = 0;
    StreamOffset ack_offset = 0;
    std::uint32_t window_bytes = 0;
    std::uint16_t segment_flags = 0;
};

class TcpFollower {
public:
    // Whether a SYN of `from` begins another flow on the same addresses and ports. `reuses_ports` becomes true when it
    // is neither this flow's first SYN nor its copy.
    [[nodiscard]] bool other_flow_begins(Side from, const tcp::Segment& syn, bool& reuses_ports) const;
    TcpRow follow(std::uint32_t packet, Flow& flow, Side from, const PacketFacts& facts);

private:
    void note_syn(Flow& flow, Side from, const PacketFacts& facts);
    void note_base(Flow& flow, Side side, WireSeq seq);
    void mark(std::uint32_t packet, FlowMarks& marks, Side from, std::uint16_t tcp_flags) {
        if (counter(from).ack_awaited || (tcp_flags & (capture::kSyn | capture::kRst)) != 0)
            mark_turn(packet, marks, from, tcp_flags);
    }
    void mark_turn(std::uint32_t packet, FlowMarks& marks, Side from, std::uint16_t tcp_flags);
    StreamOffset carry(std::uint32_t packet, Flow& flow, Side from, const tcp::Segment& segment);
    StreamOffset acknowledge(std::uint32_t packet, Flow& flow, Side from, const tcp::Segment& segment);

    [[nodiscard]] SideCounter& counter(Side side) { return counters_[index_of(side)]; }
    [[nodiscard]] const SideCounter& counter(Side side) const { return counters_[index_of(side)]; }

    tcp::Connection connection_;
    std::array<SideCounter, 2> counters_;
};

}  // namespace wirestory::analysis

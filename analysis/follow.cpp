#include "analysis/follow.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "analysis/flow_table.hpp"

namespace wirestory::analysis {

namespace {

struct Piece {
    StreamOffset begin = 0;
    std::uint32_t bytes = 0;
    std::uint32_t packet = kNoIndex;
};

// One direction: what arrived ahead of its turn waits until its turn has come.
struct Direction {
    StreamOffset next = 0;
    bool begun = false;
    std::multimap<StreamOffset, Piece> waiting;
};

class Follower {
public:
    explicit Follower(const Analysis& analysis) : analysis_(analysis) {}

    std::vector<FollowedPart> run(const Flow& flow) {
        const bool tcp = flow.transport == capture::Transport::kTcp;
        for (const std::uint32_t packet : flow.packets) {
            if (tcp) {
                add_segment(flow, packet);
            } else {
                parts_.push_back(
                    {analysis_.packets.from[packet], packet, 0, analysis_.packets.payload_bytes[packet], 0});
            }
        }
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            while (!directions_[index_of(side)].waiting.empty()) jump(side);
        }
        return std::move(parts_);
    }

private:
    void add_segment(const Flow& flow, std::uint32_t packet) {
        const PacketColumns& columns = analysis_.packets;
        const Side side = columns.from[packet];
        Direction& direction = directions_[index_of(side)];
        const Piece piece{columns.offset[packet], columns.payload_bytes[packet], packet};
        if (!direction.begun) {
            // Without the SYN the first bytes seen are where the reader comes in.
            direction.begun = true;
            direction.next = flow.end(side).initial_seq_known ? 0 : piece.begin;
        }
        // What the receiver acknowledges it has; when the capture lacks it, it will not come any more.
        Direction& opposite = directions_[index_of(other(side))];
        if ((columns.tcp_flags[packet] & capture::kAck) != 0) {
            while (!opposite.waiting.empty() && opposite.waiting.begin()->first < columns.ack_offset[packet]) {
                jump(other(side));
            }
        }
        if (piece.bytes == 0 || piece.begin + piece.bytes <= direction.next) return;
        direction.waiting.emplace(piece.begin, piece);
        deliver(side, 0);
    }

    // All whose turn it is.
    void deliver(Side side, std::uint64_t missing) {
        Direction& direction = directions_[index_of(side)];
        while (!direction.waiting.empty() && direction.waiting.begin()->first <= direction.next) {
            const Piece piece = direction.waiting.begin()->second;
            direction.waiting.erase(direction.waiting.begin());
            const StreamOffset end = piece.begin + piece.bytes;
            if (end <= direction.next) continue;
            const auto skip = static_cast<std::uint32_t>(direction.next - piece.begin);
            parts_.push_back({side, piece.packet, skip, piece.bytes - skip, missing});
            missing = 0;
            direction.next = end;
        }
    }

    void jump(Side side) {
        Direction& direction = directions_[index_of(side)];
        const StreamOffset begin = direction.waiting.begin()->first;
        const std::uint64_t missing = begin > direction.next ? begin - direction.next : 0;
        direction.next = std::max(direction.next, begin);
        deliver(side, missing);
    }

    const Analysis& analysis_;
    std::array<Direction, 2> directions_;
    std::vector<FollowedPart> parts_;
};

}  // namespace

std::vector<FollowedPart> follow(const Analysis& analysis, FlowId flow) {
    if (flow >= analysis.flows.size()) return {};
    return Follower(analysis).run(analysis.flows[flow]);
}

ByteView bytes_of(const Recording& recording, const FollowedPart& part) {
    const ByteView payload = decode_packet(recording, part.packet).payload;
    if (payload.size() <= part.skip_bytes) return {};
    return payload.subspan(part.skip_bytes, std::min<std::size_t>(part.bytes, payload.size() - part.skip_bytes));
}

}  // namespace wirestory::analysis

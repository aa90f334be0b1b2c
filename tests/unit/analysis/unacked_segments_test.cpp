// The ordered list of unacknowledged segments against the plain one, which looks at every entry every time.
#include "analysis/tcp/unacked_segments.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "analysis/tcp/segment_details.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;
using namespace wirestory::analysis::tcp;

namespace {

class PlainList {
public:
    void add(WireSeq seq, WireSeq next, std::uint32_t packet) { list_.push_back({seq, next, packet}); }
    // The oldest that ends at `ack`; 0 for none.
    std::uint32_t acknowledge(WireSeq ack) {
        std::uint32_t meant = 0;
        for (Entry& each : list_) {
            if (each.next == ack && meant == 0) meant = each.packet;
            if (after(ack, each.seq) && !after(ack, each.next)) each.seq = ack;
        }
        std::erase_if(list_, [&](const Entry& each) { return !after(each.next, ack); });
        return meant;
    }
    [[nodiscard]] std::size_t size() const { return list_.size(); }
    [[nodiscard]] std::uint64_t span() const {
        if (list_.empty()) return 0;
        const auto before = [](WireSeq a, WireSeq b) { return after(b, a); };
        const auto first =
            std::min_element(list_.begin(), list_.end(), [&](auto& a, auto& b) { return before(a.seq, b.seq); });
        const auto last =
            std::max_element(list_.begin(), list_.end(), [&](auto& a, auto& b) { return before(a.next, b.next); });
        return last->next - first->seq;
    }

private:
    struct Entry {
        WireSeq seq = 0;
        WireSeq next = 0;
        std::uint32_t packet = 0;
    };
    static bool after(WireSeq a, WireSeq b) { return static_cast<std::int32_t>(a - b) > 0; }
    std::vector<Entry> list_;
};

}  // namespace

TEST_CASE("unacknowledged segments: the same as a plain list says, also where the numbers begin again", "[tcp]") {
    std::mt19937 engine(7);
    const auto random = [&engine] { return static_cast<WireSeq>(engine()); };
    for (const WireSeq start : {1U, 0x7FFFFF00U, 0x80000010U, 0xFFFFFF00U}) {
        UnackedSegments ordered;
        PlainList plain;
        WireSeq acked = start;
        std::uint32_t packet = 0;
        for (int i = 0; i < 5000; ++i) {
            if (random() % 3 != 0) {
                const WireSeq seq = acked + random() % 600;  // in any order, over one another
                const WireSeq next = seq + 1 + random() % 40;
                ordered.add(seq, next, {++packet, 0});
                plain.add(seq, next, packet);
            } else {
                acked += random() % 60;
                const auto meant = ordered.acknowledge(acked);
                CHECK((meant ? meant->packet : 0U) == plain.acknowledge(acked));
            }
            REQUIRE(ordered.size() == plain.size());
            REQUIRE(ordered.span() == plain.span());
        }
    }
}

TEST_CASE("unacknowledged segments: an ACK older than the last one forgets nothing", "[tcp]") {
    UnackedSegments segments;
    segments.add(100, 200, {1, 0});
    segments.add(200, 300, {2, 0});
    CHECK(segments.acknowledge(250) == std::nullopt);
    CHECK(segments.span() == 50);
    CHECK(segments.acknowledge(210) == std::nullopt);
    CHECK(segments.span() == 50);
    CHECK(segments.acknowledge(300)->packet == 2);
    CHECK(segments.empty());
}

TEST_CASE("unacknowledged segments: what nobody acknowledges is bounded", "[tcp]") {
    UnackedSegments segments;
    for (WireSeq i = 0; i < 30'000; ++i) segments.add(i * 10, i * 10 + 10, {i, 0});
    CHECK(segments.size() == UnackedSegments::kMostSegments);
    CHECK(segments.span() == 10 * UnackedSegments::kMostSegments);
}

// Every other segment comes late, each is answered with SACK blocks that acknowledge nothing: 10,000 segments wait all
// the time. Looking at each of them for every segment, as a plain list does, would be 4 thousand million steps.
TEST_CASE("segment details: alternating order and SACK blocks without end", "[tcp]") {
    SegmentFollower follower;
    capture::TcpOptions none;
    capture::TcpOptions sack;
    sack.sack_count = 3;
    constexpr WireSeq kSegments = 200'000;
    std::uint32_t in_flight = 0;
    for (WireSeq i = 0; i < kSegments; ++i) {
        const WireSeq place = (i ^ 1U) * 10;
        Segment data;
        data.time_ns = i * 1000;
        data.seq = 1000 + place;
        data.ack = 1;
        data.payload_bytes = 10;
        data.flags = capture::kAck;
        data.window = 512;
        in_flight = std::max(in_flight, follower.follow(2 * i, 0, data, none).bytes_in_flight);
        Segment answer;
        answer.time_ns = i * 1000 + 500;
        answer.seq = 1;
        answer.ack = 1000;
        answer.flags = capture::kAck;
        answer.window = 512;
        sack.sack = {{{data.seq, data.seq + 1}, {data.seq + 2, data.seq + 3}, {data.seq + 4, data.seq + 5}, {}}};
        follower.follow(2 * i + 1, 1, answer, sack);
    }
    CHECK(in_flight == 10 * UnackedSegments::kMostSegments - 3);
}

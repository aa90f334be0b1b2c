// The columnar index: in pieces and on two threads it says the same as in one go, and hostile captures cost no more a
// packet than others.
#include <ctime>
#include <random>
#include <string>

#include <fmt/format.h>

#include "analysis/index_builder.hpp"
#include "analysis/late_details.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;
using capture::kAck;
using capture::kFin;
using capture::kSyn;

namespace {

// Segments of any kind between few endpoints, UDP, and frames that are none, in no order of time.
Recording mixed_capture(std::uint32_t packets, unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    const auto any_endpoint = [&] {
        return endpoint(below(4) == 0 ? "fd00::1" : "10.0.0.1", static_cast<std::uint16_t>(1 + below(6)));
    };
    RecordingBuilder builder;
    for (std::uint32_t i = 0; i < packets; ++i) {
        const TimeNs when = us(below(1000) + i / 4);
        const Endpoint from = any_endpoint();
        Endpoint to = any_endpoint();
        to.address = from.address;
        if (below(10) == 0) {
            builder.frame(when, std::string(below(80), static_cast<char>(below(256))));
        } else if (below(4) == 0) {
            builder.datagram(when, from, to, std::string(below(30), 'u'));
        } else {
            const auto flags = static_cast<std::uint16_t>(below(8) == 0 ? random() & 0x3FU : std::uint32_t{kAck});
            builder.segment(when, {from, to, below(3000), below(3000), flags, static_cast<std::uint16_t>(below(3)),
                                   std::string(below(20), 't'), below(2) == 0});
        }
    }
    return builder.build();
}

std::string row_text(const FlowTableResult& built, std::uint32_t i) {
    const PacketColumns& c = built.packets;
    return fmt::format("{} {} {} {} {} {} {} {}", c.flow[i], static_cast<int>(c.from[i]), c.tcp_flags[i],
                       c.segment_flags[i], c.offset[i], c.ack_offset[i], c.payload_bytes[i], c.window_bytes[i]);
}

void check_same(const FlowTableResult& a, const FlowTableResult& b) {
    REQUIRE(a.flows.size() == b.flows.size());
    REQUIRE(a.packets.size() == b.packets.size());
    for (std::uint32_t i = 0; i < a.packets.size(); ++i) REQUIRE(row_text(a, i) == row_text(b, i));
    for (std::size_t id = 0; id < a.flows.size(); ++id) {
        const auto& one = a.flows[id].packets;
        const auto& other_one = b.flows[id].packets;
        REQUIRE(std::vector(one.begin(), one.end()) == std::vector(other_one.begin(), other_one.end()));
    }
}

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// How many times longer eight times the packets take: 8 when cost is linear, 64 when it is quadratic.
template <class Make>
double growth(Make make) {
    const auto cost = [&](std::uint32_t packets) {
        const Recording recording = make(packets);
        double least = 1e9;
        for (int turn = 0; turn < 3; ++turn) {
            const double begin = cpu_seconds();
            const Analysis analysis = analyse(recording);
            least = std::min(least, cpu_seconds() - begin);
        }
        return least;
    };
    constexpr std::uint32_t kFew = 1'500;
    return cost(8 * kFew) / cost(kFew);
}

constexpr double kNotQuadratic = 28;

}  // namespace

TEST_CASE("the index is the same in pieces and on two threads", "[index]") {
    const Recording recording = mixed_capture(15'000, 7);  // more than is read ahead
    const Sightings sightings(recording);
    IndexBuilder whole(recording, sightings);
    whole.add_all(1);
    const FlowTableResult expected = whole.finish();
    IndexBuilder pieces(recording, sightings);
    for (std::size_t size = 1; pieces.added() < pieces.total(); size = size * 3 % 257 + 1) pieces.add(size);
    check_same(expected, pieces.finish());
    IndexBuilder threads(recording, sightings);
    threads.add_all(2);
    check_same(expected, threads.finish());
}

TEST_CASE("a builder that is given up has what it was given", "[index]") {
    const Recording recording = mixed_capture(1'000, 3);
    const Sightings sightings(recording);
    IndexBuilder builder(recording, sightings);
    builder.add(600);
    const FlowTableResult built = builder.finish();
    std::size_t listed = 0;
    for (const Flow& flow : built.flows) listed += flow.packets.size();
    std::size_t in_flows = 0;
    for (std::size_t i = 0; i < built.packets.size(); ++i) in_flows += built.packets.flow[i] != kNoFlow ? 1 : 0;
    CHECK(listed == in_flows);
    CHECK(in_flows > 0);
    CHECK(in_flows <= 600);
}

TEST_CASE("each flow's packets are its own, in order of time", "[index]") {
    const Recording recording = mixed_capture(3'000, 11);
    const Analysis analysis = analyse(recording);
    for (FlowId id = 0; id < analysis.flows.size(); ++id) {
        const auto packets = analysis.flows[id].packets;
        REQUIRE(!packets.empty());
        CHECK(std::is_sorted(packets.begin(), packets.end()));
        for (const std::uint32_t packet : packets) CHECK(analysis.packets.flow[packet] == id);
        CHECK(analysis.flows[id].first_ns == recording.packets.time_ns(packets.front()));
        CHECK(analysis.flows[id].last_ns == recording.packets.time_ns(packets.back()));
    }
}

TEST_CASE("ledgers and findings that were left out are made when asked for", "[index]") {
    const Recording recording = mixed_capture(400, 5);
    const Analysis whole = analyse(recording);
    Analysis large = analyse(recording);
    large.detail.everything = false;
    large.late = std::make_shared<LateDetails>(recording);
    large.streams.clear();
    for (const StreamLedger& ledger : whole.streams) {
        const StreamLedger* late = large.stream(ledger.id);
        REQUIRE(late != nullptr);
        CHECK(late->total_bytes == ledger.total_bytes);
        CHECK(late->carried.size() == ledger.carried.size());
        CHECK(large.stream(ledger.id) == late);
    }
    std::size_t found = 0;
    for (FlowId flow = 0; flow < large.flows.size(); ++flow) found += large.late_findings(flow).size();
    std::size_t expected = 0;
    for (const Finding& finding : whole.findings)
        expected += whole.flows[finding.flow].transport == capture::Transport::kTcp;
    CHECK(found == expected);
    CHECK(whole.late_findings(0).empty());
}

TEST_CASE("every packet a flow of its own: no more than linear", "[index][hostile]") {
    CHECK(growth([](std::uint32_t packets) {
              RecordingBuilder builder;
              for (std::uint32_t i = 0; i < packets; ++i) {
                  const Endpoint from = endpoint(fmt::format("10.{}.{}.1", i % 200, i / 200 % 200), 1000);
                  const Endpoint to = endpoint("10.0.0.2", static_cast<std::uint16_t>(i));
                  builder.segment(us(i), {from, to, i, 0, kSyn, 512, "", true});
              }
              return builder.build();
          }) < kNotQuadratic);
}

TEST_CASE("one flow of overlapping segments that nobody acknowledges: no more than linear", "[index][hostile]") {
    CHECK(growth([](std::uint32_t packets) {
              RecordingBuilder builder;
              for (std::uint32_t i = 0; i < packets; ++i) {
                  const std::uint32_t seq = (i * 7919U) % 60'000U * 3U;  // gaps everywhere, filled in no order
                  builder.segment(us(i),
                                  {endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2), seq, 1, kAck, 512, "xy", false});
              }
              return builder.build();
          }) < kNotQuadratic);
}

TEST_CASE("the same ports again and again: no more than linear", "[index][hostile]") {
    CHECK(growth([](std::uint32_t packets) {
              RecordingBuilder builder;
              for (std::uint32_t i = 0; i < packets; ++i) {
                  builder.segment(us(i),
                                  {endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2), i * 1000, 0, kSyn, 512, "", true});
              }
              return builder.build();
          }) < kNotQuadratic);
}

// Whole runs over a wire, judged by what stands in the recording.
#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/analysis.hpp"
#include "analysis/kernel_agreement.hpp"
#include "capture/source/capture_file.hpp"
#include "session/session.hpp"
#include "sim/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/recording/files.hpp"

using namespace wirestory;
using namespace wirestory::session;
using namespace wirestory::test;

namespace {

sim::Scenario parsed(const std::string& text) {
    const sim::ParseOutcome outcome = sim::parse_scenario(text, "test.yaml", known_findings());
    INFO(sim::format_diagnostics(outcome.diagnostics, text));
    REQUIRE(outcome.scenario);
    return *outcome.scenario;
}

Recording run(const sim::Scenario& scenario, const std::string& path) {
    RunOptions options;
    options.recording_path = path;
    const auto report = run_scenario(scenario, options);
    if (!report) INFO(report.error().message);
    REQUIRE(report);
    for (const Verdict& verdict : report->verdicts) {
        INFO(verdict.name << ": " << verdict.seen);
        CHECK(verdict.passed);
    }
    auto recording = capture::open_capture_file(path);
    REQUIRE(recording);
    return std::move(*recording);
}

std::string kernel_says(const Recording& recording, const analysis::Analysis& analysis) {
    std::string text;
    for (const auto& disagreement : analysis::compare_with_kernel(recording, analysis, {}))
        text += disagreement.to_string() + "\n";
    return text;
}

const std::string kConnected =
    "story:\n"
    "  - server: socket(tcp)\n"
    "  - server: bind(9000)\n"
    "  - server: listen(5)\n"
    "  - client: socket(tcp)\n"
    "  - client: connect(server:9000)\n"
    "  - server: conn = accept()\n";

// Departures of the client's data, burst by burst: what leaves without a pause of `gap_ns`.
std::vector<std::vector<std::uint32_t>> bursts_of(const analysis::Analysis& analysis, DurationNs gap_ns) {
    std::vector<std::vector<std::uint32_t>> bursts;
    TimeNs last = 0;
    for (const std::uint32_t packet : analysis.flows.at(0).packets) {
        if (analysis.packets.payload_bytes[packet] == 0) continue;
        const TimeNs left = analysis.sightings.departure_ns(packet);
        if (bursts.empty() || left - last > gap_ns) bursts.emplace_back();
        bursts.back().push_back(packet);
        last = left;
    }
    return bursts;
}

}  // namespace

TEST_CASE("5 % loss takes 5 % of 20,000 datagrams, the same ones each time, and exactly those the far tap lacks") {
    sim::Scenario scenario = parsed(
        "link: { client > server: { loss: { rate: 5%, seed: 11 } } }\n"
        "story:\n"
        "  - server: socket(udp)\n"
        "  - server: bind(9000)\n"
        "  - client: socket(udp)\n"
        "  - client: connect(server:9000)\n"
        "  - client: send(\"0123456789\")\n"
        "  - until: packet(client > server udp) == 1\n");
    // So that no tap is overrun, the story waits from time to time until the recorder has caught up.
    constexpr std::size_t kDatagrams = 20'000;
    constexpr std::size_t kAtOnce = 1'000;
    const sim::Step send = scenario.story.at(scenario.story.size() - 2);
    sim::Step until = scenario.story.back();
    scenario.story.resize(scenario.story.size() - 2);
    for (std::size_t sent = 0; sent < kDatagrams; sent += kAtOnce) {
        scenario.story.insert(scenario.story.end(), kAtOnce, send);
        auto& condition = std::get<sim::UntilStep>(until.action).condition;
        std::get<sim::PacketCondition>(condition).count = static_cast<std::uint32_t>(sent + kAtOnce);
        scenario.story.push_back(until);
    }
    const TemporaryFolder folder;
    std::vector<std::set<std::uint64_t>> lost(2);
    for (int attempt = 0; attempt < 2; ++attempt) {
        const Recording recording = run(scenario, folder.file("run.pcapng"));
        const analysis::Sightings sightings(recording);
        // The story ends with the last datagrams on their way. They find the server's socket closed, and its kernel
        // answers some of them by ICMP: those packets are none of the client's.
        constexpr ActorId kClientActor = 1;
        std::set<std::uint64_t> sent, told;
        for (const WireFate& fate : recording.fates) {
            REQUIRE(!is_unasked(fate.cause));
            if (fate.from != kClientActor) continue;
            sent.insert(fate.packet_id);
            if (fate.cause == DropCause::kLoss) told.insert(fate.packet_id), lost[attempt].insert(fate.packet_number);
        }
        REQUIRE(recording.actors.at(kClientActor).name == "client");
        REQUIRE(sent.size() == kDatagrams);
        std::set<std::uint64_t> never_seen;
        std::size_t seen = 0;
        for (std::uint32_t packet = 0; packet < recording.packets.size(); ++packet) {
            if (!sent.contains(recording.packets.packet_id(packet))) continue;
            ++seen;
            if (sightings.is_logical(packet) && sightings.arrivals(packet).empty())
                never_seen.insert(recording.packets.packet_id(packet));
        }
        for (const Tap& tap : recording.taps) CHECK(tap.dropped == 0);
        CHECK(told == never_seen);
        CHECK(seen == 2 * kDatagrams - told.size());
    }
    CHECK(lost[0] == lost[1]);
    constexpr double kMean = 0.05 * kDatagrams;
    const double deviation = std::sqrt(kMean * 0.95);
    CHECK(std::abs(static_cast<double>(lost[0].size()) - kMean) <= 3 * deviation);
}

TEST_CASE("In slow start a round trip carries as many segments as the congestion window has, and that doubles") {
    const TemporaryFolder folder;
    const Recording recording = run(parsed("link: { delay: 25ms }\n" + kConnected +
                                           "  - client: setsockopt(SO_SNDBUF, 1000000)\n"
                                           "  - server#2: conn.recv(101360, MSG_WAITALL)\n"
                                           "  - client: send(bytes(101360)) = 101360\n"),
                                    folder.file("run.pcapng"));
    const analysis::Analysis analysis = analysis::analyse(recording);
    CHECK(kernel_says(recording, analysis).empty());
    const auto bursts = bursts_of(analysis, 10 * kMillisecondNs);
    REQUIRE(bursts.size() >= 3);
    CHECK(bursts[0].size() == 10);  // RFC 6928
    const SocketId client = analysis.flows[0].end(analysis::Side::kInitiator).socket;
    for (std::size_t round = 0; round < 3; ++round) {
        const TimeNs end = analysis.sightings.departure_ns(bursts[round].back());
        std::uint32_t window = 0;
        for (const Sample& sample : recording.samples) {
            const bool full = (sample.has & Sample::kTcpInfo) != 0 && sample.socket == client;
            if (full && sample.time_ns <= end + 5 * kMillisecondNs) window = sample.tcp.snd_cwnd_segments;
        }
        CHECK(window == 10U << round);
        CHECK(bursts[round].size() == window);
    }
}

TEST_CASE("At a bottleneck the way takes as long as the queue is long") {
    constexpr double kBitsPerS = 10e6;
    const TemporaryFolder folder;
    const Recording recording =
        run(parsed("link: { delay: 5ms, client > server: { rate: 10Mbit, queue: 200 packets } }\n" + kConnected +
                   "  - client: setsockopt(TCP_CONGESTION, \"reno\")\n"  // CUBIC stops by the delay, sooner or later
                   "  - client: setsockopt(SO_SNDBUF, 1000000)\n"
                   "  - server#2: conn.recv(200000, MSG_WAITALL)\n"
                   "  - client: send(bytes(200000)) = 200000\n"),
            folder.file("run.pcapng"));
    const analysis::Analysis analysis = analysis::analyse(recording);
    std::vector<double> off;
    std::uint32_t longest_queue = 0;
    for (const std::uint32_t packet : analysis.flows.at(0).packets) {
        if (analysis.packets.payload_bytes[packet] < 1000) continue;
        REQUIRE(analysis.sightings.arrivals(packet).size() == 1);
        const WireFate& fate = recording.fates.at(analysis.sightings.arrivals(packet)[0].fate);
        longest_queue = std::max(longest_queue, fate.queue_packets);
        const double wanted_ns =
            static_cast<double>(fate.queue_bytes + fate.size_bytes) * 8e9 / kBitsPerS + 5.0 * kMillisecondNs;
        const auto took = analysis.sightings.arrival_ns(packet) - analysis.sightings.departure_ns(packet);
        off.push_back(static_cast<double>(took) / wanted_ns - 1);
    }
    CHECK(longest_queue > 20);
    std::sort(off.begin(), off.end());
    REQUIRE(off.size() > 100);
    CHECK(std::abs(off[off.size() / 2]) < 0.10);
}

TEST_CASE("What the kernel says of its queues agrees with what was seen, also over a wire that loses") {
    const TemporaryFolder folder;
    const Recording recording =
        run(parsed("link: { delay: 8ms, drop: ['client > server: ACK 1448 bytes #3'] }\n" + kConnected +
                   "  - client: send(bytes(30000)) = 30000\n"
                   "  - until: server.conn.unread_bytes == 30000\n"
                   "  - server: conn.recv(10000) = bytes(10000)\n"
                   "  - server: conn.recv(30000) = 20000\n"
                   "  - client: close()\n"
                   "  - server: conn.recv(10) = \"\"\n"
                   "  - server: conn.close()\n"),
            folder.file("run.pcapng"));
    const analysis::Analysis analysis = analysis::analyse(recording);
    CHECK(kernel_says(recording, analysis).empty());
}

TEST_CASE("A multicast datagram goes to every host, each way with a fate of its own") {
    const TemporaryFolder folder;
    const Recording recording = run(parsed("link: { alice > carol: { loss: { every: 2 } }, delay: 2ms }\n"
                                           "story:\n"
                                           "  - bob: socket(udp)\n"
                                           "  - bob: bind(*:5000)\n"
                                           "  - carol: socket(udp)\n"
                                           "  - carol: bind(*:5000)\n"
                                           "  - alice: socket(udp)\n"
                                           "  - alice: setsockopt(SO_BROADCAST, 1)\n"
                                           "  - alice: sendto(\"one\", 10.0.0.255:5000)\n"
                                           "  - alice: sendto(\"two\", 10.0.0.255:5000)\n"
                                           "  - bob: recvfrom(10) = \"one\"\n"
                                           "  - bob: recvfrom(10) = \"two\"\n"
                                           "  - carol: recvfrom(10) = \"one\"\n"
                                           "expect:\n"
                                           "  lost: [4]\n"),
                                    folder.file("run.pcapng"));
    const analysis::Analysis analysis = analysis::analyse(recording);
    CHECK(analysis.datagrams.size() == 4);
}

// The pure model: what becomes of each packet, exactly.
#include "sim/wire/impairment.hpp"

#include <cmath>
#include <set>

#include "tests/support/catch.hpp"

namespace wirestory::test {
namespace {

using namespace sim;

WireSpec two_hosts() {
    WireSpec spec;
    spec.hosts = {"client", "server"};
    return spec;
}

// `count` packets of one size, `gap_ns` apart, from host 0 to host 1.
std::vector<Fate> offer_many(Impairment& model, std::size_t count, DurationNs gap_ns, std::uint32_t size_bytes = 1250,
                             HostId from = 0, HostId to = 1) {
    std::vector<Fate> fates;
    for (std::size_t i = 0; i < count; ++i) {
        Offer offer;
        offer.from = from;
        offer.to = to;
        offer.size_bytes = size_bytes;
        offer.now_ns = kSecondNs + static_cast<TimeNs>(i) * gap_ns;
        fates.push_back(model.decide(offer));
    }
    return fates;
}

std::vector<Fate> offer_many(const WireSpec& spec, std::size_t count, DurationNs gap_ns,
                             std::uint32_t size_bytes = 1250) {
    Impairment model(spec);
    return offer_many(model, count, gap_ns, size_bytes);
}

std::set<std::uint64_t> numbers_with(const std::vector<Fate>& fates, DropCause cause) {
    std::set<std::uint64_t> numbers;
    for (const Fate& fate : fates)
        if (fate.cause == cause) numbers.insert(fate.packet_number);
    return numbers;
}

TEST_CASE("a plain wire passes everything at once") {
    for (const Fate& fate : offer_many(two_hosts(), 100, kMicrosecondNs)) {
        const TimeNs came = kSecondNs + static_cast<TimeNs>(fate.packet_number - 1) * kMicrosecondNs;
        CHECK(fate.cause == DropCause::kNone);
        CHECK(fate.copies == 1);
        CHECK(fate.due_ns[0] == came);
        CHECK(fate.queue.packets == 0);
    }
}

TEST_CASE("loss of every n-th packet is exact, and each direction counts for itself") {
    WireSpec spec = two_hosts();
    spec.path.loss.every = 3;
    Impairment model(spec);
    CHECK(numbers_with(offer_many(model, 10, 1000), DropCause::kLoss) == std::set<std::uint64_t>{3, 6, 9});
    CHECK(numbers_with(offer_many(model, 4, 1000, 100, 1, 0), DropCause::kLoss) == std::set<std::uint64_t>{3});
    CHECK(numbers_with(offer_many(model, 3, 1000), DropCause::kLoss) == std::set<std::uint64_t>{12});
}

TEST_CASE("random loss lies within three standard deviations for each of many seeds") {
    constexpr std::size_t kPackets = 20'000;
    for (const double probability : {0.01, 0.05, 0.5}) {
        const double mean = kPackets * probability;
        const double deviation = std::sqrt(mean * (1 - probability));
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            WireSpec spec = two_hosts();
            spec.seed = seed;
            spec.path.loss.probability = probability;
            const auto lost = numbers_with(offer_many(spec, kPackets, 1000), DropCause::kLoss).size();
            CAPTURE(seed, probability, lost);
            CHECK(std::abs(static_cast<double>(lost) - mean) <= 3 * deviation);
        }
    }
}

TEST_CASE("the bounds of chance are certain") {
    WireSpec spec = two_hosts();
    spec.path.loss.probability = 1.0;
    CHECK(numbers_with(offer_many(spec, 1000, 1000), DropCause::kLoss).size() == 1000);
    spec.path.loss.probability = 0.0;
    CHECK(numbers_with(offer_many(spec, 1000, 1000), DropCause::kLoss).empty());
}

TEST_CASE("the same seed loses the same packets, whatever the times, the other direction and other settings") {
    WireSpec spec = two_hosts();
    spec.path.loss.probability = 0.1;
    spec.path.bursts = GilbertElliott{0.02, 0.3, 0.0, 1.0};
    spec.path.corrupt.probability = 0.1;
    const auto fates = offer_many(spec, 2000, 1000);
    const auto lost = numbers_with(fates, DropCause::kLoss);
    REQUIRE(lost.size() > 200);

    CHECK(numbers_with(offer_many(spec, 2000, 77'777), DropCause::kLoss) == lost);

    WireSpec busier = spec;
    busier.path.jitter_ns = kMillisecondNs;
    busier.path.duplicate.probability = 0.3;
    busier.path.reorder.every = 7;
    busier.path.delay_ns = 5 * kMillisecondNs;
    CHECK(numbers_with(offer_many(busier, 2000, 1000), DropCause::kLoss) == lost);

    Impairment both(spec);
    std::set<std::uint64_t> lost_among_others;
    for (int i = 0; i < 2000; ++i) {
        (void)offer_many(both, static_cast<std::size_t>(i % 3), 10, 100, 1, 0);
        for (const Fate& fate : offer_many(both, 1, 0)) {
            if (fate.cause == DropCause::kLoss) lost_among_others.insert(fate.packet_number);
            CHECK(fate.corrupt == fates[fate.packet_number - 1].corrupt);
        }
    }
    CHECK(lost_among_others == lost);

    spec.seed = 2;
    CHECK(numbers_with(offer_many(spec, 2000, 1000), DropCause::kLoss) != lost);
}

TEST_CASE("the two directions draw different losses from one seed") {
    WireSpec spec = two_hosts();
    spec.path.loss.probability = 0.1;
    Impairment model(spec);
    const auto there = numbers_with(offer_many(model, 2000, 1000), DropCause::kLoss);
    const auto back = numbers_with(offer_many(model, 2000, 1000, 1250, 1, 0), DropCause::kLoss);
    CHECK(there != back);
}

TEST_CASE("Gilbert-Elliott: bursts are as long and as frequent as asked") {
    constexpr std::size_t kPackets = 200'000;
    WireSpec spec = two_hosts();
    spec.path.bursts = GilbertElliott{0.01, 0.25, 0.0, 1.0};
    const auto fates = offer_many(spec, kPackets, 1000);
    std::size_t bursts = 0;
    std::size_t lost = 0;
    bool before = false;
    for (const Fate& fate : fates) {
        const bool now = fate.cause == DropCause::kLoss;
        lost += now ? 1 : 0;
        bursts += now && !before ? 1 : 0;
        before = now;
    }
    REQUIRE(bursts > 1000);
    // Geometric with mean 4 and deviation sqrt(12); the mean of so many lies within three of its own deviations.
    const double mean = static_cast<double>(lost) / static_cast<double>(bursts);
    CHECK(std::abs(mean - 4.0) < 3 * std::sqrt(12.0 / static_cast<double>(bursts)));
    // In the long run enter / (enter + leave) of the time is spent in bursts.
    CHECK(static_cast<double>(lost) / kPackets == Approx(0.01 / 0.26).epsilon(0.05));
}

TEST_CASE("a rate puts packets exactly one length apart, without drift") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1'000'000;
    spec.port.queue_packets = 10'000;
    const auto fates = offer_many(spec, 100, 0);  // 1250 bytes are 10 ms
    for (const Fate& fate : fates)
        CHECK(fate.due_ns[0] == kSecondNs + static_cast<TimeNs>(fate.packet_number) * 10 * kMillisecondNs);

    spec.port.rate_bits_per_s = 7'000'000;  // 1514 bytes are 1730285.71... ns: rounded up, never summed up rounded
    const auto uneven = offer_many(spec, 7'000, 0, 1514);
    CHECK(uneven.back().due_ns[0] == kSecondNs + 1514LL * 8 * kSecondNs / 1000);
    CHECK(uneven.front().due_ns[0] == kSecondNs + 1'730'286);
}

TEST_CASE("a line that was idle owes nothing") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1'000'000;
    const auto fates = offer_many(spec, 10, 25 * kMillisecondNs);
    for (const Fate& fate : fates) {
        const TimeNs came = kSecondNs + static_cast<TimeNs>(fate.packet_number - 1) * 25 * kMillisecondNs;
        CHECK(fate.due_ns[0] == came + 10 * kMillisecondNs);
        CHECK(fate.queue.packets == 0);
    }
}

TEST_CASE("a bucket lets a burst pass at once, then paces, and fills up again while idle") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1'000'000;
    spec.port.burst_bytes = 3 * 1250;
    Impairment model(spec);
    const auto fates = offer_many(model, 6, 0);
    const DurationNs waits_ms[] = {0, 0, 0, 10, 20, 30};
    for (std::size_t i = 0; i < fates.size(); ++i)
        CHECK(fates[i].due_ns[0] == kSecondNs + waits_ms[i] * kMillisecondNs);

    Offer later;
    later.to = 1;
    later.size_bytes = 1250;
    later.now_ns = kSecondNs + 30 * kMillisecondNs + 20 * kMillisecondNs;  // worth two packets
    CHECK(model.decide(later).due_ns[0] == later.now_ns);
    CHECK(model.decide(later).due_ns[0] == later.now_ns);
    CHECK(model.decide(later).due_ns[0] == later.now_ns + 10 * kMillisecondNs);
}

TEST_CASE("a full queue drops the newcomer, by packets") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1'000'000;
    spec.port.queue_packets = 4;
    Impairment model(spec);
    const auto fates = offer_many(model, 7, 0);
    CHECK(numbers_with(fates, DropCause::kQueueFull) == std::set<std::uint64_t>{5, 6, 7});
    for (std::size_t i = 0; i < 4; ++i) CHECK(fates[i].queue.packets == i);
    CHECK(fates[6].queue.packets == 4);
    CHECK(fates[6].queue.bytes == 5000);

    Offer after_one_left;
    after_one_left.to = 1;
    after_one_left.size_bytes = 1250;
    after_one_left.now_ns = kSecondNs + 10 * kMillisecondNs;
    const Fate fate = model.decide(after_one_left);
    CHECK(fate.cause == DropCause::kNone);
    CHECK(fate.queue.packets == 3);
    CHECK(fate.due_ns[0] == kSecondNs + 50 * kMillisecondNs);
}

TEST_CASE("a full queue drops the newcomer, by bytes; a smaller one may still fit") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1'000'000;
    spec.port.queue_bytes = 3000;
    Impairment model(spec);
    CHECK(numbers_with(offer_many(model, 3, 0), DropCause::kQueueFull) == std::set<std::uint64_t>{3});
    CHECK(offer_many(model, 1, 0, 501)[0].cause == DropCause::kQueueFull);
    CHECK(offer_many(model, 1, 0, 500)[0].cause == DropCause::kNone);
}

TEST_CASE("delay comes behind the queue; waiting time is queue length over rate") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 8'000'000;
    spec.path.delay_ns = 20 * kMillisecondNs;
    for (const Fate& fate : offer_many(spec, 50, 100 * kMicrosecondNs, 1000)) {  // 1 ms each, ten times too fast
        const TimeNs came = kSecondNs + static_cast<TimeNs>(fate.packet_number - 1) * 100 * kMicrosecondNs;
        const DurationNs queue_ns = fate.sent_ns[0] - came - kMillisecondNs;
        CHECK(fate.due_ns[0] == fate.sent_ns[0] + 20 * kMillisecondNs);
        // What it found, less what had already left of the packet on the line.
        CHECK(queue_ns <= static_cast<DurationNs>(fate.queue.bytes) * 1000);
        CHECK(queue_ns > static_cast<DurationNs>(fate.queue.bytes) * 1000 - kMillisecondNs);
    }
}

TEST_CASE("senders to one host share its port") {
    WireSpec spec;
    spec.hosts = {"a", "b", "c"};
    spec.port.rate_bits_per_s = 1'000'000;
    Impairment model(spec);
    CHECK(offer_many(model, 1, 0, 1250, 0, 2)[0].due_ns[0] == kSecondNs + 10 * kMillisecondNs);
    CHECK(offer_many(model, 1, 0, 1250, 1, 2)[0].due_ns[0] == kSecondNs + 20 * kMillisecondNs);
    CHECK(offer_many(model, 1, 0, 1250, 0, 1)[0].due_ns[0] == kSecondNs + 10 * kMillisecondNs);
}

TEST_CASE("jitter stays in its bounds and keeps the order unless asked not to") {
    WireSpec spec = two_hosts();
    spec.path.delay_ns = 10 * kMillisecondNs;
    spec.path.jitter_ns = 4 * kMillisecondNs;
    const auto inversions = [](const std::vector<Fate>& fates) {
        int count = 0;
        for (std::size_t i = 1; i < fates.size(); ++i) count += fates[i].due_ns[0] < fates[i - 1].due_ns[0] ? 1 : 0;
        return count;
    };
    CHECK(inversions(offer_many(spec, 1000, 100 * kMicrosecondNs)) == 0);
    spec.path.jitter_reorders = true;
    const auto fates = offer_many(spec, 1000, 100 * kMicrosecondNs);
    CHECK(inversions(fates) > 300);
    std::set<DurationNs> delays;
    for (const Fate& fate : fates) {
        const TimeNs came = kSecondNs + static_cast<TimeNs>(fate.packet_number - 1) * 100 * kMicrosecondNs;
        delays.insert(fate.due_ns[0] - came);
    }
    CHECK(*delays.begin() >= 6 * kMillisecondNs);
    CHECK(*delays.begin() < 6 * kMillisecondNs + 100 * kMicrosecondNs);
    CHECK(*delays.rbegin() <= 14 * kMillisecondNs);
    CHECK(*delays.rbegin() > 14 * kMillisecondNs - 100 * kMicrosecondNs);
}

TEST_CASE("jitter larger than the delay never sends a packet into the past") {
    WireSpec spec = two_hosts();
    spec.path.delay_ns = kMillisecondNs;
    spec.path.jitter_ns = 5 * kMillisecondNs;
    spec.path.jitter_reorders = true;
    for (const Fate& fate : offer_many(spec, 1000, 0)) CHECK(fate.due_ns[0] >= kSecondNs);
}

TEST_CASE("a reordered packet is overtaken and holds nobody up") {
    WireSpec spec = two_hosts();
    spec.path.reorder.every = 4;
    spec.path.reorder_by_ns = 10 * kMillisecondNs;
    const auto fates = offer_many(spec, 8, kMillisecondNs);
    for (const Fate& fate : fates) {
        const TimeNs came = kSecondNs + static_cast<TimeNs>(fate.packet_number - 1) * kMillisecondNs;
        CHECK(fate.reordered == (fate.packet_number % 4 == 0));
        CHECK(fate.due_ns[0] == came + (fate.reordered ? 10 * kMillisecondNs : 0));
    }
}

TEST_CASE("duplicates take their own place in the queue") {
    WireSpec spec = two_hosts();
    spec.path.duplicate.every = 2;
    spec.path.duplicate_copies = 2;
    spec.port.rate_bits_per_s = 1'000'000;
    spec.port.queue_packets = 3;
    const auto fates = offer_many(spec, 2, 0);
    CHECK(fates[0].copies == 1);
    CHECK(fates[1].copies == 2);  // the third found the queue full
    CHECK(fates[1].due_ns[0] == kSecondNs + 20 * kMillisecondNs);
    CHECK(fates[1].due_ns[1] == kSecondNs + 30 * kMillisecondNs);
}

TEST_CASE("the mtu of a path swallows what is longer") {
    WireSpec spec = two_hosts();
    spec.path.mtu_bytes = 1400;
    CHECK(offer_many(spec, 1, 0, 1414)[0].cause == DropCause::kNone);
    CHECK(offer_many(spec, 1, 0, 1415)[0].cause == DropCause::kMtu);
}

TEST_CASE("a cut path drops, a restored one goes on with its numbers") {
    Impairment model(two_hosts());
    model.set_cut(0, 1, true);
    CHECK(offer_many(model, 2, 0)[1].cause == DropCause::kCut);
    CHECK(offer_many(model, 1, 0, 100, 1, 0)[0].cause == DropCause::kNone);
    model.set_cut(0, 1, false);
    const Fate fate = offer_many(model, 1, 0)[0];
    CHECK(fate.cause == DropCause::kNone);
    CHECK(fate.packet_number == 3);
}

TEST_CASE("packets are marked when the queue they find is at its threshold") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1'000'000;
    spec.port.ecn_mark_packets = 2;
    const auto fates = offer_many(spec, 4, 0);
    CHECK_FALSE(fates[0].mark_ce);
    CHECK_FALSE(fates[1].mark_ce);
    CHECK(fates[2].mark_ce);
    CHECK(fates[3].mark_ce);
}

TEST_CASE("the longest promises still fit the clock") {
    WireSpec spec = two_hosts();
    spec.port.rate_bits_per_s = 1000;
    spec.port.queue_packets = 1U << 20U;
    REQUIRE(check(spec));
    TimeNs last = 0;
    for (const Fate& fate : offer_many(spec, 100'000, 0, 65'549)) {
        REQUIRE(fate.due_ns[0] > last);
        last = fate.due_ns[0];
    }
}

}  // namespace
}  // namespace wirestory::test

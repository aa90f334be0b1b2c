// Exact rules, and what a wire's description may not say.
#include <cmath>

#include "sim/wire/impairment.hpp"
#include "tests/support/catch.hpp"

namespace wirestory::test {
namespace {

using namespace sim;

WireSpec two_hosts() {
    WireSpec spec;
    spec.hosts = {"client", "server"};
    return spec;
}

PacketPattern tcp_pattern(std::uint16_t flags, HostId from = kNoActor) {
    PacketPattern pattern;
    pattern.from = from;
    pattern.protocol = "tcp";
    pattern.tcp_flags = flags;
    return pattern;
}

Fate offer_tcp(Impairment& model, std::uint16_t flags, HostId from = 0) {
    SeenPacket seen;
    seen.from = from;
    seen.to = static_cast<HostId>(1 - from);
    seen.protocol = "tcp";
    seen.tcp_flags = flags;
    Offer offer;
    offer.from = seen.from;
    offer.to = seen.to;
    offer.size_bytes = 54;
    offer.now_ns = kSecondNs;
    offer.seen = &seen;
    return model.decide(offer);
}

TEST_CASE("a rule takes the n-th packet that fits, and no other") {
    constexpr std::uint16_t kSyn = 0x02;
    constexpr std::uint16_t kPshAck = 0x18;
    WireSpec spec = two_hosts();
    spec.rules.push_back({tcp_pattern(kPshAck, 0), 2, WireAction::kDrop, 0});
    spec.rules.push_back({tcp_pattern(kSyn), 0, WireAction::kDelay, 7 * kMillisecondNs});
    Impairment model(spec);
    CHECK(offer_tcp(model, kPshAck).cause == DropCause::kNone);
    CHECK(offer_tcp(model, kPshAck, 1).cause == DropCause::kNone);
    const Fate dropped = offer_tcp(model, kPshAck);
    CHECK(dropped.cause == DropCause::kRule);
    CHECK(dropped.rule == 0);
    CHECK(offer_tcp(model, kPshAck).cause == DropCause::kNone);
    for (int i = 0; i < 2; ++i) {
        const Fate delayed = offer_tcp(model, kSyn);
        CHECK(delayed.due_ns[0] == kSecondNs + 7 * kMillisecondNs);
        CHECK(delayed.rule == 1);
    }
    CHECK(offer_tcp(model, 0x10).due_ns[0] == kSecondNs);  // overtakes both
}

TEST_CASE("rules duplicate and corrupt; a packet that is lost counts for them too") {
    WireSpec spec = two_hosts();
    spec.path.loss.every = 2;
    spec.rules.push_back({tcp_pattern(0x10), 3, WireAction::kDuplicate, 0});
    spec.rules.push_back({tcp_pattern(0x10), 3, WireAction::kCorrupt, 0});
    Impairment model(spec);
    CHECK(offer_tcp(model, 0x10).copies == 1);
    CHECK(offer_tcp(model, 0x10).cause == DropCause::kLoss);
    const Fate third = offer_tcp(model, 0x10);
    CHECK(third.copies == 2);
    CHECK(third.corrupt);
}

TEST_CASE("what cannot be is refused with a sentence") {
    WireSpec spec = two_hosts();
    CHECK(check(spec));
    const auto refused = [&](auto change, const std::string& part) {
        WireSpec wrong = spec;
        change(wrong);
        const Status status = check(wrong);
        REQUIRE_FALSE(status);
        CHECK(status.error().message.find(part) != std::string::npos);
    };
    refused([](WireSpec& s) { s.hosts = {"alone"}; }, "joins 1 hosts");
    refused([](WireSpec& s) { s.hosts.resize(kMaxWireHosts + 1); }, "takes 2 to 64");
    refused([](WireSpec& s) { s.mtu_bytes = 60; }, "mtu is 60");
    refused([](WireSpec& s) { s.path.loss.probability = 1.5; }, "loss is 1.5");
    refused([](WireSpec& s) { s.path.corrupt.probability = std::nan(""); }, "corrupt is nan");
    refused([](WireSpec& s) { s.path.delay_ns = -1; }, "delay is -1");
    refused([](WireSpec& s) { s.path.bursts = GilbertElliott{2.0, 1.0, 0.0, 1.0}; }, "enter a loss burst");
    refused([](WireSpec& s) { s.path.duplicate_copies = 4; }, "4 duplicates");
    refused([](WireSpec& s) { s.port.rate_bits_per_s = 10; }, "rate is 10 bit/s");
    refused([](WireSpec& s) { s.port.queue_packets = 0; }, "a queue of 0 packets");
    refused([](WireSpec& s) { s.paths.push_back({0, 2, {}}); }, "host number 2");
    refused([](WireSpec& s) { s.rules.push_back({tcp_pattern(0, 5), 0, WireAction::kDrop, 0}); }, "host number 5");
}

}  // namespace
}  // namespace wirestory::test

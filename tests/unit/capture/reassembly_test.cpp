#include "capture/wire/reassembly.hpp"

#include "capture/wire/link_types.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/capture/frames.hpp"

using namespace wirestory;
using namespace wirestory::capture;
using namespace wirestory::test;

namespace {

void put16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::byte>(value >> 8U));
    out.push_back(static_cast<std::byte>(value));
}

struct Part {
    std::size_t offset = 0;
    std::size_t bytes = 8;
    bool more = true;
    std::uint16_t id = 1;
    char fill = 'x';
};

// A fragment of a datagram of protocol 200, so that any bytes will do.
Bytes fragment_v4(const Part& part) {
    Bytes out = hex("45 00");
    put16(out, 20 + part.bytes);
    put16(out, part.id);
    put16(out, part.offset / 8 | (part.more ? 0x2000U : 0U));
    out = out + hex("40 c8 0000 0a000001 0a000002");
    out.insert(out.end(), part.bytes, static_cast<std::byte>(part.fill));
    return out;
}

Bytes fragment_v6(const Part& part) {
    Bytes out = hex("60 00 00 00");
    put16(out, 8 + part.bytes);
    out = out + hex("2c 40") + Bytes(16, std::byte{1}) + Bytes(16, std::byte{2}) + hex("c8 00");
    put16(out, part.offset | (part.more ? 1U : 0U));
    out = out + hex("0000");
    put16(out, part.id);
    out.insert(out.end(), part.bytes, static_cast<std::byte>(part.fill));
    return out;
}

class Feed {
public:
    explicit Feed(bool v6, const Reassembler::Limits& limits = {}) : reassembler(limits), v6_(v6) {}
    Reassembly operator()(const Part& part, TimeNs when = 0) {
        frame_ = v6_ ? fragment_v6(part) : fragment_v4(part);
        return reassembler.add(frame_, decode(frame_, kLinkRaw, static_cast<std::uint32_t>(frame_.size())), when);
    }
    Reassembler reassembler;

private:
    bool v6_;
    Bytes frame_;
};

}  // namespace

TEST_CASE("a datagram is whole when its last gap closes, in any order") {
    const bool v6 = GENERATE(false, true);
    Feed feed(v6);
    CHECK(feed({16, 5, false}) == Reassembly::kHeld);
    CHECK(feed({0, 8, true, 1, 'a'}) == Reassembly::kHeld);
    CHECK(feed({0, 8, true, 2}) == Reassembly::kHeld);  // of another datagram
    CHECK(feed({8, 8, true, 1, 'b'}) == Reassembly::kComplete);
    CHECK(as_text(feed.reassembler.datagram().payload) == "aaaaaaaabbbbbbbbxxxxx");
    CHECK(feed.reassembler.datagram().ip_protocol == 200);
    CHECK(feed.reassembler.held_datagrams() == 1);
    CHECK(feed({8, 8, false, 2}) == Reassembly::kComplete);
}

TEST_CASE("copies are no overlap; overlaps drop the datagram in IPv6 and keep what came first in IPv4") {
    for (const bool v6 : {false, true}) {
        Feed feed(v6);
        CHECK(feed({0, 16, true, 1, 'a'}) == Reassembly::kHeld);
        CHECK(feed({0, 16, true, 1, 'a'}) == Reassembly::kHeld);
        CHECK(feed({8, 16, true, 1, 'b'}) == (v6 ? Reassembly::kDropped : Reassembly::kHeld));
        CHECK(feed({24, 1, false, 1, 'c'}) == (v6 ? Reassembly::kDropped : Reassembly::kComplete));
        if (!v6) CHECK(as_text(feed.reassembler.datagram().payload) == "aaaaaaaaaaaaaaaabbbbbbbbc");
    }
}

TEST_CASE("ends that contradict one another, and datagrams longer than any, are dropped") {
    Feed feed(false);
    CHECK(feed({16, 8, false}) == Reassembly::kHeld);
    CHECK(feed({24, 8, false}) == Reassembly::kDropped);
    CHECK(feed({16, 16, true}) == Reassembly::kDropped);
    CHECK(feed({0, 7, true}) == Reassembly::kDropped);  // not a multiple of 8, and more follow
    CHECK(feed({65528, 16, true}) == Reassembly::kDropped);
    CHECK(feed({8, 8, true}) == Reassembly::kHeld);
    CHECK(feed({0, 8, true}) == Reassembly::kComplete);
}

TEST_CASE("what is no fragment, or was not captured whole, stands for itself") {
    Reassembler reassembler;
    const Bytes whole = ipv4_udp_hey();
    CHECK(reassembler.add(whole, decode(whole, kLinkRaw, 31), 0) == Reassembly::kNotNeeded);
    const Bytes atomic = fragment_v6({0, 8, false});
    CHECK(reassembler.add(atomic, decode(atomic, kLinkRaw, 56), 0) == Reassembly::kNotNeeded);
    const Bytes part = fragment_v4({0, 8, true});
    const ByteView cut = ByteView(part).first(part.size() - 1);
    CHECK(reassembler.add(cut, decode(cut, kLinkRaw, 28), 0) == Reassembly::kNotNeeded);
    CHECK(reassembler.held_datagrams() == 0);
}

TEST_CASE("an id that comes again after its datagram has aged begins a new one") {
    Feed feed(false);
    CHECK(feed({0, 8, true, 1, 'o'}) == Reassembly::kHeld);
    CHECK(feed({8, 8, false, 1, 'n'}, 61 * kSecondNs) == Reassembly::kHeld);
    CHECK(feed({0, 8, true, 1, 'n'}, 61 * kSecondNs) == Reassembly::kComplete);
    CHECK(as_text(feed.reassembler.datagram().payload) == "nnnnnnnnnnnnnnnn");
}

TEST_CASE("a flood of fragments stays within its memory and is linear") {
    const bool v6 = GENERATE(false, true);
    Reassembler::Limits limits;
    limits.datagrams = 64;
    limits.bytes = 1U << 20U;
    Feed feed(v6, limits);
    (void)feed({0, 8, true, 65535});  // an old one that stays incomplete before all the others
    for (unsigned i = 0; i < 20'000; ++i) {
        const auto id = static_cast<std::uint16_t>(i);
        (void)feed({65520, 8, false, id});
        if (i % 2 == 0) continue;
        // Complete ones leave their places in the queue of ages.
        CHECK(feed({0, 8, true, static_cast<std::uint16_t>(60'000 + i % 10)}) != Reassembly::kNotNeeded);
        (void)feed({8, 8, false, static_cast<std::uint16_t>(60'000 + i % 10)});
        if (feed.reassembler.held_datagrams() > 64 || feed.reassembler.held_bytes() > limits.bytes) FAIL("round " << i);
    }
    // One datagram of 8,191 fragments, backwards.
    for (std::size_t at = 65520; at > 0; at -= 8) REQUIRE(feed({at, 8, at != 65520, 59'999}) == Reassembly::kHeld);
    CHECK(feed({0, 8, true, 59'999}) == Reassembly::kComplete);
}

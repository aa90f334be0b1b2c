// The wire with real sockets between hosts, as oneself and as an ordinary user.
#include "sim/wire/wire.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/sandboxed.hpp"
#include "tests/unit/wire/wire_hosts.hpp"

namespace wirestory::test {
namespace {

using sim::DropCause;
using sim::FateEntry;
using sim::Wire;
using sim::WireSpec;

void exchange_datagrams(Checks& checks) {
    auto wire = Wire::open(two_hosts());
    EXPECT_EQUAL_IN(checks, wire ? "" : wire.error().message, "");
    if (!wire) return;
    const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
    const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
    EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "hello"));
    EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), "hello");
    EXPECT_IN(checks, send_to(server.get(), wire->hosts()[0].address, kPort, "world"));
    EXPECT_EQUAL_IN(checks, receive(client.get()).value_or("nothing"), "world");
    wire->close();
    std::vector<FateEntry> fates;
    wire->take_fates(fates);
    EXPECT_EQUAL_IN(checks, fates.size(), 2U);  // no ARP, no IPv6, nothing else
    for (const FateEntry& fate : fates) {
        EXPECT_EQUAL_IN(checks, fate.packet_number, 1U);
        EXPECT_EQUAL_IN(checks, fate.size_bytes, 14U + 20U + 8U + 5U);
        EXPECT_IN(checks, fate.cause == DropCause::kNone);
        EXPECT_IN(checks, fate.left_ns >= fate.entered_ns);
    }
    EXPECT_EQUAL_IN(checks, wire->statistics().unasked_losses(), 0U);
}

TEST_CASE("two hosts exchange datagrams, and nothing else is on the wire") {
    for (const User user : users_to_try()) CHECK(in_sandbox(user, exchange_datagrams) == "");
}

}  // namespace
}  // namespace wirestory::test

#include "recording/packet_table.hpp"

#include "tests/support/catch.hpp"

using namespace wirestory;

namespace {

PacketRecord packet(TimeNs time_ns, std::string_view frame, std::uint32_t flags = 0, std::uint64_t id = 0) {
    return {time_ns, 0, 100, flags, id, as_bytes(frame)};
}

}  // namespace

TEST_CASE("packets are kept as columns and come back whole") {
    PacketTable table;
    table.append_copy(packet(10, "one"));
    table.append_copy(packet(20, ""));
    table.append_copy(packet(30, "three", 2, 77));
    REQUIRE(table.size() == 3);
    CHECK(as_text(table.frame(0)) == "one");
    CHECK(table.frame(1).empty());
    const PacketRecord third = table.record(2);
    CHECK(third.time_ns == 30);
    CHECK(third.original_bytes == 100);
    CHECK(third.flags == 2);
    CHECK(third.packet_id == 77);
    CHECK(as_text(third.frame) == "three");
    CHECK(table.flags(0) == 0);
    CHECK(table.packet_id(1) == 0);
}

TEST_CASE("sorting by time moves everything of a packet and keeps the order of equals") {
    PacketTable table;
    table.append_copy(packet(30, "c", 1, 3));
    table.append_copy(packet(10, "a"));
    table.append_copy(packet(30, "d"));
    table.append_copy(packet(20, "b"));
    table.set_comment(0, "of c");
    table.set_comment(3, "of b");
    table.sort_by_time();
    std::string order;
    for (std::size_t i = 0; i < table.size(); ++i) order += as_text(table.frame(i));
    CHECK(order == "abcd");
    CHECK(table.flags(2) == 1);
    CHECK(table.packet_id(2) == 3);
    CHECK(table.flags(0) == 0);
    CHECK(table.comments() == std::map<std::uint32_t, std::string>{{1, "of b"}, {2, "of c"}});
}

TEST_CASE("a frame that leaves its storage is kept empty") {
    auto storage = std::make_shared<const Bytes>(to_bytes("0123456789"));
    PacketTable table;
    table.set_storage(storage, *storage);
    table.append_stored(packet(1, ""), 2, 3);
    table.append_stored(packet(2, ""), 8, 3);
    table.append_stored(packet(3, ""), ~std::uint64_t{0}, 0xFFFFFFFF);
    CHECK(as_text(table.frame(0)) == "234");
    CHECK(table.frame(1).empty());
    CHECK(table.captured_bytes(2) == 0);
}

// Columns beyond their first small blocks: large ones are mapped, and must behave as the small ones do.
#include "recording/column.hpp"

#include <utility>
#include <vector>

#include "recording/packet_table.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;

namespace {

constexpr std::size_t kMany = 1'500'000;

template <class AnyColumn>
std::size_t wrong(const AnyColumn& column) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < column.size(); ++i) count += column[i] == i ? 0 : 1;
    return count;
}

}  // namespace

TEST_CASE("a large column holds what was appended, copied and moved", "[column]") {
    Column<std::uint64_t> column;
    for (std::size_t i = 0; i < kMany; ++i) column.push_back(i);
    CHECK(wrong(column) == 0);
    Column<std::uint64_t> copy(column);
    column.clear();
    CHECK(column.empty());
    Column<std::uint64_t> moved(std::move(copy));
    moved.push_back(kMany);
    CHECK(moved.size() == kMany + 1);
    CHECK(wrong(moved) == 0);
}

TEST_CASE("a column that is given its size goes on growing", "[column]") {
    Column<std::uint32_t> column;
    column.extend(kMany);
    for (std::size_t i = 0; i < kMany; ++i) column.at(Place::of(i)) = static_cast<std::uint32_t>(i);
    for (std::size_t i = kMany; i < 2 * kMany; ++i) column.push_back(static_cast<std::uint32_t>(i));
    CHECK(column.size() == 2 * kMany);
    CHECK(wrong(column) == 0);
}

TEST_CASE("the sparse columns of packets begin with the first value that is not zero", "[column]") {
    PacketTable packets;
    const Bytes frame(60);
    const auto append = [&](TimeNs time_ns, TapId tap, std::uint32_t flags) {
        packets.append_copy({time_ns, tap, 60, flags, 0, frame});
    };
    append(30, 0, 0);
    append(20, 0, 0);
    append(10, 2, 0);
    append(40, 0, 7);
    packets.set_packet_id(1, 5);
    append(5, 0, 0);
    packets.sort_by_time();
    const auto row = [&](std::size_t i) {
        return std::vector<std::uint64_t>{static_cast<std::uint64_t>(packets.time_ns(i)), packets.tap(i),
                                          packets.flags(i), packets.packet_id(i), packets.number(i)};
    };
    CHECK(row(0) == std::vector<std::uint64_t>{5, 0, 0, 0, 5});
    CHECK(row(1) == std::vector<std::uint64_t>{10, 2, 0, 0, 3});
    CHECK(row(2) == std::vector<std::uint64_t>{20, 0, 0, 5, 2});
    CHECK(row(3) == std::vector<std::uint64_t>{30, 0, 0, 0, 1});
    CHECK(row(4) == std::vector<std::uint64_t>{40, 0, 7, 0, 4});
}

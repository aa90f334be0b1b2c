#include <string>
#include <utility>
#include <vector>

#include "analysis/analysis.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recording_builder.hpp"
#include "viz/layout/event_index.hpp"

namespace wirestory::viz {
namespace {

using test::End;
using test::us;

constexpr WireSeq kClientIsn = 0xFFFFFF00;  // numbers wrap within the first bytes
constexpr std::size_t kTcpOffset = 14 + 20;
constexpr std::size_t kTcpHeaderBytes = 20;

// The same frame with these SACK blocks for its options; edges are stream offsets of the client.
std::string with_sack(ByteView frame, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& blocks) {
    std::string bytes(reinterpret_cast<const char*>(frame.data()), kTcpOffset + kTcpHeaderBytes);
    std::string options = {1, 1, 5, static_cast<char>(2 + 8 * blocks.size())};
    const auto put = [&options](WireSeq number) {
        for (int shift = 24; shift >= 0; shift -= 8) options += static_cast<char>(number >> shift & 0xFFU);
    };
    for (const auto& [left, right] : blocks) {
        put(kClientIsn + 1 + left);
        put(kClientIsn + 1 + right);
    }
    bytes[14 + 3] = static_cast<char>(20 + kTcpHeaderBytes + options.size());  // IP total length
    bytes[kTcpOffset + 12] = static_cast<char>((kTcpHeaderBytes + options.size()) / 4 << 4U);
    return bytes + options;
}

std::string extras_of_ack(std::int64_t acknowledged,
                          const std::vector<std::pair<std::uint32_t, std::uint32_t>>& blocks) {
    test::RecordingBuilder builder;
    test::TcpLink link(builder, test::endpoint("10.0.0.2", 40000), test::endpoint("10.0.0.1", 9000), kClientIsn);
    link.handshake(us(0));
    link.data(End::kClient, us(100), std::string(2000, 'x'));
    link.hold_ack(End::kServer, acknowledged);
    const std::uint32_t plain = link.ack(End::kServer, us(200));
    const std::string frame = with_sack(builder.recording().packets.frame(plain), blocks);
    const std::uint32_t packet = builder.frame(us(300), frame);
    const Recording recording = builder.build();
    const PacketWords words = packet_words(recording, analysis::analyse(recording), packet);
    CHECK(words.numbers == "seq 1 ack " + std::to_string(acknowledged + 1));
    return words.extras;
}

TEST_CASE("An ACK with SACK blocks names what has arrived behind the hole, in relative numbers") {
    CHECK(extras_of_ack(500, {{1000, 1500}}) == "sack 1001-1501");
    CHECK(extras_of_ack(500, {{1500, 2000}, {700, 1000}}) == "sack 1501-2001 701-1001");
}

TEST_CASE("A first block below the ACK, or inside the second, reports a duplicate") {
    CHECK(extras_of_ack(500, {{0, 500}}) == "d-sack 1-501");
    CHECK(extras_of_ack(500, {{0, 500}, {1000, 1500}}) == "d-sack 1-501  sack 1001-1501");
    CHECK(extras_of_ack(500, {{1000, 1100}, {900, 1500}}) == "d-sack 1001-1101  sack 901-1501");
}

}  // namespace
}  // namespace wirestory::viz

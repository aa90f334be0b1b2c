// The captures of tests/golden/captures: one for each format, link type and tunnel, all of the same two packets.
#include <algorithm>
#include <filesystem>

#include "capture/source/capture_file.hpp"
#include "capture/wire/checksum.hpp"
#include "capture/wire/reassembly.hpp"
#include "capture/wire/tunnel.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;
using namespace wirestory::capture;

namespace {

std::vector<std::string> captures(std::string_view prefix) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(WIRESTORY_SOURCE_DIR "/tests/golden/captures")) {
        if (entry.path().filename().string().rfind(prefix, 0) == 0) paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

Recording opened(const std::string& path) {
    auto recording = open_capture_file(path);
    if (!recording) FAIL(recording.error().message);
    return std::move(*recording);
}

DecodedPacket decoded(const Recording& recording, std::size_t i) {
    return decode(recording.packets.frame(i), recording.taps[recording.packets.tap(i)].link_type,
                  recording.packets.original_bytes(i));
}

void check_packet(ByteView frame, const DecodedPacket& packet) {
    CHECK(packet.issue == DecodeIssue::kNone);
    const bool v6 = packet.source.version == IpVersion::kV6;
    CHECK(packet.source.to_string() == (v6 ? "fd00::1" : "10.0.0.1"));
    CHECK(packet.destination.to_string() == (v6 ? "fd00::2" : "10.0.0.2"));
    CHECK(verify_checksums(frame, packet).transport == Checksum::kGood);
    CHECK(verify_checksums(frame, packet).ip == (v6 ? Checksum::kAbsent : Checksum::kGood));
    if (packet.transport == Transport::kUdp) {
        CHECK(packet.udp.source_port == 53);
        CHECK(packet.udp.destination_port == 4096);
        CHECK(as_text(packet.payload) == "hey");
    } else {
        REQUIRE(packet.transport == Transport::kTcp);
        CHECK(packet.tcp.seq == 100);
        CHECK(packet.tcp.options.timestamp_echo == 2);
        CHECK(as_text(packet.payload) == "hello");
    }
}

}  // namespace

TEST_CASE("each link type leads to the same packets") {
    const auto paths = captures("link-");
    CHECK(paths.size() >= 50);
    for (const std::string& path : paths) {
        INFO(path);
        const Recording recording = opened(path);
        CHECK(recording.damages.empty());
        REQUIRE(recording.packets.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) {
            const DecodedPacket packet = decoded(recording, i);
            CHECK(packet.transport == (i == 0 ? Transport::kUdp : Transport::kTcp));
            check_packet(recording.packets.frame(i), packet);
            CHECK(packet.vlan_count == (path.find("qinq") != std::string::npos   ? 2
                                        : path.find("vlan") != std::string::npos ? 1
                                                                                 : 0));
            if (packet.vlan_count > 0) CHECK(packet.vlan_ids[0] == 100);
            if (packet.vlan_count > 1) CHECK(packet.vlan_ids[1] == 101);
        }
    }
}

TEST_CASE("what a link layer or a tunnel carries may be cut at any byte") {
    for (const char* prefix : {"link-", "tunnel-"}) {
        for (const std::string& path : captures(prefix)) {
            const Recording recording = opened(path);
            const ByteView frame = recording.packets.frame(1);
            const std::uint32_t link_type = recording.taps[0].link_type;
            for (std::size_t size = 0; size < frame.size(); ++size) {
                const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
                const DecodedPacket packet = decode(cut, link_type, static_cast<std::uint32_t>(frame.size()));
                if (packet.payload.size() > packet.payload_bytes) FAIL(path << " cut at " << size);
                const DecodedPacket inner = decode_inner(cut, packet);
                if (inner.issue == DecodeIssue::kNone && size + 5 < frame.size()) FAIL(path << " cut at " << size);
            }
        }
    }
}

TEST_CASE("each tunnel carries the same packets") {
    const auto paths = captures("tunnel-");
    CHECK(paths.size() == 8);
    for (const std::string& path : paths) {
        INFO(path);
        const Recording recording = opened(path);
        REQUIRE(recording.packets.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) {
            const ByteView frame = recording.packets.frame(i);
            const DecodedPacket outer = decoded(recording, i);
            REQUIRE(outer.tunnel != Tunnel::kNone);
            check_packet(frame, decode_inner(frame, outer));
        }
    }
}

TEST_CASE("each file format holds the same packets, and its own clock") {
    const auto paths = captures("format");
    CHECK(paths.size() == 11);
    for (const std::string& path : paths) {
        INFO(path);
        const Recording recording = opened(path);
        CHECK(recording.fault() == FileFault::kNone);
        REQUIRE(recording.packets.size() >= 2);
        for (std::size_t i = 0; i < recording.packets.size(); ++i) {
            check_packet(recording.packets.frame(i), decoded(recording, i));
        }
        const bool pcapng = path.find("pcapng") != std::string::npos;
        if (!pcapng)
            CHECK(recording.packets.time_ns(0) ==
                  1000 * kSecondNs + (path.find("-ns") != std::string::npos ? 1000 : 1'000'000));
        if (!pcapng) continue;
        const std::size_t sections = path.find("mixed") != std::string::npos ? 2 : 1;
        CHECK(recording.packets.size() == 14 * sections);
        for (std::size_t i = 0; i < recording.packets.size(); ++i)
            CHECK(recording.packets.time_ns(i) == 1000 * kSecondNs);
        REQUIRE(recording.passed_blocks.size() == 1);
        CHECK(recording.passed_blocks[0].type == 0x0BAD);
        CHECK(recording.passed_blocks[0].count == sections);
        CHECK(recording.taps.size() == 6 * sections);
        CHECK(recording.taps[0].received == 15);
        CHECK(recording.actors.at(0).name == "sender");
    }
}

TEST_CASE("fragments out of order make one datagram") {
    const Recording recording = opened(captures("fragments")[0]);
    REQUIRE(recording.packets.size() == 3);
    Reassembler reassembler;
    for (std::size_t i = 0; i < 2; ++i) {
        const DecodedPacket packet = decoded(recording, i);
        CHECK(packet.fragment);
        CHECK(reassembler.add(recording.packets.frame(i), packet, 0) == Reassembly::kHeld);
    }
    CHECK(reassembler.add(recording.packets.frame(2), decoded(recording, 2), 0) == Reassembly::kComplete);
    const DecodedPacket& whole = reassembler.datagram();
    CHECK(whole.issue == DecodeIssue::kNone);
    CHECK(whole.udp.source_port == 53);
    CHECK(whole.payload_bytes == 2048);
    CHECK(whole.payload[2047] == std::byte{255});
    CHECK(verify_checksums(reassembler.datagram_bytes(), whole).transport == Checksum::kGood);
    CHECK(reassembler.held_datagrams() == 0);
    CHECK(reassembler.held_bytes() == 0);
}

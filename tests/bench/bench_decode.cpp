// Nanoseconds a packet of decode() and of reading a pcap file's headers, beside a bare loop that parses the same
// fields. Release build: cmake --build build/release --target bench_decode && build/release/tests/bench/bench_decode
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "capture/source/pcap_file.hpp"
#include "capture/wire/packet.hpp"

using namespace wirestory;

namespace {

constexpr std::size_t kPackets = 1'000'000;
constexpr int kRounds = 7;

// Ethernet, IPv4, TCP with time stamps, 10 bytes of payload; addresses, ports and numbers vary.
std::array<std::uint8_t, 76> frame_of(std::uint32_t i) {
    std::array<std::uint8_t, 76> frame{};
    frame[12] = 8;
    frame[14] = 0x45;
    frame[17] = 62;
    frame[22] = 64;
    frame[23] = 6;
    std::memcpy(&frame[26], &i, 4);
    std::memcpy(&frame[34], &i, 4);
    std::memcpy(&frame[38], &i, 4);
    frame[46] = 0x80;
    frame[47] = 0x10;
    const std::array<std::uint8_t, 4> timestamps{1, 1, 8, 10};
    std::copy(timestamps.begin(), timestamps.end(), &frame[54]);
    return frame;
}

Bytes make_file() {
    Bytes file;
    file.reserve(24 + kPackets * 92);
    const auto put = [&](const auto& value) {
        const auto view = std::as_bytes(std::span(value));
        file.insert(file.end(), view.begin(), view.end());
    };
    put(std::array<std::uint32_t, 6>{0xA1B2C3D4, 0x00040002, 0, 0, 65'535, 1});
    for (std::uint32_t i = 0; i < kPackets; ++i) {
        put(std::array<std::uint32_t, 4>{i / 1000, i % 1000, 76, 76});
        put(frame_of(i));
    }
    return file;
}

std::uint32_t be32(const std::byte* p) {
    std::uint32_t value = 0;
    std::memcpy(&value, p, 4);
    return __builtin_bswap32(value);
}

// What the smallest program would do: the fields of a 5-tuple, the numbers, the lengths.
std::uint64_t bare(ByteView file) {
    std::uint64_t sum = 0;
    for (std::size_t at = 24; at + 16 <= file.size();) {
        std::uint32_t header[4];
        std::memcpy(header, file.data() + at, sizeof header);
        const std::byte* frame = file.data() + at + 16;
        at += 16 + header[2];
        if (header[2] < 54 || be32(frame + 12) >> 16U != 0x0800) continue;
        const std::byte* ip = frame + 14;
        const std::uint32_t words = std::to_integer<std::uint32_t>(ip[0]) & 15U;
        const std::byte* tcp = ip + words * 4U;
        sum += header[0] + header[1] + be32(ip + 12) + be32(ip + 16) + be32(tcp) + be32(tcp + 4) + be32(tcp + 8);
        sum += (be32(ip) & 0xFFFFU) - words * 4U - (be32(tcp + 12) >> 28U) * 4U;
    }
    return sum;
}

std::uint64_t decoded(ByteView file) {
    std::uint64_t sum = 0;
    for (std::size_t at = 24; at + 16 <= file.size();) {
        std::uint32_t header[4];
        std::memcpy(header, file.data() + at, sizeof header);
        const capture::DecodedPacket packet =
            capture::decode(file.subspan(at + 16, header[2]), capture::kLinkEthernet, header[3]);
        at += 16 + header[2];
        sum += packet.tcp.seq + packet.tcp.ack + packet.payload_bytes + packet.source.bytes[0];
    }
    return sum;
}

std::uint64_t read_headers(ByteView file) {
    const auto recording = capture::read_pcap(file, nullptr);
    return recording ? recording->packets.size() : 0;
}

// The best of several rounds: what the machine's other work does not disturb.
template <class Function>
double best_ns(Function function, ByteView file, std::uint64_t& sink) {
    double best = 1e18;
    for (int round = 0; round < kRounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        sink += function(file);
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count() / static_cast<double>(kPackets));
    }
    return best;
}

}  // namespace

int main() {
    const Bytes file = make_file();
    std::uint64_t sink = 0;
    const double bare_ns = best_ns(bare, file, sink);
    const double decode_ns = best_ns(decoded, file, sink);
    const double read_ns = best_ns(read_headers, file, sink);
    std::printf("bare loop      %6.1f ns a packet\n", bare_ns);
    std::printf("decode()       %6.1f ns a packet (%zu bytes a DecodedPacket)\n", decode_ns,
                sizeof(capture::DecodedPacket));
    std::printf("read_pcap()    %6.1f ns a packet\n", read_ns);
    return sink == 0 ? 1 : 0;
}

// The socket families of a story: `socket(tcp)`, `socket(udp6)`, `socket(unix)`. What they have in common and what not.
// Pure; knows no socket.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "recording/recording.hpp"

namespace wirestory::sim {

constexpr bool is_tcp(SocketFamily family) { return family == SocketFamily::kTcp || family == SocketFamily::kTcp6; }
constexpr bool is_udp(SocketFamily family) { return family == SocketFamily::kUdp || family == SocketFamily::kUdp6; }
constexpr bool is_ipv6(SocketFamily family) { return family == SocketFamily::kTcp6 || family == SocketFamily::kUdp6; }
constexpr bool is_unix(SocketFamily family) {
    return family == SocketFamily::kUnixStream || family == SocketFamily::kUnixDatagram;
}
constexpr bool is_stream(SocketFamily family) { return is_tcp(family) || family == SocketFamily::kUnixStream; }

// As a story writes them; `unix` is the short form of `unix_stream`.
constexpr std::array<std::pair<std::string_view, SocketFamily>, 7> kFamilyNames{{
    {"tcp", SocketFamily::kTcp},
    {"udp", SocketFamily::kUdp},
    {"tcp6", SocketFamily::kTcp6},
    {"udp6", SocketFamily::kUdp6},
    {"unix", SocketFamily::kUnixStream},
    {"unix_stream", SocketFamily::kUnixStream},
    {"unix_dgram", SocketFamily::kUnixDatagram},
}};

constexpr std::optional<SocketFamily> family_written(std::string_view name) {
    for (const auto& [known, family] : kFamilyNames)
        if (known == name) return family;
    return std::nullopt;
}

// For messages.
constexpr std::string_view family_title(SocketFamily family) {
    if (is_tcp(family)) return "TCP";
    if (is_udp(family)) return "UDP";
    return family == SocketFamily::kUnixStream ? "Unix stream" : "Unix datagram";
}

// sun_path holds 108 bytes, and a name of the abstract namespace begins with a zero byte (unix(7)).
constexpr std::size_t kMaxUnixNameBytes = 107;

}  // namespace wirestory::sim

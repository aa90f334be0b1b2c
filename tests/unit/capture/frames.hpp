// Frames written by hand, byte by byte, for the tests of the decoders: hex text, spaces for the eye.
#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace wirestory::test {

inline Bytes hex(std::string_view text) {
    Bytes out;
    int half = -1;
    for (const char c : text) {
        if (c == ' ' || c == '\n') continue;
        const int value = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (half >= 0) out.push_back(static_cast<std::byte>(half * 16 + value));
        half = half >= 0 ? -1 : value;
    }
    return out;
}

inline Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

inline Bytes ethernet(std::string_view type) { return hex("02 00 00 00 00 02  02 00 00 00 00 01") + hex(type); }

// 127.0.0.3:40000 > 127.0.0.2:9000, PSH ACK, all of Linux's data segment options, "hello" (57 bytes of IP).
inline Bytes ipv4_tcp_hello() {
    return hex("45 00 00 39 ab cd 40 00 40 06 00 00  7f 00 00 03  7f 00 00 02") +
           hex("9c 40 23 28  00 00 00 64  00 00 00 c8  80 18 02 00  fe 2d 00 00") +
           hex("01 01 08 0a  00 00 00 01  00 00 00 02  68 65 6c 6c 6f");
}

// 10.0.0.1:53 > 10.0.0.2:4096, "hey" (31 bytes of IP).
inline Bytes ipv4_udp_hey() {
    return hex("45 00 00 1f 00 01 00 00 40 11 00 00  0a 00 00 01  0a 00 00 02") +
           hex("00 35 10 00 00 0b 12 34  68 65 79");
}

// fe80::1 > fe80::2 with this next header and payload length.
inline Bytes ipv6(std::string_view length, std::string_view next) {
    return hex("60 00 00 00") + hex(length) + hex(next) + hex("ff") +
           hex("fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01") +
           hex("fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 02");
}

inline Bytes udp_hey() { return hex("00 35 10 00 00 0b 12 34  68 65 79"); }

}  // namespace wirestory::test

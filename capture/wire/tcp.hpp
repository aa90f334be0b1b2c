// TCP header and options (RFC 9293 3.1; RFC 7323 window scale and time stamps; RFC 2018 SACK; RFC 7413 Fast Open;
// RFC 8684 Multipath TCP; RFC 9768 accurate ECN). Pure decoder.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "recording/ids.hpp"

namespace wirestory::capture {

enum TcpFlag : std::uint16_t {
    kFin = 0x001,
    kSyn = 0x002,
    kRst = 0x004,
    kPsh = 0x008,
    kAck = 0x010,
    kUrg = 0x020,
    kEce = 0x040,
    kCwr = 0x080,
    kAe = 0x100,
};

struct SackBlock {
    WireSeq left = 0;
    WireSeq right = 0;
};

struct TcpOptions {
    bool has_mss = false;
    bool has_window_scale = false;
    bool sack_permitted = false;
    bool has_timestamps = false;
    bool malformed = false;           // an option's length contradicts the header's
    bool has_md5 = false;             // RFC 2385
    bool has_authentication = false;  // RFC 5925
    bool has_user_timeout = false;    // RFC 5482
    bool has_accurate_ecn = false;
    bool has_fast_open = false;               // with its own kind, or as the experiment before it
    std::uint8_t fast_open_cookie_bytes = 0;  // 0: asks for a cookie
    std::uint8_t mptcp_count = 0;
    std::uint16_t mss = 0;
    std::uint8_t window_scale = 0;
    std::uint8_t sack_count = 0;
    std::uint32_t timestamp_value = 0;
    std::uint32_t timestamp_echo = 0;
    std::array<SackBlock, 4> sack{};
    std::array<std::uint8_t, 8> mptcp_subtypes{};  // the first of each MPTCP option (RFC 8684 3), in order
};

struct TcpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    WireSeq seq = 0;
    WireSeq ack = 0;
    std::uint8_t header_bytes = 0;
    std::uint16_t flags = 0;   // TcpFlag bits, and the three reserved ones above them
    std::uint16_t window = 0;  // unscaled, as on the wire
    std::uint16_t checksum = 0;
    std::uint16_t urgent = 0;
    TcpOptions options;

    [[nodiscard]] bool has(TcpFlag flag) const { return (flags & flag) != 0; }
};

// Fixed header and options out of `segment` (from the first byte of the TCP header). False when it is cut short
// or its data offset is below 5 words.
bool decode_tcp(ByteView segment, TcpHeader& header);

// "SYN ACK", "PSH ACK", "" for none; in the order people write them: SYN FIN RST PSH ACK URG ECE CWR AE.
std::string tcp_flags_text(std::uint16_t flags);

}  // namespace wirestory::capture

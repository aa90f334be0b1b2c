#include "capture/wire/tcp.hpp"

#include <utility>

namespace wirestory::capture {

namespace {

// Option kinds: https://www.iana.org/assignments/tcp-parameters
constexpr std::uint8_t kOptionEnd = 0;
constexpr std::uint8_t kOptionNop = 1;
constexpr std::uint8_t kOptionMss = 2;            // RFC 9293 3.2
constexpr std::uint8_t kOptionWindowScale = 3;    // RFC 7323 2.2
constexpr std::uint8_t kOptionSackPermitted = 4;  // RFC 2018 2
constexpr std::uint8_t kOptionSack = 5;           // RFC 2018 3
constexpr std::uint8_t kOptionTimestamps = 8;     // RFC 7323 3.2

void read_sack(ByteReader body, std::size_t body_bytes, TcpOptions& options) {
    if (body_bytes % 8 != 0) {
        options.malformed = true;
        return;
    }
    while (body.remaining() >= 8 && options.sack_count < options.sack.size()) {
        SackBlock& block = options.sack[options.sack_count++];
        block.left = body.be32();
        block.right = body.be32();
    }
}

// One option's value. A known kind with a wrong length is malformed; unknown kinds are nobody's business.
void read_option(std::uint8_t kind, ByteView value, TcpOptions& options) {
    ByteReader body(value);
    const auto sized = [&](std::size_t bytes) {
        if (value.size() != bytes) options.malformed = true;
        return value.size() == bytes;
    };
    switch (kind) {
        case kOptionMss:
            if (!sized(2)) return;
            options.has_mss = true;
            options.mss = body.be16();
            break;
        case kOptionWindowScale:
            if (!sized(1)) return;
            options.has_window_scale = true;
            options.window_scale = body.u8();
            break;
        case kOptionSackPermitted: options.sack_permitted = sized(0); break;
        case kOptionSack: read_sack(body, value.size(), options); break;
        case kOptionTimestamps:
            if (!sized(8)) return;
            options.has_timestamps = true;
            options.timestamp_value = body.be32();
            options.timestamp_echo = body.be32();
            break;
        default: break;
    }
}

void read_options(ByteView bytes, TcpOptions& options) {
    ByteReader in(bytes);
    while (in.remaining() > 0) {
        const std::uint8_t kind = in.u8();
        if (kind == kOptionEnd) return;
        if (kind == kOptionNop) continue;
        const std::uint8_t length = in.u8();  // counts kind and length themselves
        if (in.failed() || length < 2 || length - 2U > in.remaining()) {
            options.malformed = true;
            return;
        }
        read_option(kind, in.take(length - 2U), options);
    }
}

}  // namespace

bool decode_tcp(ByteView segment, TcpHeader& header) {
    header = {};
    ByteReader in(segment);
    header.source_port = in.be16();
    header.destination_port = in.be16();
    header.seq = in.be32();
    header.ack = in.be32();
    const std::uint16_t offset_and_flags = in.be16();
    header.window = in.be16();
    header.checksum = in.be16();
    header.urgent = in.be16();
    if (in.failed()) return false;
    header.header_bytes = static_cast<std::uint8_t>((offset_and_flags >> 12U) * 4U);
    header.flags = offset_and_flags & 0x1FFU;
    if (header.header_bytes < 20) return false;
    const ByteView options = in.take(header.header_bytes - 20U);
    if (in.failed()) return false;
    read_options(options, header.options);
    return true;
}

std::string tcp_flags_text(std::uint16_t flags) {
    constexpr std::array<std::pair<TcpFlag, const char*>, 9> kOrder{{{kSyn, "SYN"},
                                                                     {kFin, "FIN"},
                                                                     {kRst, "RST"},
                                                                     {kPsh, "PSH"},
                                                                     {kAck, "ACK"},
                                                                     {kUrg, "URG"},
                                                                     {kEce, "ECE"},
                                                                     {kCwr, "CWR"},
                                                                     {kAe, "AE"}}};
    std::string out;
    for (const auto& [flag, name] : kOrder) {
        if ((flags & flag) == 0) continue;
        if (!out.empty()) out += ' ';
        out += name;
    }
    return out;
}

}  // namespace wirestory::capture

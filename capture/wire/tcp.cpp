#include "capture/wire/tcp.hpp"

#include <utility>

#include "capture/wire/cursor.hpp"

namespace wirestory::capture {

namespace {

// Option kinds: https://www.iana.org/assignments/tcp-parameters
constexpr std::uint8_t kOptionEnd = 0;
constexpr std::uint8_t kOptionNop = 1;
constexpr std::uint8_t kOptionMss = 2;              // RFC 9293 3.2
constexpr std::uint8_t kOptionWindowScale = 3;      // RFC 7323 2.2
constexpr std::uint8_t kOptionSackPermitted = 4;    // RFC 2018 2
constexpr std::uint8_t kOptionSack = 5;             // RFC 2018 3
constexpr std::uint8_t kOptionTimestamps = 8;       // RFC 7323 3.2
constexpr std::uint8_t kOptionMd5 = 19;             // RFC 2385 3.0
constexpr std::uint8_t kOptionUserTimeout = 28;     // RFC 5482 3
constexpr std::uint8_t kOptionAuthentication = 29;  // RFC 5925 2.2
constexpr std::uint8_t kOptionMptcp = 30;           // RFC 8684 3
constexpr std::uint8_t kOptionFastOpen = 34;        // RFC 7413 4.1.1
constexpr std::uint8_t kOptionAccEcn0 = 172;        // RFC 9768 3.2.3
constexpr std::uint8_t kOptionAccEcn1 = 174;
constexpr std::uint8_t kOptionExperiment1 = 253;  // RFC 6994: told apart by the first two bytes
constexpr std::uint8_t kOptionExperiment2 = 254;
constexpr std::uint16_t kExperimentFastOpen = 0xF989;

// NOP NOP, time stamps: how every data segment of Linux, the BSDs and Windows begins its options (RFC 7323 appendix A).
constexpr std::uint32_t kTimestampsAlone = 0x0101080A;

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

void read_fast_open(std::size_t cookie_bytes, TcpOptions& options) {
    options.has_fast_open = true;
    options.fast_open_cookie_bytes = static_cast<std::uint8_t>(cookie_bytes);
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
        case kOptionMd5: options.has_md5 = sized(16); break;
        case kOptionUserTimeout: options.has_user_timeout = sized(2); break;
        case kOptionAuthentication: options.has_authentication = true; break;
        case kOptionAccEcn0:
        case kOptionAccEcn1: options.has_accurate_ecn = true; break;
        case kOptionMptcp:
            if (value.empty()) {
                options.malformed = true;
            } else if (options.mptcp_count < options.mptcp_subtypes.size()) {
                options.mptcp_subtypes.at(options.mptcp_count++) = body.u8() >> 4U;
            }
            break;
        case kOptionFastOpen: read_fast_open(value.size(), options); break;
        case kOptionExperiment1:
        case kOptionExperiment2:
            if (body.be16() == kExperimentFastOpen) read_fast_open(value.size() - 2, options);
            break;
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
    constexpr std::size_t kFixed = 20;
    header = {};
    if (segment.size() < kFixed) return false;
    const std::byte* bytes = segment.data();
    header.source_port = load_be16(bytes);
    header.destination_port = load_be16(bytes + 2);
    header.seq = load_be32(bytes + 4);
    header.ack = load_be32(bytes + 8);
    const std::uint16_t offset_and_flags = load_be16(bytes + 12);
    header.window = load_be16(bytes + 14);
    header.checksum = load_be16(bytes + 16);
    header.urgent = load_be16(bytes + 18);
    header.header_bytes = static_cast<std::uint8_t>((offset_and_flags >> 12U) * 4U);
    header.flags = offset_and_flags & 0x0FFFU;
    if (header.header_bytes == kFixed) return true;
    if (header.header_bytes < kFixed || segment.size() < header.header_bytes) return false;
    if (header.header_bytes == kFixed + 12 && load_be32(bytes + kFixed) == kTimestampsAlone) {
        header.options.has_timestamps = true;
        header.options.timestamp_value = load_be32(bytes + kFixed + 4);
        header.options.timestamp_echo = load_be32(bytes + kFixed + 8);
        return true;
    }
    read_options(segment.subspan(kFixed, header.header_bytes - kFixed), header.options);
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

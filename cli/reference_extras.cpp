#include "cli/reference_extras.hpp"

#include <iterator>
#include <string>

#include "capture/wire/link.hpp"
#include "capture/wire/tunnel.hpp"

namespace wirestory::cli {

namespace {

using analysis::tcp::SegmentDetails;
using capture::DecodedPacket;
using capture::DecodeIssue;
using capture::Transport;

constexpr std::uint16_t kEtherReverseArp = 0x8035;
constexpr std::size_t kUdpBytes = 8;
constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kPortBytes = 4;

template <class... Arguments>
void put(fmt::memory_buffer& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
}

// Members of one object, with commas between them.
class Members {
public:
    explicit Members(fmt::memory_buffer& out) : out_(out) {}
    template <class Value>
    void add(std::string_view name, const Value& value) {
        put(out_, R"({}"{}":{})", empty_ ? R"(,"x":{)" : ",", name, value);
        empty_ = false;
    }
    void end() {
        if (!empty_) put(out_, "}}");
    }

private:
    fmt::memory_buffer& out_;
    bool empty_ = true;
};

std::string sack_text(const capture::TcpOptions& options) {
    std::string text = "[";
    for (std::size_t i = 0; i < options.sack_count; ++i) {
        text += fmt::format("{}[{},{}]", i == 0 ? "" : ",", options.sack[i].left, options.sack[i].right);
    }
    return text + "]";
}

void add_options(Members& members, const capture::TcpOptions& options) {
    if (options.has_mss) members.add("mss", options.mss);
    if (options.has_window_scale) members.add("ws", options.window_scale);
    if (options.sack_permitted) members.add("sackok", true);
    if (options.sack_count > 0) members.add("sack", sack_text(options));
    if (options.has_timestamps) {
        members.add("tsv", options.timestamp_value);
        members.add("tse", options.timestamp_echo);
    }
}

void add_analysis(Members& members, const PacketTable& packets, const SegmentDetails& details) {
    if (details.acked_packet < packets.size()) {
        members.add("acks", packets.number(details.acked_packet));
        if (details.ack_rtt_ns != 0) members.add("rtt", details.ack_rtt_ns);
    }
    if (details.bytes_in_flight != 0) members.add("bif", details.bytes_in_flight);
    if (details.duplicate_number != 0) members.add("dupn", details.duplicate_number);
}

void add_inner(fmt::memory_buffer& out, const DecodedPacket& inner) {
    put(out, R"(,"inner":{{"proto":"{}")", reference_protocol(inner));
    if (inner.source.version != IpVersion::kNone) {
        put(out, R"(,"src":"{}","dst":"{}")", inner.source.to_string(), inner.destination.to_string());
    }
    add_transport(out, inner);
    put(out, "}}");
}

}  // namespace

std::string_view reference_protocol(const DecodedPacket& packet) {
    if (packet.source.version != IpVersion::kNone) {
        const bool part =
            packet.fragment && !packet.reassembled && (packet.more_fragments || packet.fragment_offset_bytes != 0);
        if (!part && packet.transport_bytes >= kPortBytes) {
            switch (packet.transport) {
                case Transport::kTcp: return "tcp";
                case Transport::kUdp: return "udp";
                case Transport::kIcmp: return "icmp";
                case Transport::kIcmpv6: return "icmpv6";
                default: break;
            }
        }
        return packet.source.version == IpVersion::kV6 ? "ipv6" : "ip";
    }
    // Below: no addresses, since the header of the network layer is cut or wrong; its protocol is known nevertheless.
    switch (packet.ether_type) {
        case capture::kEtherIpv4: return "ip";
        case capture::kEtherIpv6: return "ipv6";
        case capture::kEtherArp:
        case kEtherReverseArp: return "arp";
        default: return packet.has_ethernet ? "eth" : "other";
    }
}

void add_transport(fmt::memory_buffer& out, const DecodedPacket& packet) {
    const std::string_view protocol = reference_protocol(packet);
    if (protocol == "udp") {
        put(out, R"(,"sp":{},"dp":{})", packet.udp.source_port, packet.udp.destination_port);
        if (packet.transport_bytes >= kUdpBytes) put(out, R"(,"ulen":{})", packet.udp.length_bytes);
    }
    if (protocol != "tcp") return;
    const capture::TcpHeader& tcp = packet.tcp;
    put(out, R"(,"sp":{},"dp":{})", tcp.source_port, tcp.destination_port);
    if (packet.transport_bytes < kTcpBytes) return;
    put(out, R"(,"seq":{},"ack":{},"flags":{},"win":{})", tcp.seq, tcp.ack, tcp.flags, tcp.window);
    if (packet.issue != DecodeIssue::kBadHeader) put(out, R"(,"tlen":{})", packet.payload_bytes);
}

void add_layers(fmt::memory_buffer& out, ByteView frame, const DecodedPacket& packet) {
    if (packet.vlan_count > 0) {
        put(out, R"(,"vlan":[{}])",
            fmt::join(packet.vlan_ids.begin(), packet.vlan_ids.begin() + packet.vlan_count, ","));
    }
    DecodedPacket inner = packet;
    int tunnels = 0;
    while (inner.tunnel != capture::Tunnel::kNone && tunnels < capture::kMaxTunnels) {
        const DecodedPacket next = capture::decode_inner(frame, inner);
        if (next.source.version == IpVersion::kNone) break;
        inner = next;
        ++tunnels;
    }
    if (tunnels > 0) {
        put(out, R"(,"tun":true)");
        add_inner(out, inner);
    } else if (capture::quotes_packet(packet)) {
        const DecodedPacket quoted = capture::decode_quoted(frame, packet);
        if (quoted.source.version == IpVersion::kNone) return;
        put(out, R"(,"emb":true)");
        add_inner(out, quoted);
    }
}

void add_extras(fmt::memory_buffer& out, const PacketTable& packets, const DecodedPacket& packet,
                const SegmentDetails& details, std::uint32_t window_bytes) {
    Members members(out);
    members.add("wins", window_bytes);
    add_options(members, packet.tcp.options);
    add_analysis(members, packets, details);
    members.end();
}

}  // namespace wirestory::cli

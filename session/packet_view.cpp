#include "session/packet_view.hpp"

#include <fmt/format.h>
#include <netinet/in.h>

#include "base/text.hpp"
#include "capture/wire/packet.hpp"
#include "recording/actor_address.hpp"

namespace wirestory::session {

namespace {

// A later fragment has no transport header, yet is of the protocol that its IP header names.
std::string_view protocol_name(const capture::DecodedPacket& packet) {
    if (packet.issue == capture::DecodeIssue::kFragment) {
        if (packet.ip_protocol == IPPROTO_TCP) return "tcp";
        if (packet.ip_protocol == IPPROTO_UDP) return "udp";
        if (packet.ip_protocol == IPPROTO_ICMP || packet.ip_protocol == IPPROTO_ICMPV6) return "icmp";
    }
    switch (packet.transport) {
        case capture::Transport::kTcp: return "tcp";
        case capture::Transport::kUdp: return "udp";
        case capture::Transport::kIcmp:
        case capture::Transport::kIcmpv6: return "icmp";
        case capture::Transport::kNone:
        case capture::Transport::kOther: break;
    }
    return "ip";
}

std::string_view name_of(ActorId actor, std::span<const Actor> actors) {
    return actor < actors.size() ? std::string_view{actors[actor].name} : "?";
}

}  // namespace

std::optional<PacketView> view_packet(ByteView frame, std::uint32_t link_type, std::uint32_t original_bytes,
                                      std::span<const Actor> actors) {
    const capture::DecodedPacket packet = capture::decode(frame, link_type, original_bytes);
    if (packet.source.version == IpVersion::kNone) return std::nullopt;
    PacketView view;
    view.source = packet.source_endpoint();
    view.destination = packet.destination_endpoint();
    view.seen.from = actor_at(actors, packet.source);
    view.seen.to = actor_at(actors, packet.destination);
    view.seen.protocol = protocol_name(packet);
    if (packet.transport == capture::Transport::kTcp) view.seen.tcp_flags = packet.tcp.flags;
    view.seen.payload = packet.payload;
    view.seen.payload_bytes = packet.payload_bytes;
    return view;
}

std::string describe_packet(const sim::SeenPacket& packet, std::span<const Actor> actors) {
    std::string text = fmt::format("{} > {}: ", name_of(packet.from, actors), name_of(packet.to, actors));
    text += packet.protocol == "tcp" ? capture::tcp_flags_text(packet.tcp_flags) : std::string{packet.protocol};
    if (packet.payload_bytes > 32) {
        text += fmt::format(" {} bytes", packet.payload_bytes);
    } else if (packet.payload_bytes > 0) {
        text += " " + quote_bytes(packet.payload);
    }
    return text;
}

}  // namespace wirestory::session

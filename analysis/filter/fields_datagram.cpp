// udp.*, icmp.*, icmpv6.*
#include "analysis/filter/facts.hpp"
#include "analysis/filter/field.hpp"

namespace wirestory::analysis::filter {

namespace {

using capture::DecodedPacket;
using capture::Transport;

constexpr std::uint64_t kLargest8 = 0xFF;
constexpr std::uint64_t kLargest16 = 0xFFFF;

template <Transport kKind, class Use>
void each(Facts& facts, const Use& use) {
    for (const DecodedPacket& packet : facts.layers()) {
        if (packet.transport == kKind) use(packet);
    }
}
// Only where the header was captured that far.
template <class Use>
void each_udp(Facts& facts, const Use& use, std::uint8_t least_bytes = 8) {
    each<Transport::kUdp>(facts, [&](const DecodedPacket& packet) {
        if (packet.transport_bytes >= least_bytes) use(packet);
    });
}
constexpr std::uint8_t kPortBytes = 4;

ByteView from_transport(Facts& facts, const DecodedPacket& packet) {
    const ByteView whole = facts.frame();
    return packet.offsets.transport < whole.size() ? whole.subspan(packet.offsets.transport) : ByteView{};
}

bool is_udp_socket(const Facts& facts, const Call& call) {
    const auto& sockets = facts.recording().sockets;
    if (call.socket >= sockets.size()) return false;
    const SocketFamily family = sockets[call.socket].family;
    return family == SocketFamily::kUdp || family == SocketFamily::kUdp6;
}

void ports_of_call(const Facts& facts, ValueSink& sink) {
    const Call* call = facts.call();
    if (call == nullptr || !is_udp_socket(facts, *call)) return;
    if (call->local.port != 0) sink.number(call->local.port);
    if (call->peer.port != 0) sink.number(call->peer.port);
}

template <Transport kKind>
void protocol(Facts& facts, ValueSink& sink) {
    each<kKind>(facts, [&](const DecodedPacket& p) { sink.bytes(from_transport(facts, p)); });
}
template <Transport kKind>
void icmp_type(Facts& facts, ValueSink& sink) {
    each<kKind>(facts, [&](const DecodedPacket& p) { sink.number(p.icmp.type); });
}
template <Transport kKind>
void icmp_code(Facts& facts, ValueSink& sink) {
    each<kKind>(facts, [&](const DecodedPacket& p) { sink.number(p.icmp.code); });
}

constexpr Field kFields[] = {
    {"udp", FieldType::kProtocol,
     [](Facts& f, ValueSink& s) {
         if (f.call() != nullptr && is_udp_socket(f, *f.call())) s.bytes({});
         protocol<Transport::kUdp>(f, s);
     }},
    {"udp.srcport", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_udp(
             f, [&](const DecodedPacket& p) { s.number(p.udp.source_port); }, kPortBytes);
     },
     kLargest16},
    {"udp.dstport", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_udp(
             f, [&](const DecodedPacket& p) { s.number(p.udp.destination_port); }, kPortBytes);
     },
     kLargest16},
    {"udp.port", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         ports_of_call(f, s);
         each_udp(
             f,
             [&](const DecodedPacket& p) {
                 s.number(p.udp.source_port);
                 s.number(p.udp.destination_port);
             },
             kPortBytes);
     },
     kLargest16},
    {"udp.length", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_udp(f, [&](const DecodedPacket& p) { s.number(p.udp.length_bytes); }); },
     kLargest16},
    {"udp.checksum", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_udp(f, [&](const DecodedPacket& p) { s.number(p.udp.checksum); }); },
     kLargest16},
    {"udp.stream", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         const Flow* flow = f.flow();
         if (flow != nullptr && flow->transport == Transport::kUdp) s.number(f.stream_number(f.flow_id()));
     }},
    {"udp.payload", FieldType::kBytes,
     [](Facts& f, ValueSink& s) {
         each_udp(f, [&](const DecodedPacket& p) {
             if (!p.payload.empty()) s.bytes(p.payload);
         });
     }},
    {"icmp", FieldType::kProtocol, protocol<Transport::kIcmp>},
    {"icmp.type", FieldType::kNumber, icmp_type<Transport::kIcmp>, kLargest8},
    {"icmp.code", FieldType::kNumber, icmp_code<Transport::kIcmp>, kLargest8},
    {"icmpv6", FieldType::kProtocol, protocol<Transport::kIcmpv6>},
    {"icmpv6.type", FieldType::kNumber, icmp_type<Transport::kIcmpv6>, kLargest8},
    {"icmpv6.code", FieldType::kNumber, icmp_code<Transport::kIcmpv6>, kLargest8},
};

}  // namespace

std::span<const Field> datagram_fields() { return kFields; }

}  // namespace wirestory::analysis::filter

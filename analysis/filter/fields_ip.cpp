// ip.* and ipv6.*
#include "analysis/filter/facts.hpp"
#include "analysis/filter/field.hpp"

namespace wirestory::analysis::filter {

namespace {

using capture::DecodedPacket;

constexpr std::uint64_t kLargest8 = 0xFF;
constexpr std::uint64_t kLargest16 = 0xFFFF;

template <class Use>
void each_ip(Facts& facts, IpVersion version, const Use& use) {
    for (const DecodedPacket& packet : facts.layers()) {
        if (packet.source.version == version) use(packet);
    }
}
template <class Use>
void each_v4(Facts& facts, const Use& use) {
    each_ip(facts, IpVersion::kV4, use);
}
template <class Use>
void each_v6(Facts& facts, const Use& use) {
    each_ip(facts, IpVersion::kV6, use);
}

// Bytes of a layer from its network header on.
ByteView header(Facts& facts, const DecodedPacket& packet) {
    if (packet.offsets.network == capture::LayerOffsets::kAbsent) return {};
    const ByteView whole = facts.frame();
    return packet.offsets.network < whole.size() ? whole.subspan(packet.offsets.network) : ByteView{};
}

std::uint8_t header_byte(Facts& facts, const DecodedPacket& packet, std::size_t at) {
    const ByteView bytes = header(facts, packet);
    return at < bytes.size() ? std::to_integer<std::uint8_t>(bytes[at]) : std::uint8_t{0};
}

// A call's socket has addresses too.
void addresses_of_call(const Facts& facts, IpVersion version, ValueSink& sink) {
    const Call* call = facts.call();
    if (call == nullptr) return;
    for (const IpAddress* address : {&call->local.address, &call->peer.address}) {
        if (address->version == version) sink.address(*address);
    }
}

template <IpVersion kVersion>
void both_addresses(Facts& facts, ValueSink& sink) {
    addresses_of_call(facts, kVersion, sink);
    each_ip(facts, kVersion, [&](const DecodedPacket& p) {
        sink.address(p.source);
        sink.address(p.destination);
    });
}

void any_source(Facts& facts, ValueSink& sink) {
    for (const DecodedPacket& p : facts.layers()) {
        if (p.source.version != IpVersion::kNone) sink.address(p.source);
    }
}
void any_destination(Facts& facts, ValueSink& sink) {
    for (const DecodedPacket& p : facts.layers()) {
        if (p.destination.version != IpVersion::kNone) sink.address(p.destination);
    }
}

constexpr Field kFields[] = {
    {"ip", FieldType::kProtocol,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.bytes(header(f, p)); }); }},
    {"ip.addr", FieldType::kIpv4, both_addresses<IpVersion::kV4>},
    {"ip.src", FieldType::kIpv4,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.address(p.source); }); }},
    {"ip.dst", FieldType::kIpv4,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.address(p.destination); }); }},
    {"ip.ttl", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(p.ttl); }); }, kLargest8},
    {"ip.proto", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(p.ip_protocol); }); }, kLargest8},
    {"ip.id", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(p.ip_id); }); }, kLargest16},
    {"ip.len", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(p.ip_total_bytes); }); }},
    {"ip.dsfield.dscp", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(header_byte(f, p, 1) >> 2U); }); },
     63},
    {"ip.dsfield.ecn", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(header_byte(f, p, 1) & 3U); }); },
     3},
    {"ip.flags.df", FieldType::kFlag,
     [](Facts& f, ValueSink& s) {
         each_v4(f, [&](const DecodedPacket& p) { s.number(header_byte(f, p, 6) >> 6U & 1U); });
     }},
    {"ip.flags.mf", FieldType::kFlag,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(p.more_fragments ? 1 : 0); }); }},
    {"ip.frag_offset", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v4(f, [&](const DecodedPacket& p) { s.number(p.fragment_offset_bytes); }); },
     kLargest16},
    {"ipv6", FieldType::kProtocol,
     [](Facts& f, ValueSink& s) { each_v6(f, [&](const DecodedPacket& p) { s.bytes(header(f, p)); }); }},
    {"ipv6.addr", FieldType::kIpv6, both_addresses<IpVersion::kV6>},
    {"ipv6.src", FieldType::kIpv6,
     [](Facts& f, ValueSink& s) { each_v6(f, [&](const DecodedPacket& p) { s.address(p.source); }); }},
    {"ipv6.dst", FieldType::kIpv6,
     [](Facts& f, ValueSink& s) { each_v6(f, [&](const DecodedPacket& p) { s.address(p.destination); }); }},
    {"ipv6.hlim", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v6(f, [&](const DecodedPacket& p) { s.number(p.ttl); }); }, kLargest8},
    {"ipv6.nxt", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_v6(f, [&](const DecodedPacket& p) { s.number(header_byte(f, p, 6)); }); },
     kLargest8},
    {"addr", FieldType::kIp,
     [](Facts& f, ValueSink& s) {
         both_addresses<IpVersion::kV4>(f, s);
         both_addresses<IpVersion::kV6>(f, s);
     }},
    {"src", FieldType::kIp, any_source},
    {"dst", FieldType::kIp, any_destination},
};

}  // namespace

std::span<const Field> ip_fields() { return kFields; }

}  // namespace wirestory::analysis::filter

// frame.*, and what stands before the network layer: eth, vlan, arp.
#include "analysis/filter/facts.hpp"
#include "analysis/filter/field.hpp"

namespace wirestory::analysis::filter {

namespace {

constexpr std::size_t kMacBytes = 6;
constexpr std::size_t kEtherTypeAt = 12;
constexpr std::uint16_t kArp = 0x0806;
constexpr std::uint16_t kRarp = 0x8035;
constexpr std::uint64_t kLargest16 = 0xFFFF;

bool is_ethernet(const Facts& facts) { return facts.is_packet() && facts.link_type() == capture::kLinkEthernet; }
bool has_ethernet(const Facts& facts) { return is_ethernet(facts) && facts.frame().size() >= kEtherTypeAt + 2; }
bool is_vlan(std::uint16_t type) { return type == 0x8100 || type == 0x88A8 || type == 0x9100; }

std::uint16_t big16(ByteView bytes, std::size_t at) {
    ByteReader in(bytes.subspan(at));
    return in.be16();
}

// Where the type behind the tags stands.
std::size_t behind_vlans(const Facts& facts) {
    const ByteView frame = facts.frame();
    std::size_t at = kEtherTypeAt;
    while (at + 6 <= frame.size() && is_vlan(big16(frame, at))) at += 4;
    return at;
}

template <class Use>
void each_vlan(Facts& facts, const Use& use) {
    for (const capture::DecodedPacket& packet : facts.layers()) {
        for (std::size_t i = 0; i < packet.vlan_count; ++i) use(packet.vlan_ids[i]);
    }
}

// ARP and RARP have one format (RFC 826, RFC 903) and, in Wireshark, one name.
bool is_arp(std::uint16_t type) { return type == kArp || type == kRarp; }

// ARP's bytes where the link is Ethernet; empty when the packet is none.
ByteView arp(const Facts& facts) {
    if (!has_ethernet(facts)) return {};
    const std::size_t at = behind_vlans(facts);
    const ByteView frame = facts.frame();
    return at + 2 < frame.size() && is_arp(big16(frame, at)) ? frame.subspan(at + 2) : ByteView{};
}

void arp_address(const Facts& facts, std::size_t at, ValueSink& sink) {
    const ByteView bytes = arp(facts);
    constexpr std::uint16_t kIpv4 = 0x0800;
    if (bytes.size() < at + 4 || big16(bytes, 2) != kIpv4) return;
    ByteReader in(bytes.subspan(at));
    const IpAddress address = IpAddress::v4(in.be32());
    sink.address(address);
}

constexpr Field kFields[] = {
    {"frame", FieldType::kProtocol,
     [](Facts& f, ValueSink& s) {
         if (f.is_packet()) s.bytes(f.frame());
     }},
    {"frame.number", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         if (f.is_packet()) s.number(f.recording().packets.number(f.index()));
     }},
    {"frame.len", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         if (f.is_packet()) s.number(f.recording().packets.original_bytes(f.index()));
     }},
    {"frame.cap_len", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         if (f.is_packet()) s.number(f.recording().packets.captured_bytes(f.index()));
     }},
    {"frame.time_relative", FieldType::kSeconds,
     [](Facts& f, ValueSink& s) { s.number(f.time_ns() - f.recording().first_time_ns()); }},
    {"frame.time_delta", FieldType::kSeconds,
     [](Facts& f, ValueSink& s) {
         if (!f.is_packet()) return;
         s.number(f.index() == 0 ? 0 : f.time_ns() - f.recording().packets.time_ns(f.index() - 1));
     }},
    {"frame.time_epoch", FieldType::kSeconds, [](Facts& f, ValueSink& s) { s.number(f.time_ns()); }},
    {"frame.interface_id", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         if (f.is_packet()) s.number(f.recording().packets.tap(f.index()));
     }},
    {"frame.interface_name", FieldType::kText,
     [](Facts& f, ValueSink& s) {
         const auto& taps = f.recording().taps;
         if (f.is_packet() && f.recording().packets.tap(f.index()) < taps.size()) {
             s.text(taps[f.recording().packets.tap(f.index())].name);
         }
     }},
    {"frame.comment", FieldType::kText,
     [](Facts& f, ValueSink& s) {
         const auto& comments = f.recording().packets.comments();
         const auto found = f.is_packet() ? comments.find(f.index()) : comments.end();
         if (found != comments.end()) s.text(found->second);
     }},
    {"eth", FieldType::kProtocol,
     [](Facts& f, ValueSink& s) {
         if (has_ethernet(f)) s.bytes(f.frame());
     }},
    {"eth.dst", FieldType::kMac,
     [](Facts& f, ValueSink& s) {
         if (has_ethernet(f)) s.bytes(f.frame().first(kMacBytes));
     }},
    {"eth.src", FieldType::kMac,
     [](Facts& f, ValueSink& s) {
         if (has_ethernet(f)) s.bytes(f.frame().subspan(kMacBytes, kMacBytes));
     }},
    {"eth.addr", FieldType::kMac,
     [](Facts& f, ValueSink& s) {
         if (!has_ethernet(f)) return;
         s.bytes(f.frame().first(kMacBytes));
         s.bytes(f.frame().subspan(kMacBytes, kMacBytes));
     }},
    {"eth.type", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         constexpr std::uint16_t kLeastType = 0x600;  // below stands a length (IEEE 802.3)
         if (has_ethernet(f) && big16(f.frame(), kEtherTypeAt) >= kLeastType) s.number(big16(f.frame(), kEtherTypeAt));
     },
     kLargest16},
    {"vlan", FieldType::kProtocol, [](Facts& f, ValueSink& s) { each_vlan(f, [&](std::uint16_t) { s.bytes({}); }); }},
    {"vlan.id", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_vlan(f, [&](std::uint16_t id) { s.number(id); }); }, kLargest16},
    {"arp", FieldType::kProtocol,
     [](Facts& f, ValueSink& s) {
         for (const capture::DecodedPacket& packet : f.layers()) {
             if (is_arp(packet.ether_type)) s.bytes(arp(f));
         }
     }},
    {"arp.opcode", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         if (const ByteView bytes = arp(f); bytes.size() >= 8) s.number(big16(bytes, 6));
     },
     kLargest16},
    {"arp.src.proto_ipv4", FieldType::kIpv4, [](Facts& f, ValueSink& s) { arp_address(f, 14, s); }},
    {"arp.dst.proto_ipv4", FieldType::kIpv4, [](Facts& f, ValueSink& s) { arp_address(f, 24, s); }},
};

}  // namespace

std::span<const Field> frame_fields() { return kFields; }

}  // namespace wirestory::analysis::filter

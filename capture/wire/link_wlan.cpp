// IEEE 802.11 data frames: to LLC, unless they are encrypted.
#include "capture/wire/link.hpp"

namespace wirestory::capture {

namespace {

// https://www.radiotap.org: length, then a word of what is present (more words while bit 31 is set), then the fields,
// each aligned. Of them only the flags matter here: they say whether the 802.11 header is padded to a multiple of 4.
bool follow_radiotap(Cursor& at, bool& padded, DecodedPacket& packet) {
    if (!need(at, 8, packet)) return false;
    const std::size_t length = at.le16(2);
    if (length < 8 || !need(at, length, packet)) {
        packet.issue = DecodeIssue::kCutShort;
        return false;
    }
    const std::uint32_t present = at.le32(4);
    std::size_t field = 8;
    for (std::uint32_t word = present; (word & 0x80000000U) != 0 && field + 4 <= length; field += 4) {
        word = at.le32(field);
    }
    if ((present & 1U) != 0) field = (field + 7) / 8 * 8 + 8;  // the time is 8 bytes, aligned to 8
    padded = (present & 2U) != 0 && field < length && (at.u8(field) & 0x20U) != 0;
    at.skip(length);
    return true;
}

// Prism's header of 144 bytes, or AVS', which says its length and may stand under Prism's number.
bool follow_prism(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 8, packet)) return false;
    const bool avs = (at.be32(0) & 0xFFFFF000U) == 0x80211000U;
    const std::size_t length = avs ? at.be32(4) : 144;
    if (!need(at, length, packet)) return false;
    at.skip(length);
    return true;
}

void follow_80211(Cursor& at, bool padded, DecodedPacket& packet) {
    if (!need(at, 2, packet)) return;
    const std::uint8_t kind = at.u8(0);
    const std::uint8_t flags = at.u8(1);
    const bool data = (kind & 0x0CU) == 0x08;
    const bool empty = (kind & 0x40U) != 0;  // null function: nothing follows
    const bool encrypted = (flags & 0x40U) != 0;
    if (!data || empty || encrypted) return end_of_link(kEtherNone, packet);
    std::size_t bytes = 24;
    if ((flags & 0x03U) == 0x03) bytes += 6;  // between access points: a fourth address
    const bool has_qos = (kind & 0x80U) != 0;
    const std::size_t qos_at = bytes;
    if (has_qos) bytes += 2;
    if (has_qos && (flags & 0x80U) != 0) bytes += 4;  // HT control
    if (padded) bytes = (bytes + 3) / 4 * 4;
    if (!need(at, bytes, packet)) return;
    const bool aggregated = has_qos && (at.u8(qos_at) & 0x80U) != 0;
    const bool later_fragment = at.has(24) && (at.le16(22) & 0x0FU) != 0;
    at.skip(bytes);
    if (later_fragment) return end_of_link(kEtherNone, packet);
    if (aggregated) {  // A-MSDU: of several frames the first one is taken
        if (!need(at, 14, packet)) return;
        const std::size_t length = at.be16(12);
        at.skip(14);
        at.limit(length);
    }
    follow_llc(at, packet);
}

}  // namespace

void follow_wlan(Cursor& at, std::uint32_t link_type, DecodedPacket& packet) {
    bool padded = false;
    if (link_type == kLinkRadiotap && !follow_radiotap(at, padded, packet)) return;
    if ((link_type == kLinkPrism || link_type == kLinkWlanAvs) && !follow_prism(at, packet)) return;
    follow_80211(at, padded, packet);
}

}  // namespace wirestory::capture

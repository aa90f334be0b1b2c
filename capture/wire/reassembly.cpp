#include "capture/wire/reassembly.hpp"

#include <algorithm>

#include "capture/wire/ip.hpp"
#include "capture/wire/transport.hpp"

namespace wirestory::capture {

namespace {

constexpr std::size_t kMaxDatagramBytes = 65'535;
constexpr std::size_t kUnitBytes = 8;  // fragments begin at multiples of this
constexpr std::size_t kUnits = (kMaxDatagramBytes + kUnitBytes) / kUnitBytes;

}  // namespace

struct Reassembler::Datagram {
    std::uint64_t serial = 0;
    TimeNs begun_ns = 0;
    std::size_t total_bytes = 0;  // known with the last fragment; 0 before
    std::size_t received_units = 0;
    std::size_t highest_end = 0;
    std::uint8_t next_header = 0;  // of the first fragment
    bool dropped = false;          // overlaps: stays, empty, so that later fragments are dropped too
    std::bitset<kUnits> received;
    Bytes bytes;
};

std::size_t Reassembler::KeyHash::operator()(const Key& key) const noexcept {
    const EndpointHash hash;
    const std::size_t source = hash({key.source, key.protocol});
    const std::size_t destination = hash({key.destination, static_cast<std::uint16_t>(key.id)});
    return source * 0x9e3779b97f4a7c15ULL ^ destination ^ static_cast<std::size_t>(key.id) << 20U;
}

Reassembler::Reassembler(const Limits& limits) : limits_(limits) {}
Reassembler::~Reassembler() = default;

ByteView Reassembler::datagram_bytes() const { return finished_ ? ByteView(finished_->bytes) : ByteView{}; }

// The part of a datagram that a packet carries; empty when it was not captured whole.
struct Reassembler::Fragment {
    ByteView bytes;
    std::size_t begin = 0;
    bool last = false;
    bool v6 = false;
    std::uint8_t next_header = 0;

    [[nodiscard]] std::size_t end() const { return begin + bytes.size(); }
};

Reassembler::Fragment Reassembler::fragment_of(ByteView frame, const DecodedPacket& packet) {
    Fragment fragment;
    const std::size_t at = packet.offsets.fragment;
    const std::size_t headers = at - packet.offsets.network;
    if (at == LayerOffsets::kAbsent || packet.ip_total_bytes <= headers) return fragment;
    const std::size_t bytes = packet.ip_total_bytes - headers;
    if (at > frame.size() || bytes > frame.size() - at) return fragment;
    fragment.bytes = frame.subspan(at, bytes);
    fragment.begin = packet.fragment_offset_bytes;
    fragment.last = !packet.more_fragments;
    fragment.v6 = packet.source.version == IpVersion::kV6;
    // A fragment header begins with the kind of what it cuts.
    fragment.next_header = fragment.v6 ? std::to_integer<std::uint8_t>(frame[at - 8]) : packet.ip_protocol;
    return fragment;
}

Reassembly Reassembler::add(ByteView frame, const DecodedPacket& packet, TimeNs time_ns) {
    const bool atomic = packet.fragment_offset_bytes == 0 && !packet.more_fragments;  // RFC 6946
    if (!packet.fragment || atomic) return Reassembly::kNotNeeded;
    const Fragment fragment = fragment_of(frame, packet);
    if (fragment.bytes.empty()) return Reassembly::kNotNeeded;
    // All but the last are made of whole units, and nothing is longer than a datagram can be.
    const bool odd = !fragment.last && fragment.bytes.size() % kUnitBytes != 0;
    if (odd || fragment.end() > kMaxDatagramBytes) return Reassembly::kDropped;
    const std::uint8_t protocol = fragment.v6 ? std::uint8_t{0} : packet.ip_protocol;
    const Key key{packet.source, packet.destination, packet.fragment_id, protocol};
    Datagram& datagram = datagram_for(key, time_ns);
    if (!store(datagram, fragment)) return Reassembly::kDropped;
    const bool whole = datagram.total_bytes != 0 && datagram.received_units * kUnitBytes >= datagram.total_bytes;
    return whole ? complete(key, packet) : Reassembly::kHeld;
}

Reassembler::Datagram& Reassembler::datagram_for(const Key& key, TimeNs time_ns) {
    auto found = held_.find(key);
    if (found != held_.end() && time_ns - found->second->begun_ns <= limits_.age_ns) return *found->second;
    if (found != held_.end()) forget(key);
    make_room(time_ns);
    auto fresh = std::make_unique<Datagram>();
    fresh->serial = next_serial_++;
    fresh->begun_ns = time_ns;
    by_age_.push_back({key, fresh->serial});
    held_bytes_ += sizeof(Datagram);
    return *held_.emplace(key, std::move(fresh)).first->second;
}

// A second end elsewhere, or an end before what has come already, is no datagram.
bool Reassembler::fits_end(Datagram& datagram, const Fragment& fragment) const {
    const std::size_t end = fragment.end();
    if (!fragment.last) return datagram.total_bytes == 0 || end <= datagram.total_bytes;
    if ((datagram.total_bytes != 0 && datagram.total_bytes != end) || datagram.highest_end > end) return false;
    datagram.total_bytes = end;
    return true;
}

bool Reassembler::store(Datagram& datagram, const Fragment& fragment) {
    if (datagram.dropped || !fits_end(datagram, fragment)) return false;
    const std::size_t end = fragment.end();
    if (fragment.begin == 0) datagram.next_header = fragment.next_header;
    datagram.highest_end = std::max(datagram.highest_end, end);
    if (datagram.bytes.size() < end) {
        held_bytes_ += end - datagram.bytes.size();
        datagram.bytes.resize(end);
    }
    std::size_t known_bytes = 0;
    bool same = true;
    for (std::size_t at = fragment.begin; at < end; at += kUnitBytes) {
        const std::size_t bytes = std::min(kUnitBytes, end - at);
        const std::byte* from = fragment.bytes.data() + (at - fragment.begin);
        std::byte* to = datagram.bytes.data() + at;
        if (datagram.received.test(at / kUnitBytes)) {
            known_bytes += bytes;
            same = same && std::memcmp(to, from, bytes) == 0;
            continue;
        }
        datagram.received.set(at / kUnitBytes);
        ++datagram.received_units;
        std::memcpy(to, from, bytes);
    }
    // A copy of a fragment that is there already is no overlap (RFC 8200 4.5).
    const bool copy = same && known_bytes == fragment.bytes.size();
    if (known_bytes == 0 || copy || !fragment.v6) return true;
    datagram.dropped = true;
    held_bytes_ -= datagram.bytes.size();
    datagram.bytes = Bytes();
    return false;
}

Reassembly Reassembler::complete(const Key& key, const DecodedPacket& last) {
    const auto found = held_.find(key);
    finished_ = std::move(found->second);
    held_bytes_ -= sizeof(Datagram) + finished_->bytes.size();
    held_.erase(found);

    whole_ = last;
    whole_.issue = DecodeIssue::kNone;
    whole_.reassembled = true;
    whole_.offsets = LayerOffsets{};
    whole_.fragment_offset_bytes = 0;
    whole_.more_fragments = false;
    const Cursor at(finished_->bytes, finished_->bytes.size());
    if (last.source.version == IpVersion::kV6) {
        decode_ipv6_headers(finished_->next_header, at, whole_);
    } else {
        decode_transport(at, whole_);
    }
    return Reassembly::kComplete;
}

void Reassembler::forget(const Key& key) {
    const auto found = held_.find(key);
    if (found == held_.end()) return;
    held_bytes_ -= sizeof(Datagram) + found->second->bytes.size();
    held_.erase(found);
}

// Gives up the oldest until there is room for one more of the longest kind.
void Reassembler::make_room(TimeNs now_ns) {
    // Places of datagrams that are complete pile up behind an old one that is not; now and then they are swept out.
    if (by_age_.size() > 2 * limits_.datagrams) {
        std::erase_if(by_age_, [this](const Aged& aged) {
            const auto found = held_.find(aged.key);
            return found == held_.end() || found->second->serial != aged.serial;
        });
    }
    while (!by_age_.empty()) {
        const auto oldest = held_.find(by_age_.front().key);
        const bool gone = oldest == held_.end() || oldest->second->serial != by_age_.front().serial;
        const bool full = held_.size() >= limits_.datagrams || held_bytes_ + kMaxDatagramBytes > limits_.bytes;
        const bool old = !gone && now_ns - oldest->second->begun_ns > limits_.age_ns;
        if (!gone && !full && !old) return;
        if (!gone) forget(by_age_.front().key);
        by_age_.pop_front();
    }
}

}  // namespace wirestory::capture

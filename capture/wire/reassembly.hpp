// Puts IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5) fragments together: the fragment that completes a datagram yields its
// transport header and payload. Bounded memory: the oldest incomplete datagrams are given up. IPv6 datagrams with
// overlapping fragments are dropped (RFC 5722); of IPv4 the bytes that came first stay. One thread; unfragmented
// packets cost nothing here.
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "base/time.hpp"
#include "capture/wire/packet.hpp"

namespace wirestory::capture {

enum class Reassembly : std::uint8_t {
    kNotNeeded,  // no fragment, or not wholly captured: the packet stands for itself
    kHeld,       // waits for the rest of its datagram
    kComplete,   // datagram() is whole
    kDropped,    // it contradicts its datagram, or is longer than any can be
};

class Reassembler {
public:
    struct Limits {
        std::size_t datagrams = 4096;
        std::size_t bytes = 32U << 20U;
        // RFC 8200 4.5: what is not complete after a minute will not be.
        DurationNs age_ns = 60 * kSecondNs;
    };
    Reassembler() : Reassembler(Limits()) {}
    explicit Reassembler(const Limits& limits);
    ~Reassembler();
    Reassembler(const Reassembler&) = delete;
    Reassembler& operator=(const Reassembler&) = delete;

    // `packet` is what decode() made of `frame`. What is kept is copied, so the frame may go.
    Reassembly add(ByteView frame, const DecodedPacket& packet, TimeNs time_ns);
    // After kComplete, until the next add(): the completing fragment's packet with the whole datagram's transport and
    // payload; `reassembled` is set and its offsets are those in datagram_bytes().
    [[nodiscard]] const DecodedPacket& datagram() const { return whole_; }
    [[nodiscard]] ByteView datagram_bytes() const;

    [[nodiscard]] std::size_t held_datagrams() const { return held_.size(); }
    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

private:
    struct Key {
        IpAddress source;
        IpAddress destination;
        std::uint32_t id = 0;
        std::uint8_t protocol = 0;  // IPv4 only: there it is part of the identity
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    struct Datagram;
    struct Aged {
        Key key;
        std::uint64_t serial = 0;
    };

    struct Fragment;
    static Fragment fragment_of(ByteView frame, const DecodedPacket& packet);
    Datagram& datagram_for(const Key& key, TimeNs time_ns);
    // False when the fragment contradicts those before it.
    bool store(Datagram& datagram, const Fragment& fragment);
    bool fits_end(Datagram& datagram, const Fragment& fragment) const;
    void forget(const Key& key);
    void make_room(TimeNs now_ns);
    Reassembly complete(const Key& key, const DecodedPacket& last);

    Limits limits_;
    std::unordered_map<Key, std::unique_ptr<Datagram>, KeyHash> held_;
    std::deque<Aged> by_age_;  // also of datagrams that are complete already: their serial tells
    std::uint64_t next_serial_ = 0;
    std::size_t held_bytes_ = 0;
    std::unique_ptr<Datagram> finished_;
    DecodedPacket whole_;
};

}  // namespace wirestory::capture

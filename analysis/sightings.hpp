// Sightings: on a wire each packet is seen twice or more, where it leaves and where it arrives. This says which packets
// of a recording are one and the same, when it left, when it arrived, and where and why it did not. One packet of the
// story is one *logical* packet: its departure (an arrival that was not seen to leave stands for itself). Without a
// wire every packet is logical, and leaves and arrives at its stamp. Indices only; the recording must outlive it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "recording/recording.hpp"

namespace wirestory::analysis {

constexpr TimeNs kNeverArrives = std::numeric_limits<TimeNs>::max();

// One arrival of a packet. A duplicated packet, and one to several hosts, has more than one.
struct Arrival {
    TimeNs time_ns = 0;                 // the receiver's tap, or the wire's word where that saw nothing
    ActorId to = kNoActor;              // whose host
    std::uint32_t packet = 0xFFFFFFFF;  // its sighting; 0xFFFFFFFF when the tap has none
    std::uint32_t fate = 0xFFFFFFFF;    // index into Recording::fates; 0xFFFFFFFF when the wire said nothing
    bool corrupted = false;             // the receiving kernel's checksum refuses it
    bool duplicate = false;             // a further copy
};

class Sightings {
public:
    Sightings() = default;
    explicit Sightings(const Recording& recording);

    // False for loopback and foreign captures: then nothing below tells more than the packets themselves.
    [[nodiscard]] bool any() const { return !departures_.empty(); }
    [[nodiscard]] bool is_logical(std::uint32_t packet) const { return logical(packet) == packet; }
    // The packet that stands for it: its departure, or itself.
    [[nodiscard]] std::uint32_t logical(std::uint32_t packet) const {
        return packet < departures_.size() ? departures_[packet] : packet;
    }

    // What follows is asked of logical packets; of a further sighting it answers for the packet that stands for it.
    // In order of time. Empty when it never arrived, and (see any()) where every packet is seen once.
    [[nodiscard]] std::span<const Arrival> arrivals(std::uint32_t packet) const;
    // Indices into Recording::fates: what the wire did, copy by copy, host by host.
    [[nodiscard]] std::span<const std::uint32_t> fates(std::uint32_t packet) const;
    [[nodiscard]] TimeNs departure_ns(std::uint32_t packet) const;
    // The first arrival that the receiver's kernel takes; kNeverArrives when there is none.
    [[nodiscard]] TimeNs arrival_ns(std::uint32_t packet) const;
    // Why it never arrived anywhere; nullptr when it did, or when nobody knows.
    [[nodiscard]] const WireFate* loss(std::uint32_t packet) const;

private:
    // Items of packet p stand at begin[p] .. begin[p + 1].
    struct Rows {
        std::vector<std::uint32_t> begin;
        std::vector<std::uint32_t> items;
        [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t packet) const {
            return {items.data() + begin[packet], items.data() + begin[packet + 1]};
        }
    };
    template <class PacketOf>
    [[nodiscard]] Rows group(std::size_t items, PacketOf packet_of) const;
    void find_departures();
    void append_arrivals(std::uint32_t packet, std::span<const std::uint32_t> further);

    const Recording* recording_ = nullptr;
    std::vector<std::uint32_t> departures_;  // by packet
    Rows fates_;
    std::vector<std::uint32_t> arrivals_begin_;
    std::vector<Arrival> arrivals_;
};

}  // namespace wirestory::analysis

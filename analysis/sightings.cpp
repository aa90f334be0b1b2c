#include "analysis/sightings.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace wirestory::analysis {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;

bool is_outbound(const PacketTable& packets, std::uint32_t packet) {
    return (packets.flags(packet) & 3U) == static_cast<std::uint32_t>(PacketDirection::kOutbound);
}

}  // namespace

Sightings::Sightings(const Recording& recording) : recording_(&recording) {
    const bool wire =
        std::any_of(recording.taps.begin(), recording.taps.end(), [](const Tap& tap) { return tap.actor != kNoActor; });
    const PacketTable& packets = recording.packets;
    if (!wire || !packets.has_packet_ids() || packets.empty()) return;
    find_departures();
    const auto count = static_cast<std::uint32_t>(packets.size());
    const Rows further =
        group(count, [&](std::uint32_t packet) { return departures_[packet] == packet ? kNone : departures_[packet]; });
    arrivals_begin_.reserve(count + 1U);
    for (std::uint32_t packet = 0; packet < count; ++packet) {
        arrivals_begin_.push_back(static_cast<std::uint32_t>(arrivals_.size()));
        if (departures_[packet] == packet) append_arrivals(packet, further.of(packet));
    }
    arrivals_begin_.push_back(static_cast<std::uint32_t>(arrivals_.size()));
}

// Sorts the items 0 .. items-1 by the packet they belong to (kNone: none), keeping their order.
template <class PacketOf>
Sightings::Rows Sightings::group(std::size_t items, PacketOf packet_of) const {
    Rows rows;
    rows.begin.assign(recording_->packets.size() + 1, 0);
    std::uint32_t total = 0;
    for (std::uint32_t item = 0; item < items; ++item) {
        if (const std::uint32_t packet = packet_of(item); packet != kNone) ++rows.begin[packet], ++total;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t& begin : rows.begin) sum += std::exchange(begin, sum);
    std::vector<std::uint32_t> next = rows.begin;
    rows.items.resize(total);
    for (std::uint32_t item = 0; item < items; ++item) {
        if (const std::uint32_t packet = packet_of(item); packet != kNone) rows.items[next[packet]++] = item;
    }
    return rows;
}

// Of the sightings of one packet the first that left; without one, the first.
void Sightings::find_departures() {
    const PacketTable& packets = recording_->packets;
    const auto count = static_cast<std::uint32_t>(packets.size());
    std::unordered_map<std::uint64_t, std::uint32_t> first;
    for (const bool leaving : {true, false}) {
        for (std::uint32_t packet = 0; packet < count; ++packet) {
            const std::uint64_t id = packets.packet_id(packet);
            if (id != 0 && is_outbound(packets, packet) == leaving) first.try_emplace(id, packet);
        }
    }
    departures_.resize(count);
    for (std::uint32_t packet = 0; packet < count; ++packet) {
        const std::uint64_t id = packets.packet_id(packet);
        departures_[packet] = id == 0 ? packet : first.at(id);
    }
    std::vector<std::uint32_t> packet_of(recording_->fates.size(), kNone);
    for (std::size_t i = 0; i < packet_of.size(); ++i) {
        const std::uint64_t id = recording_->fates[i].packet_id;
        if (const auto found = first.find(id); id != 0 && found != first.end()) packet_of[i] = found->second;
    }
    fates_ = group(packet_of.size(), [&](std::uint32_t fate) { return packet_of[fate]; });
}

// The copies that the wire delivered to a host, and the sightings there, both in order of time, are the same.
void Sightings::append_arrivals(std::uint32_t packet, std::span<const std::uint32_t> further) {
    const PacketTable& packets = recording_->packets;
    const auto host_of = [&](std::uint32_t sighting) { return recording_->taps[packets.tap(sighting)].actor; };
    std::vector<Arrival> here;
    if (!is_outbound(packets, packet)) here.push_back({packets.time_ns(packet), host_of(packet), packet, kNone});
    for (const std::uint32_t sighting : further) {
        if (is_outbound(packets, sighting)) continue;
        here.push_back({packets.time_ns(sighting), host_of(sighting), sighting, kNone});
    }
    std::vector<std::uint32_t> delivered;
    for (const std::uint32_t fate : fates_.of(packet)) {
        if (recording_->fates[fate].cause == DropCause::kNone) delivered.push_back(fate);
    }
    std::stable_sort(delivered.begin(), delivered.end(), [&](std::uint32_t a, std::uint32_t b) {
        return recording_->fates[a].left_ns < recording_->fates[b].left_ns;
    });
    for (const std::uint32_t index : delivered) {
        const WireFate& fate = recording_->fates[index];
        auto seen = std::find_if(here.begin(), here.end(), [&](const Arrival& arrival) {
            return arrival.fate == kNone && arrival.to == fate.to;
        });
        if (seen == here.end()) seen = here.insert(here.end(), {fate.left_ns, fate.to, kNone, kNone});
        seen->fate = index;
        seen->corrupted = fate.corrupted;
        seen->duplicate = fate.copy != 0;
    }
    std::stable_sort(here.begin(), here.end(),
                     [](const Arrival& a, const Arrival& b) { return a.time_ns < b.time_ns; });
    arrivals_.insert(arrivals_.end(), here.begin(), here.end());
}

std::span<const Arrival> Sightings::arrivals(std::uint32_t packet) const {
    if (packet >= departures_.size()) return {};
    packet = departures_[packet];
    return {arrivals_.data() + arrivals_begin_[packet], arrivals_.data() + arrivals_begin_[packet + 1]};
}

std::span<const std::uint32_t> Sightings::fates(std::uint32_t packet) const {
    return packet < departures_.size() ? fates_.of(departures_[packet]) : std::span<const std::uint32_t>{};
}

TimeNs Sightings::departure_ns(std::uint32_t packet) const { return recording_->packets.time_ns(logical(packet)); }

TimeNs Sightings::arrival_ns(std::uint32_t packet) const {
    if (packet >= departures_.size()) return recording_->packets.time_ns(packet);
    for (const Arrival& arrival : arrivals(packet)) {
        if (!arrival.corrupted) return arrival.time_ns;
    }
    return kNeverArrives;
}

const WireFate* Sightings::loss(std::uint32_t packet) const {
    if (!arrivals(packet).empty()) return nullptr;
    for (const std::uint32_t fate : fates(packet)) {
        if (recording_->fates[fate].cause != DropCause::kNone) return &recording_->fates[fate];
    }
    return nullptr;
}

}  // namespace wirestory::analysis

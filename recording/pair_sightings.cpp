#include "recording/pair_sightings.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "recording/frame_fingerprint.hpp"

namespace wirestory {

namespace {

// The clocks are one, but a stamp is taken a moment before or after the thing itself.
constexpr DurationNs kStampSlack = kMillisecondNs;
constexpr std::uint32_t kNone = 0xFFFFFFFF;

bool is_outbound(const PacketTable& packets, std::uint32_t packet) {
    return (packets.flags(packet) & 3U) == static_cast<std::uint32_t>(PacketDirection::kOutbound);
}

// Sightings of one kind (leaving or arriving) by host and content, each list in order of time, taken from its front.
class Sighted {
public:
    void add(ActorId host, std::uint64_t fingerprint, std::uint32_t packet) {
        lists_[{host, fingerprint}].packets.push_back(packet);
    }
    // The first one not yet taken, passing over those that are `too_early`; kNone when there is none.
    template <class TooEarly>
    std::uint32_t take(ActorId host, std::uint64_t fingerprint, TooEarly too_early) {
        const auto found = lists_.find({host, fingerprint});
        if (found == lists_.end()) return kNone;
        List& list = found->second;
        while (list.next < list.packets.size() && too_early(list.packets[list.next])) ++list.next;
        return list.next == list.packets.size() ? kNone : list.packets[list.next++];
    }
    // The n-th of this content, from 1.
    [[nodiscard]] std::uint32_t nth(ActorId host, std::uint64_t fingerprint, std::uint64_t n) const {
        const auto found = lists_.find({host, fingerprint});
        return found == lists_.end() || n > found->second.packets.size() ? kNone : found->second.packets[n - 1];
    }

private:
    struct Key {
        ActorId host;
        std::uint64_t fingerprint;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept { return key.fingerprint * 31U + key.host; }
    };
    struct List {
        std::vector<std::uint32_t> packets;
        std::size_t next = 0;
    };
    std::unordered_map<Key, List, Hash> lists_;
};

class Pairing {
public:
    explicit Pairing(Recording& recording) : recording_(recording), packets_(recording.packets) {}

    void run() {
        sort_out();
        std::vector<std::uint32_t> fates(recording_.fates.size());
        std::iota(fates.begin(), fates.end(), 0U);
        for (const std::uint32_t fate : fates) depart(recording_.fates[fate]);
        std::stable_sort(fates.begin(), fates.end(), [&](std::uint32_t a, std::uint32_t b) {
            return recording_.fates[a].left_ns < recording_.fates[b].left_ns;
        });
        for (const std::uint32_t fate : fates) arrive(recording_.fates[fate]);
        pair_the_rest();
    }

private:
    void sort_out() {
        for (std::uint32_t packet = 0; packet < packets_.size(); ++packet) {
            const TapId tap = packets_.tap(packet);
            if (tap >= recording_.taps.size() || recording_.taps[tap].actor == kNoActor) continue;
            const std::uint64_t content = frame_fingerprint(packets_.frame(packet), packets_.original_bytes(packet));
            const bool leaves = is_outbound(packets_, packet);
            (leaves ? leaving_ : arriving_).add(recording_.taps[tap].actor, content, packet);
            if (leaves) packets_.set_packet_id(packet, ++last_id_);
            sighted_.push_back({packet, content});
        }
    }

    // Frames of equal content are told apart by their number on the path; a frame to several hosts has a fate on each.
    void depart(WireFate& fate) {
        fate.packet_id = 0;
        if (fate.copy != 0) {
            const auto first = first_copies_.find(path_number(fate));
            if (first != first_copies_.end()) fate.packet_id = first->second;
            return;
        }
        const PathContent key{fate.from, fate.to, fate.fingerprint};
        const std::uint32_t packet = leaving_.nth(fate.from, fate.fingerprint, ++seen_on_path_[key]);
        if (packet == kNone || packets_.time_ns(packet) > fate.entered_ns + kStampSlack) return;
        fate.packet_id = packets_.packet_id(packet);
        if (fate.copies > 1) first_copies_[path_number(fate)] = fate.packet_id;
    }

    void arrive(WireFate& fate) {
        if (fate.cause != DropCause::kNone) return;
        const auto too_early = [&](std::uint32_t packet) {
            return packets_.time_ns(packet) < fate.left_ns - kStampSlack;
        };
        const std::uint32_t packet = arriving_.take(fate.to, fate.left_fingerprint, too_early);
        if (packet == kNone) return;
        if (fate.packet_id == 0) fate.packet_id = ++last_id_;  // no tap saw it leave
        packets_.set_packet_id(packet, fate.packet_id);
    }

    // Without a word from the wire (its log was full, the run was killed): the next arrival of the same bytes
    // elsewhere.
    void pair_the_rest() {
        Sighted waiting;
        std::vector<std::uint64_t> told;
        for (const WireFate& fate : recording_.fates) told.push_back(fate.packet_id);
        std::sort(told.begin(), told.end());
        for (const auto& [packet, content] : sighted_) {
            if (is_outbound(packets_, packet)) {
                if (!std::binary_search(told.begin(), told.end(), packets_.packet_id(packet)))
                    waiting.add(0, content, packet);
                continue;
            }
            if (packets_.packet_id(packet) != 0) continue;
            const std::uint32_t left = waiting.take(0, content, [](std::uint32_t) { return false; });
            if (left != kNone) packets_.set_packet_id(packet, packets_.packet_id(left));
        }
    }

    struct PathContent {
        ActorId from;
        ActorId to;
        std::uint64_t fingerprint;
        bool operator==(const PathContent&) const = default;
    };
    struct PathContentHash {
        std::size_t operator()(const PathContent& key) const noexcept {
            return (key.fingerprint * 31U + key.from) * 31U + key.to;
        }
    };
    // The number of a packet of a path, as one key: duplicates have their packet's.
    static PathContent path_number(const WireFate& fate) { return {fate.from, fate.to, fate.packet_number}; }

    Recording& recording_;
    PacketTable& packets_;
    Sighted leaving_;
    Sighted arriving_;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> sighted_;  // packet, content; in order of time
    std::unordered_map<PathContent, std::uint64_t, PathContentHash> seen_on_path_;
    std::unordered_map<PathContent, std::uint64_t, PathContentHash> first_copies_;
    std::uint64_t last_id_ = 0;
};

}  // namespace

void pair_sightings(Recording& recording) {
    const auto owned =
        std::count_if(recording.taps.begin(), recording.taps.end(), [](const Tap& t) { return t.actor != kNoActor; });
    if (owned < 2 || recording.packets.has_packet_ids()) return;
    Pairing(recording).run();
}

}  // namespace wirestory

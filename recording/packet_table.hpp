// The packets of a recording as columns: no object and no allocation a packet. The frame bytes stay where they are
// (a mapped file, or one growing buffer) and the table holds offsets into them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "recording/column.hpp"
#include "recording/ids.hpp"
#include "recording/narrow_column.hpp"

namespace wirestory {

// epb_flags, bits 0-1 (draft-ietf-opsawg-pcapng, 4.3.1): direction as the tap saw it.
enum class PacketDirection : std::uint8_t { kUnknown = 0, kInbound = 1, kOutbound = 2 };

struct PacketRecord {
    TimeNs time_ns = 0;
    TapId tap = 0;
    std::uint32_t original_bytes = 0;
    std::uint32_t flags = 0;      // epb_flags as in the file, 0 when absent
    std::uint64_t packet_id = 0;  // epb_packetid: equal on the two sightings of one packet; 0 when absent
    ByteView frame;               // the captured bytes
};

class PacketTable {
public:
    // Frames are offsets into `storage`, which the table keeps alive.
    void set_storage(std::shared_ptr<const void> owner, ByteView storage);
    // A packet whose bytes already stand in the storage at `frame_offset`.
    void append_stored(const PacketRecord& packet, std::uint64_t frame_offset, std::uint32_t captured_bytes) {
        // A frame that leaves the storage would make frame() read foreign memory: it is kept as an empty one.
        const std::size_t held = storage_.data() != nullptr ? storage_.size() : own_.size();
        const bool inside = frame_offset <= held && captured_bytes <= held - frame_offset;
        if (!inside) frame_offset = captured_bytes = 0;
        if (any_sparse_ || (packet.flags | packet.packet_id | packet.tap | frame_offset >> 32U) != 0) {
            append_sparse_columns(packet, frame_offset);
        }
        frame_offset_.push_back(static_cast<std::uint32_t>(frame_offset));
        captured_bytes_.push_back(captured_bytes);
        original_bytes_.push_back(packet.original_bytes);
        time_ns_.push_back(packet.time_ns);
        in_order_ = in_order_ && packet.time_ns >= latest_ns_;
        earliest_ns_ = std::min(earliest_ns_, packet.time_ns);
        latest_ns_ = std::max(latest_ns_, packet.time_ns);
    }
    // A packet whose bytes are copied into the table's own buffer (live capture, tests). Not to be mixed with storage.
    void append_copy(const PacketRecord& packet);

    [[nodiscard]] std::size_t size() const { return time_ns_.size(); }
    [[nodiscard]] bool empty() const { return time_ns_.empty(); }
    [[nodiscard]] TimeNs time_ns(std::size_t i) const { return time_ns_[i]; }
    // Of all packets, whatever their order; earliest > latest when there are none.
    [[nodiscard]] TimeNs earliest_ns() const { return earliest_ns_; }
    [[nodiscard]] TimeNs latest_ns() const { return latest_ns_; }
    [[nodiscard]] TapId tap(std::size_t i) const { return i < tap_.size() ? tap_[i] : TapId{0}; }
    [[nodiscard]] std::uint32_t captured_bytes(std::size_t i) const { return captured_bytes_[i]; }
    [[nodiscard]] std::uint32_t original_bytes(std::size_t i) const { return original_bytes_[i]; }
    [[nodiscard]] std::uint32_t flags(std::size_t i) const;
    [[nodiscard]] std::uint64_t packet_id(std::size_t i) const;
    [[nodiscard]] bool has_packet_ids() const { return !packet_id_.empty(); }
    void set_packet_id(std::size_t i, std::uint64_t id);
    [[nodiscard]] ByteView frame(std::size_t i) const {
        const std::uint32_t bytes = captured_bytes_[i];
        if (bytes == 0) return {};
        const std::uint64_t high = i < frame_offset_high_.size() ? frame_offset_high_[i] : 0;
        return {base() + (high << 32U | frame_offset_[i]), bytes};
    }
    [[nodiscard]] PacketRecord record(std::size_t i) const;

    // Comments are rare: a map beside the columns.
    [[nodiscard]] const std::map<std::uint32_t, std::string>& comments() const { return comments_; }
    void set_comment(std::uint32_t packet, std::string text);

    // Reorders the packets by time, keeping the file's order among equals. Recordings are written as things happen;
    // readers want one order.
    void sort_by_time();
    // The packet's number in its file, from 1, as other tools count: not i + 1 where the file was not in order.
    [[nodiscard]] std::uint32_t number(std::size_t i) const;
    // The packets in the order of the file; empty when that is their order here.
    [[nodiscard]] std::vector<std::uint32_t> file_order() const;
    [[nodiscard]] bool in_file_order() const { return number_.empty(); }

private:
    void append_sparse_columns(const PacketRecord& packet, std::uint64_t frame_offset);
    [[nodiscard]] const std::byte* base() const { return storage_.data() != nullptr ? storage_.data() : own_.data(); }

    // 16 bytes a packet for most files. Those marked so are empty while all their values are 0.
    Column<TimeNs> time_ns_;
    Column<std::uint32_t> frame_offset_;
    Column<std::uint16_t> frame_offset_high_;  // sparse: files of more than 4 GiB
    NarrowColumn captured_bytes_;
    NarrowColumn original_bytes_;
    Column<TapId> tap_;                // sparse
    Column<std::uint32_t> flags_;      // sparse
    Column<std::uint64_t> packet_id_;  // sparse
    bool any_sparse_ = false;
    bool in_order_ = true;               // no packet is earlier than the one before it
    std::vector<std::uint32_t> number_;  // empty while the packets stand as in the file
    std::map<std::uint32_t, std::string> comments_;
    TimeNs earliest_ns_ = std::numeric_limits<TimeNs>::max();
    TimeNs latest_ns_ = std::numeric_limits<TimeNs>::min();
    Bytes own_;
    std::shared_ptr<const void> owner_;
    ByteView storage_;
};

}  // namespace wirestory

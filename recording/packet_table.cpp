#include "recording/packet_table.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wirestory {

namespace {

// A column that is all zeros in most files takes no room until the first other value comes.
template <class T>
void append_sparse(Column<T>& column, std::size_t size_before, T value) {
    if (column.empty() && value == T{}) return;
    if (column.size() < size_before) column.append(size_before - column.size(), T{});
    column.push_back(value);
}

template <class AnyColumn>
void reorder(AnyColumn& column, const std::vector<std::uint32_t>& order) {
    if (column.size() == 0) return;
    AnyColumn sorted;
    for (const std::uint32_t from : order) sorted.push_back(column[from]);
    column = std::move(sorted);
}

}  // namespace

void PacketTable::set_storage(std::shared_ptr<const void> owner, ByteView storage) {
    owner_ = std::move(owner);
    storage_ = storage;
}

void PacketTable::append_sparse_columns(const PacketRecord& packet, std::uint64_t frame_offset) {
    any_sparse_ = true;
    append_sparse(flags_, size(), packet.flags);
    append_sparse(packet_id_, size(), packet.packet_id);
    append_sparse(tap_, size(), packet.tap);
    append_sparse(frame_offset_high_, size(), static_cast<std::uint16_t>(frame_offset >> 32U));
}

void PacketTable::append_copy(const PacketRecord& packet) {
    const std::uint64_t offset = own_.size();
    own_.insert(own_.end(), packet.frame.begin(), packet.frame.end());
    append_stored(packet, offset, static_cast<std::uint32_t>(packet.frame.size()));
}

std::uint32_t PacketTable::flags(std::size_t i) const { return i < flags_.size() ? flags_[i] : 0; }

std::uint64_t PacketTable::packet_id(std::size_t i) const { return i < packet_id_.size() ? packet_id_[i] : 0; }

void PacketTable::set_packet_id(std::size_t i, std::uint64_t id) {
    any_sparse_ = true;
    if (i >= packet_id_.size()) packet_id_.append(size() - packet_id_.size(), 0);
    packet_id_[i] = id;
}

PacketRecord PacketTable::record(std::size_t i) const {
    return {time_ns(i), tap(i), original_bytes(i), flags(i), packet_id(i), frame(i)};
}

std::uint32_t PacketTable::number(std::size_t i) const {
    return number_.empty() ? static_cast<std::uint32_t>(i + 1) : number_[i];
}

std::vector<std::uint32_t> PacketTable::file_order() const {
    std::vector<std::uint32_t> order(number_.size());
    for (std::uint32_t i = 0; i < number_.size(); ++i) order[number_[i] - 1] = i;
    return order;
}

void PacketTable::set_comment(std::uint32_t packet, std::string text) { comments_[packet] = std::move(text); }

void PacketTable::sort_by_time() {
    if (in_order_) return;
    std::vector<std::uint32_t> order(size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return time_ns_[a] < time_ns_[b]; });

    if (!comments_.empty()) {
        std::map<std::uint32_t, std::string> moved;
        for (std::uint32_t to = 0; to < order.size(); ++to) {
            const auto found = comments_.find(order[to]);
            if (found != comments_.end()) moved.emplace(to, std::move(found->second));
        }
        comments_ = std::move(moved);
    }
    if (number_.empty()) {
        number_.resize(size());
        std::iota(number_.begin(), number_.end(), 1U);
    }
    reorder(number_, order);
    reorder(time_ns_, order);
    reorder(frame_offset_, order);
    reorder(frame_offset_high_, order);
    reorder(captured_bytes_, order);
    reorder(original_bytes_, order);
    reorder(tap_, order);
    reorder(flags_, order);
    reorder(packet_id_, order);
    in_order_ = true;
}

}  // namespace wirestory

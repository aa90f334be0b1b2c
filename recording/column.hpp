// Column<T>: values that are appended and never move: blocks of doubling size, so that growing copies nothing and
// memory that is not written yet is not touched. All columns place element i alike (Place), so a row is found once. One
// thread may append while others read what stood there before they were told the size.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "recording/column_memory.hpp"

namespace wirestory {

// Where element i of any column stands.
struct Place {
    static constexpr unsigned kFirstBits =
        8;  // the first block holds 2^8 elements, each further one as many as all before

    std::uint32_t block = 0;
    std::size_t within = 0;

    static Place of(std::size_t i) {
        const std::size_t shifted = i + (std::size_t{1} << kFirstBits);
        const auto top = static_cast<std::uint32_t>(std::bit_width(shifted)) - 1;
        return {top - kFirstBits, shifted - (std::size_t{1} << top)};
    }
    static constexpr std::size_t block_size(std::uint32_t block) { return std::size_t{1} << (block + kFirstBits); }
};

template <class T>
class Column {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    Column() = default;
    Column(const Column& from) { *this = from; }
    Column(Column&& from) noexcept { swap(from); }
    Column& operator=(const Column& from) {
        if (this == &from) return *this;
        Column copy;
        copy.extend(from.size_);
        for (std::uint32_t block = 0; block < kBlocks && from.blocks_[block] != nullptr; ++block) {
            std::copy_n(from.blocks_[block], from.used_in(block, from.size_), copy.blocks_[block]);
        }
        swap(copy);
        return *this;
    }
    Column& operator=(Column&& from) noexcept {
        swap(from);
        return *this;
    }
    ~Column() {
        for (std::uint32_t block = 0; block < kBlocks; ++block) free_column_block(blocks_[block], block_bytes(block));
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return at(Place::of(i)); }
    [[nodiscard]] T& operator[](std::size_t i) { return at(Place::of(i)); }
    [[nodiscard]] const T& at(Place place) const { return blocks_[place.block][place.within]; }
    [[nodiscard]] T& at(Place place) { return blocks_[place.block][place.within]; }

    void push_back(T value) {
        if (next_ == limit_) open_block();
        *next_++ = value;
        ++size_;
    }
    // Makes room for `size` elements; those added hold anything until they are set.
    void extend(std::size_t size) {
        if (size <= size_) return;
        const Place last = Place::of(size - 1);
        for (std::uint32_t block = 0; block <= last.block; ++block) allocate(block, used_in(block, size));
        size_ = size;
        next_ = blocks_[last.block] + last.within + 1;
        limit_ = blocks_[last.block] + Place::block_size(last.block);
    }
    void append(std::size_t count, T value) {
        const std::size_t before = size_;
        extend(before + count);
        for (std::size_t i = before; i < size_; ++i) (*this)[i] = value;
    }
    void clear() { Column().swap(*this); }
    void swap(Column& with) noexcept {
        std::swap(blocks_, with.blocks_);
        std::swap(next_, with.next_);
        std::swap(limit_, with.limit_);
        std::swap(size_, with.size_);
    }

private:
    static constexpr std::uint32_t kBlocks = 32;

    // A column that has grown so far goes on growing, most probably.
    static constexpr std::size_t kGrowsOnBytes = kHugePageBytes;

    static constexpr std::size_t block_bytes(std::uint32_t block) { return Place::block_size(block) * sizeof(T); }
    static std::size_t used_in(std::uint32_t block, std::size_t size) {
        const std::size_t before = Place::block_size(block) - Place::block_size(0);
        return std::min(Place::block_size(block), size - std::min(size, before));
    }
    void allocate(std::uint32_t block, std::size_t surely_used) {
        if (blocks_[block] != nullptr) return;
        blocks_[block] = static_cast<T*>(allocate_column_block(block_bytes(block), surely_used * sizeof(T)));
    }
    void open_block() {
        const Place place = Place::of(size_);
        allocate(place.block, block_bytes(place.block) < kGrowsOnBytes ? 0 : Place::block_size(place.block));
        next_ = blocks_[place.block] + place.within;
        limit_ = blocks_[place.block] + Place::block_size(place.block);
    }

    std::array<T*, kBlocks> blocks_{};
    T* next_ = nullptr;
    T* limit_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace wirestory

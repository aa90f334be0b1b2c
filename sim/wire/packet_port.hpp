// The relay's door to one veth end: an AF_PACKET socket with a memory-mapped receive ring (TPACKET_V2: each frame is
// seen the moment it is there; V3 holds frames back until a block is full or times out) and sendmmsg for what leaves.
// The ring is the kernel's memory and no socket buffer, so it needs no privilege over SO_RCVBUF limits. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <sys/socket.h>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/unique_fd.hpp"

namespace wirestory::sim {

// A frame in the ring; the bytes are ours (also to change) until release().
struct RingFrame {
    std::span<std::byte> bytes;
    TimeNs arrived_ns = 0;       // realtime, stamped by the kernel when it put the frame into the ring
    bool checksum_ready = true;  // false: the sender left the checksum to a device (offload)
    bool cut = false;            // longer than a ring slot: part of it is missing
};

class PacketPort {
public:
    // Opens in the calling thread's network namespace. `ring_bytes` is rounded down to whole blocks, at least one.
    static Result<PacketPort> open(const std::string& device, int device_index, std::uint32_t mtu_bytes,
                                   std::size_t ring_bytes);
    PacketPort(PacketPort&& other) noexcept;
    PacketPort& operator=(PacketPort&& other) noexcept;
    PacketPort(const PacketPort&) = delete;
    PacketPort& operator=(const PacketPort&) = delete;
    ~PacketPort();

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] std::uint32_t frame_count() const { return frame_count_; }  // how many the ring holds

    // The frame `ahead` places behind the oldest that was not released; false when it has not come yet.
    [[nodiscard]] bool peek(std::uint32_t ahead, RingFrame& frame) const;
    // Gives the `count` oldest back to the kernel.
    void release(std::uint32_t count);

    // Hands frames to the kernel; returns how many of the first it took. 0: it refused the first (errno).
    int send(std::span<mmsghdr> messages) const;

    // Frames that found the ring full, since the last question (packet(7): reading clears the counter).
    [[nodiscard]] std::uint64_t take_losses() const;

private:
    PacketPort() = default;
    Status set_up(const std::string& device, int device_index, std::uint32_t mtu_bytes, std::size_t ring_bytes);
    Status map_ring(const std::string& device, std::uint32_t mtu_bytes, std::size_t ring_bytes);
    [[nodiscard]] std::byte* slot(std::uint32_t index) const;

    UniqueFd fd_;
    std::byte* ring_ = nullptr;
    std::size_t ring_bytes_ = 0;
    std::uint32_t frame_bytes_ = 0;
    std::uint32_t frames_per_block_ = 0;
    std::uint32_t block_bytes_ = 0;
    std::uint32_t frame_count_ = 0;
    std::uint32_t first_ = 0;
};

}  // namespace wirestory::sim

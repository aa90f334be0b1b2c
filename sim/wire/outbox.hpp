// What is about to leave towards one host, handed to the kernel in one call for many. The frames stay where they are
// (ring or slot) until flushed. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/socket.h>
#include <sys/uio.h>

#include "sim/wire/departure_queue.hpp"
#include "sim/wire/fate_log.hpp"
#include "sim/wire/packet_port.hpp"
#include "sim/wire/relay_clock.hpp"

namespace wirestory::sim {

class Outbox {
public:
    static constexpr std::size_t kBatch = 32;

    Outbox() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            messages_[i] = {};
            messages_[i].msg_hdr.msg_iov = &vectors_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] bool full() const { return count_ == kBatch; }

    void add(std::span<std::byte> frame, const FateEntry& fate, std::optional<SlotId> slot) {
        vectors_[count_] = {frame.data(), frame.size()};
        fates_[count_] = fate;
        slots_[count_] = slot;
        ++count_;
    }

    // Sends all; each entry then says when it left, or kNotSent. `done(fate, slot)` is called for each, in order.
    template <class Done>
    void flush(const PacketPort& port, const RelayClock& clock, Done done) {
        std::size_t sent = 0;
        while (sent < count_) {
            const TimeNs left_ns = clock.to_realtime(monotonic_now_ns());
            const int taken = port.send(std::span(messages_).subspan(sent, count_ - sent));
            for (int i = 0; i < taken; ++i) fates_[sent++].left_ns = left_ns;
            if (taken == 0) fates_[sent++].cause = DropCause::kNotSent;
        }
        for (std::size_t i = 0; i < count_; ++i) done(fates_[i], slots_[i]);
        count_ = 0;
    }

private:
    std::size_t count_ = 0;
    std::array<mmsghdr, kBatch> messages_;
    std::array<iovec, kBatch> vectors_;
    std::array<FateEntry, kBatch> fates_;
    std::array<std::optional<SlotId>, kBatch> slots_;
};

}  // namespace wirestory::sim

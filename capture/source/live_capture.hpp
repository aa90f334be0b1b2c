// Live capture from one network device through libpcap: immediate mode, nanosecond realtime stamps. Readiness and end
// are by handshake: a marker frame (EtherType 0x88B5, local experimental, IEEE 802) is injected and waited for; markers
// never reach the caller. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "recording/packet_table.hpp"

namespace wirestory::capture {

struct LiveOptions {
    std::string device = "lo";
    // Immediate mode gives each packet a slot of a power of two that holds snap_bytes and about 100 more. 65,000 cuts
    // 549 bytes off the very largest segment that lo can carry, but a byte more would double every slot.
    std::uint32_t snap_bytes = 65'000;
    // 256 slots. Opening takes 8 to 12 ms (an RCU grace period) up to 16 MiB, 17 with 32 MiB, 20 to 80 with 64 MiB.
    std::uint32_t buffer_bytes = 16U << 20U;
    std::string filter;  // pcap-filter(7); empty for all. Markers always pass.
};

struct LiveStatistics {
    std::uint64_t received = 0;  // packets handed to us, markers not counted
    // Lost for want of a slot (ps_drop). On lo the kernel would count each packet twice, leaving and arriving; our
    // filter refuses the leaving one before it is counted, so received + dropped is what there was.
    std::uint64_t dropped = 0;
};

class LiveCapture {
public:
    using OnPacket = std::function<void(const PacketRecord&)>;

    // Opens and activates; fails naming the device, the reason and the cure (CAP_NET_RAW).
    static Result<LiveCapture> open(const LiveOptions& options);
    LiveCapture(LiveCapture&&) noexcept;
    LiveCapture& operator=(LiveCapture&&) noexcept;
    ~LiveCapture();

    // Readable when packets wait; for poll(2).
    [[nodiscard]] int poll_fd() const;
    [[nodiscard]] std::uint32_t link_type() const;
    // Hands over every packet that waits now, without blocking; the number of packets handed over.
    Result<int> drain(const OnPacket& on_packet);
    // Injects a marker and hands over packets until it comes back. Fails after `timeout`.
    Status synchronise(const OnPacket& on_packet, DurationNs timeout);
    [[nodiscard]] LiveStatistics statistics() const;

private:
    class Impl;
    explicit LiveCapture(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace wirestory::capture

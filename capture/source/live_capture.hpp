// Live capture from one network device through libpcap: immediate mode, nanosecond realtime stamps, a large kernel
// buffer. Readiness and end are by handshake: a marker frame (EtherType 0x88B5, local experimental, IEEE 802) is
// injected and waited for; markers never reach the caller. One thread at a time.
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
    std::uint32_t snap_bytes = 262144;
    std::uint32_t buffer_bytes = 64U << 20U;
    std::string filter;  // pcap-filter(7); empty for all. Markers always pass.
};

struct LiveStatistics {
    std::uint64_t received = 0;  // packets handed to us, markers not counted
    std::uint64_t dropped = 0;   // lost for want of buffer (ps_drop; counted twice on lo by the kernel, halved here)
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

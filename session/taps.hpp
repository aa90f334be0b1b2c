// The taps of a run as one: `lo`, or the device of each host of a wire. Each packet handed over says which tap saw it
// and, on a wire, whether it left or arrived there. Readiness and end by a marker on each tap. One thread at a time.
#pragma once

#include <vector>

#include <poll.h>

#include "base/result.hpp"
#include "capture/source/live_capture.hpp"
#include "recording/recording.hpp"
#include "sim/sandbox/sandbox.hpp"
#include "sim/wire/wire.hpp"

namespace wirestory::session {

class Taps {
public:
    // `wire` may be null: then the tap is `lo`. Tap n is host n's.
    static Result<Taps> open(const sim::Sandbox& sandbox, const sim::Wire* wire, std::uint32_t mtu_bytes);

    [[nodiscard]] std::vector<Tap> describe() const;
    void add_poll_fds(std::vector<pollfd>& fds) const;
    // Hands over every packet that waits now; the number of them.
    Result<int> drain(const capture::LiveCapture::OnPacket& on_packet);
    // Hands over every packet that came before this call.
    Status synchronise(const capture::LiveCapture::OnPacket& on_packet, DurationNs timeout_ns);
    void add_statistics(std::vector<Tap>& taps) const;

private:
    struct Open {
        capture::LiveCapture capture;
        Tap tap;
        sim::MacAddress mac{};
    };
    [[nodiscard]] static PacketRecord labelled(const PacketRecord& packet, TapId number, const Open& open);

    std::vector<Open> taps_;
};

}  // namespace wirestory::session

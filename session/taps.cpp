#include "session/taps.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "sim/wire/topology.hpp"

namespace wirestory::session {

namespace {

constexpr std::size_t kSourceMacOffset = 6;
constexpr std::uint32_t kFramingBytes = 18;  // Ethernet header and a VLAN tag

bool sent_by(ByteView frame, const sim::MacAddress& mac) {
    return frame.size() >= kSourceMacOffset + mac.size() &&
           std::memcmp(frame.data() + kSourceMacOffset, mac.data(), mac.size()) == 0;
}

// A packet socket belongs to the namespace it was made in, whoever reads it later.
Result<capture::LiveCapture> open_on(const sim::WireHost& host, const capture::LiveOptions& options) {
    std::optional<capture::LiveCapture> capture;
    const Status opened = sim::run_in_namespace(host.network_namespace, [&]() -> Status {
        auto made = capture::LiveCapture::open(options);
        if (!made) return fail(fmt::format("on host {}: {}", host.name, made.error().message));
        capture = std::move(*made);
        return {};
    });
    if (!opened) return tl::unexpected(opened.error());
    return std::move(*capture);
}

}  // namespace

Result<Taps> Taps::open(const sim::Sandbox& sandbox, const sim::Wire* wire, std::uint32_t mtu_bytes) {
    Taps taps;
    capture::LiveOptions options;
    if (wire == nullptr) {
        options.filter = sandbox.capture_filter;
        auto capture = capture::LiveCapture::open(options);
        if (!capture) return tl::unexpected(capture.error());
        Tap tap{options.device, capture->link_type(), options.snap_bytes, 0, 0, false};
        taps.taps_.push_back({std::move(*capture), std::move(tap), {}});
        return taps;
    }
    // No segment here is longer than the mtu (offloads are off), and short slots make room for many.
    options.snap_bytes = std::min(options.snap_bytes, mtu_bytes + kFramingBytes);
    for (const sim::WireHost& host : wire->hosts()) {
        options.device = host.device;
        auto capture = open_on(host, options);
        if (!capture) return tl::unexpected(capture.error());
        Tap tap{host.name + " " + host.device, capture->link_type(), options.snap_bytes, 0, 0, false};
        tap.actor = static_cast<ActorId>(taps.taps_.size());
        taps.taps_.push_back({std::move(*capture), std::move(tap), host.mac});
    }
    return taps;
}

std::vector<Tap> Taps::describe() const {
    std::vector<Tap> all;
    for (const Open& open : taps_) all.push_back(open.tap);
    return all;
}

void Taps::add_poll_fds(std::vector<pollfd>& fds) const {
    for (const Open& open : taps_) fds.push_back({open.capture.poll_fd(), POLLIN, 0});
}

PacketRecord Taps::labelled(const PacketRecord& packet, TapId number, const Open& open) {
    PacketRecord out = packet;
    out.tap = number;
    if (open.tap.actor != kNoActor) {
        const auto direction = sent_by(packet.frame, open.mac) ? PacketDirection::kOutbound : PacketDirection::kInbound;
        out.flags |= static_cast<std::uint32_t>(direction);
    }
    return out;
}

Result<int> Taps::drain(const capture::LiveCapture::OnPacket& on_packet) {
    int taken = 0;
    for (TapId number = 0; number < taps_.size(); ++number) {
        Open& open = taps_[number];
        const auto count =
            open.capture.drain([&](const PacketRecord& packet) { on_packet(labelled(packet, number, open)); });
        if (!count) return count;
        taken += *count;
    }
    return taken;
}

Status Taps::synchronise(const capture::LiveCapture::OnPacket& on_packet, DurationNs timeout_ns) {
    for (TapId number = 0; number < taps_.size(); ++number) {
        Open& open = taps_[number];
        const auto hand_on = [&](const PacketRecord& packet) { on_packet(labelled(packet, number, open)); };
        if (Status status = open.capture.synchronise(hand_on, timeout_ns); !status) return status;
    }
    return {};
}

void Taps::add_statistics(std::vector<Tap>& taps) const {
    for (std::size_t i = 0; i < taps_.size() && i < taps.size(); ++i) {
        const capture::LiveStatistics statistics = taps_[i].capture.statistics();
        taps[i].received = statistics.received;
        taps[i].dropped = statistics.dropped;
        taps[i].has_statistics = true;
    }
}

}  // namespace wirestory::session

// Facts: what a filter can ask of the packet, call or finding at hand. Frames are decoded when a field first needs it,
// and tables that few filters need (which finding rests on what) are made at their first use. The one place of the
// filter that knows how the analysis stores its columns. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/analysis.hpp"
#include "capture/wire/packet.hpp"
#include "capture/wire/tunnel.hpp"

namespace wirestory::analysis::filter {

struct FindingOf {
    EventRef event;
    std::uint32_t finding = kNoIndex;
    auto operator<=>(const FindingOf&) const = default;
};

class Facts {
public:
    Facts(const Recording& recording, const Analysis& analysis) : recording_(&recording), analysis_(&analysis) {}

    void look_at(EventRef event);
    // Of what is at hand only this finding counts; kNoIndex: all.
    void only_finding(std::uint32_t finding) { only_finding_ = finding; }

    [[nodiscard]] const Recording& recording() const { return *recording_; }
    [[nodiscard]] const Analysis& analysis() const { return *analysis_; }
    [[nodiscard]] EventRef event() const { return event_; }
    [[nodiscard]] std::uint32_t index() const { return event_.index; }
    [[nodiscard]] bool is_packet() const { return event_.kind == EventKind::kPacket; }
    [[nodiscard]] const Call* call() const {  // nullptr: it is none
        return event_.kind == EventKind::kCall ? &recording_->calls[event_.index] : nullptr;
    }
    [[nodiscard]] TimeNs time_ns() const;

    // The packet's headers, outermost first: of what a tunnel carries and of what an ICMP error quotes, too. Empty for
    // calls. All offsets are those of frame().
    [[nodiscard]] std::span<const capture::DecodedPacket> layers();
    [[nodiscard]] ByteView frame() const;
    [[nodiscard]] std::uint32_t link_type() const;

    // Of a packet's columns.
    [[nodiscard]] const Flow* flow() const;  // nullptr: in none
    [[nodiscard]] FlowId flow_id() const;
    [[nodiscard]] Side from() const;
    [[nodiscard]] std::uint32_t window_bytes() const;
    // Which TCP (or UDP) flow this is, in Wireshark's count from 0.
    [[nodiscard]] std::uint32_t stream_number(FlowId flow);

    // What the bytes of the packet or the call belong to.
    struct Bytes {
        const StreamLedger* stream = nullptr;
        ByteRange range;
        const Datagram* datagram = nullptr;
    };
    [[nodiscard]] Bytes carried_bytes() const;
    [[nodiscard]] std::span<const FindingOf> findings();

private:
    void number_streams();
    void list_findings();
    [[nodiscard]] Bytes bytes_of_call() const;

    const Recording* recording_;
    const Analysis* analysis_;
    EventRef event_;
    std::uint32_t only_finding_ = kNoIndex;
    std::array<capture::DecodedPacket, capture::kMaxTunnels + 1> layers_;
    std::size_t layer_count_ = 0;
    bool decoded_ = false;
    std::vector<std::uint32_t> stream_numbers_;
    std::vector<FindingOf> findings_;
    bool findings_listed_ = false;
};

}  // namespace wirestory::analysis::filter

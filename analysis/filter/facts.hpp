// Facts: what a filter can ask of the packet, call or finding at hand. Frames are decoded when a field first needs it,
// and tables that few filters need (which finding rests on what) are made at their first use. The one place of the
// filter that knows how the analysis stores its columns. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "analysis/analysis.hpp"
#include "capture/wire/packet.hpp"
#include "capture/wire/tunnel.hpp"

namespace wirestory::analysis::filter {

// A finding, at each of the events that it rests on.
struct FindingOf {
    EventRef event;
    const Finding* finding = nullptr;
};

class Facts {
public:
    Facts(const Recording& recording, const Analysis& analysis) : recording_(&recording), analysis_(&analysis) {}

    void look_at(EventRef event);
    // Of what is at hand only this finding counts; nullptr: all.
    void only_finding(const Finding* finding) { only_finding_ = finding; }

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
    // Wireshark's tcp.completeness of a TCP flow: of all of it, as Wireshark's window shows it.
    [[nodiscard]] std::uint8_t completeness(FlowId flow);

    // What the bytes of the packet or the call belong to.
    struct Bytes {
        const StreamLedger* stream = nullptr;
        ByteRange range;
        const Datagram* datagram = nullptr;
    };
    [[nodiscard]] Bytes carried_bytes() const;
    template <class Use>
    void each_finding(const Use& use) {
        for (const FindingOf& found : findings()) {
            if (only_finding_ == nullptr || found.finding == only_finding_) use(*found.finding);
        }
    }

private:
    void number_streams();
    [[nodiscard]] std::span<const FindingOf> findings();
    [[nodiscard]] const std::vector<FindingOf>& listed_findings();
    [[nodiscard]] Bytes bytes_of_call() const;

    const Recording* recording_;
    const Analysis* analysis_;
    EventRef event_;
    const Finding* only_finding_ = nullptr;
    std::array<capture::DecodedPacket, capture::kMaxTunnels + 1> layers_;
    std::size_t layer_count_ = 0;
    bool decoded_ = false;
    std::vector<std::uint32_t> stream_numbers_;
    std::unordered_map<FlowId, std::uint8_t> completeness_;             // of flows asked about
    std::vector<FindingOf> findings_;                                   // by event
    std::unordered_map<FlowId, std::vector<FindingOf>> late_findings_;  // of flows that the analysis left for later
    bool findings_listed_ = false;
};

}  // namespace wirestory::analysis::filter

// The latency ledger: where the time of each message went, from the entry of the send that wrote its first byte to the
// return of the recv that took its last. Slices follow one another without gap or overlap, so the parts add up to the
// whole exactly; what no rule explains is a part of its own. Only messages that were read, for sockets with recorded
// calls. The rules stand in docs/findings.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/flow.hpp"
#include "analysis/ledger.hpp"
#include "base/locale.hpp"
#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory::analysis {

enum class LatencyPart : std::uint8_t {
    kSenderBusy,        // the program had not written the rest of the message yet
    kSendBufferFull,    // a send slept for room
    kSending,           // inside send, or between what released the bytes and their departure: the kernel at work
    kCork,              // TCP_CORK, MSG_MORE
    kNagle,             // Nagle's algorithm: the way to the peer and back
    kDelayedAck,        // Nagle's algorithm: the peer held its ACK back
    kReceiveWindow,     // the peer's window was closed, or too small
    kCongestionWindow,  // as many segments in flight as the congestion window allows
    kWireQueue,         // in the queue of the wire, its own bits included
    kWireDelay,
    kLoss,          // loss, reordering, and the recovery from them; waiting for earlier bytes included
    kNotReading,    // arrived, and the program had not called recv
    kReceiverBusy,  // arrived, and the reading thread was in another call
    kWaitsForMore,  // arrived, and recv wanted more bytes (MSG_WAITALL)
    kWakeUp,        // arrived while recv slept: scheduling of the reader, copying
    kReading,       // inside a recv that found the bytes there
    kUnexplained,
};
constexpr std::size_t kLatencyPartCount = 17;

std::string_view to_string(LatencyPart part);              // "send-buffer-full"
const char* name_of(LatencyPart part, Language language);  // "send buffer full"
const char* explain(LatencyPart part, Language language);  // a sentence

struct LatencySlice {
    LatencyPart part = LatencyPart::kUnexplained;
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    EventRef cause;  // what began it or is to blame; kNone when nothing recorded is
};

struct MessageLatency {
    StreamId stream;
    std::uint32_t number = 0;  // of the message or datagram in its stream, from 1
    std::uint32_t bytes = 0;
    std::uint32_t send_call = kNoIndex;  // that wrote its first byte
    std::uint32_t recv_call = kNoIndex;  // that took its last
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    std::vector<LatencySlice> slices;

    [[nodiscard]] DurationNs total_ns() const { return end_ns - begin_ns; }
    [[nodiscard]] DurationNs of(LatencyPart part) const;
};

class CallIndex;
struct Analysis;

// By stream, then number. Linear in calls, segments and samples of the flows with recorded calls.
std::vector<MessageLatency> measure_latencies(const CallIndex& calls, const Analysis& analysis);
// That of one message; nullptr when it was not read.
const MessageLatency* latency_of(const Analysis& analysis, StreamId stream, std::uint32_t number);

}  // namespace wirestory::analysis

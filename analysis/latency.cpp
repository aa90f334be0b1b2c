#include "analysis/latency.hpp"

#include <algorithm>
#include <map>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"
#include "analysis/send_waits.hpp"

namespace wirestory::analysis {
namespace {

// What the kernel does between two packets, or from a call to its packet, on a busy machine. Beyond this it is no
// longer the kernel's own time, and is not explained.
constexpr DurationNs kMostKernelWork = 5 * kMillisecondNs;
constexpr DurationNs kLeastAckHeld = 500 * kMicrosecondNs;

// One message's time, cut into slices from its begin on. Each cut goes on from where the last one ended.
class Cutter {
public:
    explicit Cutter(MessageLatency& message) : message_(message), now_(message.begin_ns) {}

    [[nodiscard]] TimeNs now() const { return now_; }
    void until(TimeNs when, LatencyPart part, EventRef cause = {}) {
        when = std::min(when, message_.end_ns);
        if (when <= now_) return;
        auto& slices = message_.slices;
        if (!slices.empty() && slices.back().part == part) {
            slices.back().end_ns = when;
        } else {
            slices.push_back({part, now_, when, cause});
        }
        now_ = when;
    }
    // The kernel's own work, as long as it can be that.
    void until_kernel(TimeNs when, EventRef cause) {
        until(std::min(when, now_ + kMostKernelWork), LatencyPart::kSending, cause);
        until(when, LatencyPart::kUnexplained, cause);
    }

private:
    MessageLatency& message_;
    TimeNs now_;
};

// What becomes of arrived bytes until a recv has taken them: the same for TCP and UDP.
class ReaderSide {
public:
    explicit ReaderSide(const CallIndex& calls) : calls_(calls) {}

    // `complete_ns`: when the last byte that this recv took had arrived.
    void cut(Cutter& cutter, std::uint32_t recv_call, TimeNs complete_ns) const {
        const Call& recv = calls_.call(recv_call);
        const EventRef cause{EventKind::kCall, recv_call};
        const bool waited = recv.enter_ns <= cutter.now();
        if (!waited) wait_for_recv(cutter, recv, cause);
        const bool more = complete_ns > cutter.now() && complete_ns < recv.exit_ns;
        if (more) cutter.until(complete_ns, LatencyPart::kWaitsForMore, cause);
        cutter.until(recv.exit_ns, waited || more ? LatencyPart::kWakeUp : LatencyPart::kReading, cause);
    }

private:
    // Up to the entry of recv: in other calls of the reading thread, or in none.
    void wait_for_recv(Cutter& cutter, const Call& recv, EventRef cause) const {
        const std::vector<std::uint32_t>& busy = calls_of_thread(recv.actor, recv.thread);
        auto at = std::partition_point(busy.begin(), busy.end(),
                                       [&](std::uint32_t index) { return calls_.call(index).exit_ns <= cutter.now(); });
        for (; at != busy.end() && calls_.call(*at).enter_ns < recv.enter_ns; ++at) {
            const Call& other_call = calls_.call(*at);
            cutter.until(other_call.enter_ns, LatencyPart::kNotReading, cause);
            cutter.until(std::min(other_call.exit_ns, recv.enter_ns), LatencyPart::kReceiverBusy,
                         {EventKind::kCall, *at});
        }
        cutter.until(recv.enter_ns, LatencyPart::kNotReading, cause);
    }

    // In order of entry, which on one thread is that of return, too.
    const std::vector<std::uint32_t>& calls_of_thread(ActorId actor, std::uint16_t thread) const {
        if (by_thread_.empty()) {
            const auto& all = calls_.recording().calls;
            for (std::uint32_t i = 0; i < all.size(); ++i) by_thread_[{all[i].actor, all[i].thread}].push_back(i);
        }
        return by_thread_[{actor, thread}];
    }

    const CallIndex& calls_;
    mutable std::map<std::pair<ActorId, std::uint16_t>, std::vector<std::uint32_t>> by_thread_;
};

// From its departure to its arrival: in the wire's queue, then on its way.
void cut_wire(Cutter& cutter, const CallIndex& calls, const Sightings& sightings, std::uint32_t packet,
              TimeNs arrival) {
    const EventRef cause{EventKind::kPacket, packet};
    for (const Arrival& each : sightings.arrivals(packet)) {
        if (each.time_ns != arrival || each.fate >= calls.recording().fates.size()) continue;
        cutter.until(std::min(calls.recording().fates[each.fate].sent_ns, arrival), LatencyPart::kWireQueue, cause);
    }
    cutter.until(arrival, LatencyPart::kWireDelay, cause);
}

class StreamLatencies {
public:
    StreamLatencies(const CallIndex& calls, const Analysis& analysis, const StreamLedger& ledger,
                    const ReaderSide& reader)
        : calls_(calls),
          analysis_(analysis),
          ledger_(ledger),
          reader_(reader),
          waits_(send_waits(calls, analysis, ledger)) {}

    void measure(std::vector<MessageLatency>& out) const {
        for (const Message& message : ledger_.messages) {
            const auto writes = writes_in(ledger_, message.range);
            const auto reads = reads_in(ledger_, {message.range.end - 1, message.range.end});
            if (writes.empty() || reads.empty()) continue;
            MessageLatency& latency = out.emplace_back();
            latency.stream = ledger_.id;
            latency.number = message.number;
            latency.bytes = static_cast<std::uint32_t>(message.range.size());
            latency.send_call = writes.front().call;
            latency.recv_call = reads.front().call;
            latency.begin_ns = writes.front().enter_ns;
            latency.end_ns = std::max(reads.front().exit_ns, latency.begin_ns);
            Cutter cutter(latency);
            cut(cutter, message.range.end - 1, writes.back(), reads.front());
            cutter.until(latency.end_ns, LatencyPart::kUnexplained);
        }
    }

private:
    void cut(Cutter& cutter, StreamOffset last, const Written& write, const Read& read) const;
    void cut_sending(Cutter& cutter, const Written& write, TimeNs departure) const;
    void cut_nagle(Cutter& cutter, const WaitSpan& wait, TimeNs end) const;
    [[nodiscard]] TimeNs accepted_ns(StreamOffset offset) const;
    [[nodiscard]] TimeNs in_order_ns(StreamOffset offset) const;

    const CallIndex& calls_;
    const Analysis& analysis_;
    const StreamLedger& ledger_;
    const ReaderSide& reader_;
    std::vector<WaitSpan> waits_;
};

// When the byte stood in the send buffer; when it had arrived with all before it.
TimeNs StreamLatencies::accepted_ns(StreamOffset offset) const {
    const auto& steps = ledger_.send_buffer;
    const auto at =
        std::partition_point(steps.begin(), steps.end(), [&](const SendStep& step) { return step.written <= offset; });
    return at == steps.end() ? 0 : at->time_ns;
}
TimeNs StreamLatencies::in_order_ns(StreamOffset offset) const {
    const auto& steps = ledger_.receive_buffer;
    const auto at = std::partition_point(steps.begin(), steps.end(),
                                         [&](const ReceiveStep& step) { return step.arrived <= offset; });
    return at == steps.end() ? kNever : at->time_ns;
}

// Nagle's algorithm waits for an ACK: the part in which the peer held that back is told apart from the way there and
// back.
void StreamLatencies::cut_nagle(Cutter& cutter, const WaitSpan& wait, TimeNs end) const {
    if (wait.ended_by.kind == EventKind::kPacket && wait.end_ns <= end) {
        const std::uint32_t ack = wait.ended_by.index;
        const TimeNs ack_left = analysis_.sightings.departure_ns(ack);
        const auto& carried = ledger_.carried;
        auto in_flight = std::partition_point(carried.begin(), carried.end(),
                                              [&](const Carried& each) { return each.time_ns <= wait.begin_ns; });
        if (in_flight != carried.begin()) {
            const TimeNs arrived = analysis_.sightings.arrival_ns((--in_flight)->packet);
            if (arrived != kNeverArrives && ack_left - arrived >= kLeastAckHeld) {
                cutter.until(arrived, LatencyPart::kNagle, {EventKind::kPacket, in_flight->packet});
                cutter.until(ack_left, LatencyPart::kDelayedAck, wait.ended_by);
            }
        }
    }
    cutter.until(end, LatencyPart::kNagle, wait.begun_by);
}

// From the write to the departure of its last byte.
void StreamLatencies::cut_sending(Cutter& cutter, const Written& write, TimeNs departure) const {
    const EventRef call{EventKind::kCall, write.call};
    if (calls_.call(write.call).slept)
        cutter.until(accepted_ns(write.range.end - 1), LatencyPart::kSendBufferFull, call);
    auto wait = std::partition_point(waits_.begin(), waits_.end(),
                                     [&](const WaitSpan& each) { return each.end_ns <= cutter.now(); });
    for (; wait != waits_.end() && wait->begin_ns < departure; ++wait) {
        const TimeNs end = std::min(wait->end_ns, departure);
        cutter.until_kernel(wait->begin_ns, call);
        switch (wait->why) {
            case SendWait::kReceiveWindow: cutter.until(end, LatencyPart::kReceiveWindow, wait->begun_by); break;
            case SendWait::kCork: cutter.until(end, LatencyPart::kCork, wait->begun_by); break;
            case SendWait::kNagle: cut_nagle(cutter, *wait, end); break;
            case SendWait::kCongestionWindow: cutter.until(end, LatencyPart::kCongestionWindow, wait->begun_by); break;
            case SendWait::kSendBuffer: cutter.until(end, LatencyPart::kSendBufferFull, wait->begun_by); break;
            case SendWait::kNone: break;
        }
    }
    // Inside the call it is the call's own time, however long the machine let it wait.
    cutter.until(std::min(write.exit_ns, departure), LatencyPart::kSending, call);
    cutter.until_kernel(departure, call);
}

void StreamLatencies::cut(Cutter& cutter, StreamOffset last, const Written& write, const Read& read) const {
    cutter.until(write.enter_ns, LatencyPart::kSenderBusy, {EventKind::kCall, write.call});
    const TimeNs in_order = std::min(in_order_ns(last), read.exit_ns);
    const Carried* first = nullptr;
    const Carried* delivering = nullptr;
    TimeNs arrival = kNever;
    for (const std::uint32_t index : carriers_of(ledger_, {last, last + 1})) {
        const Carried& carried = ledger_.carried[index];
        if (first == nullptr) first = &carried;
        const TimeNs when = analysis_.sightings.arrival_ns(carried.packet);
        if (when == kNeverArrives || when >= arrival) continue;
        arrival = when;
        delivering = &carried;
    }
    if (first != nullptr)
        cut_sending(cutter, write, std::min(analysis_.sightings.departure_ns(first->packet), in_order));
    if (delivering != nullptr && arrival <= in_order) {
        const EventRef cause{EventKind::kPacket, delivering->packet};
        cutter.until(analysis_.sightings.departure_ns(delivering->packet), LatencyPart::kLoss, cause);
        cut_wire(cutter, calls_, analysis_.sightings, delivering->packet, arrival);
        cutter.until(in_order, LatencyPart::kLoss, cause);
    } else {
        cutter.until(in_order, LatencyPart::kUnexplained);
    }
    reader_.cut(cutter, read.call, in_order_ns(read.range.end - 1));
}

void measure_datagram(const CallIndex& calls, const Analysis& analysis, const ReaderSide& reader,
                      const Datagram& datagram, std::vector<MessageLatency>& out) {
    if (datagram.send_call == kNoIndex || datagram.recv_call == kNoIndex) return;
    MessageLatency& latency = out.emplace_back();
    latency.stream = {datagram.flow, datagram.from};
    latency.number = datagram.number;
    latency.bytes = datagram.payload_bytes;
    latency.send_call = datagram.send_call;
    latency.recv_call = datagram.recv_call;
    latency.begin_ns = calls.call(datagram.send_call).enter_ns;
    latency.end_ns = std::max(calls.call(datagram.recv_call).exit_ns, latency.begin_ns);
    Cutter cutter(latency);
    const EventRef send{EventKind::kCall, datagram.send_call};
    if (datagram.packet != kNoIndex) {
        const TimeNs departure = analysis.sightings.departure_ns(datagram.packet);
        cutter.until(std::min(calls.call(datagram.send_call).exit_ns, departure), LatencyPart::kSending, send);
        cutter.until_kernel(departure, send);
        const TimeNs arrival = analysis.sightings.arrival_ns(datagram.packet);
        if (arrival != kNeverArrives) cut_wire(cutter, calls, analysis.sightings, datagram.packet, arrival);
    } else {
        cutter.until(calls.call(datagram.send_call).exit_ns, LatencyPart::kSending, send);
    }
    reader.cut(cutter, datagram.recv_call, cutter.now());
    cutter.until(latency.end_ns, LatencyPart::kUnexplained);
}

}  // namespace

DurationNs MessageLatency::of(LatencyPart part) const {
    DurationNs sum = 0;
    for (const LatencySlice& slice : slices) sum += slice.part == part ? slice.end_ns - slice.begin_ns : 0;
    return sum;
}

std::vector<MessageLatency> measure_latencies(const CallIndex& calls, const Analysis& analysis) {
    std::vector<MessageLatency> measured;
    if (calls.recording().calls.empty()) return measured;
    const ReaderSide reader(calls);
    for (const SocketEnd& end : analysis.socket_ends) {
        const StreamLedger* ledger = analysis.stream({end.flow, end.side});
        if (ledger == nullptr || ledger->read.empty()) continue;
        StreamLatencies(calls, analysis, *ledger, reader).measure(measured);
    }
    for (const Datagram& datagram : analysis.datagrams) measure_datagram(calls, analysis, reader, datagram, measured);
    std::stable_sort(measured.begin(), measured.end(), [](const MessageLatency& a, const MessageLatency& b) {
        return std::pair{a.stream, a.number} < std::pair{b.stream, b.number};
    });
    return measured;
}

const MessageLatency* latency_of(const Analysis& analysis, StreamId stream, std::uint32_t number) {
    const auto& all = analysis.latencies;
    const auto found = std::lower_bound(all.begin(), all.end(), std::pair{stream, number},
                                        [](const MessageLatency& a, const std::pair<StreamId, std::uint32_t>& wanted) {
                                            return std::pair{a.stream, a.number} < wanted;
                                        });
    return found == all.end() || found->stream != stream || found->number != number ? nullptr : &*found;
}

}  // namespace wirestory::analysis

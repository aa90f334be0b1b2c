#include "session/measured_verdicts.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/call_index.hpp"
#include "base/text.hpp"
#include "sim/run/packet_match.hpp"

namespace wirestory::session {

namespace {

using analysis::Analysis;

bool holds(std::int64_t seen, sim::Comparison comparison, std::int64_t wanted) {
    switch (comparison) {
        case sim::Comparison::kEqual: return seen == wanted;
        case sim::Comparison::kNotEqual: return seen != wanted;
        case sim::Comparison::kLess: return seen < wanted;
        case sim::Comparison::kLessEqual: return seen <= wanted;
        case sim::Comparison::kGreater: return seen > wanted;
        case sim::Comparison::kGreaterEqual: return seen >= wanted;
    }
    return false;
}

class MeasuredJudge {
public:
    MeasuredJudge(const Recording& recording, const Analysis& analysis, const SeenPackets& packets)
        : recording_(recording), analysis_(analysis), packets_(packets) {}

    Verdict judge(const sim::MessageExpectation& expected) const {
        const std::uint32_t call = nth_read(expected.reader, expected.read);
        if (call == analysis::kNoIndex) return verdict(false, expected, "no such read");
        const auto [first, last] = messages_of_read(call);
        const std::string seen = first == 0      ? std::string{"takes no message"}
                                 : first == last ? fmt::format("takes message {}", first)
                                                 : fmt::format("takes messages {}-{}", first, last);
        return verdict(first == expected.first_message && last == expected.last_message, expected, seen,
                       {EventKind::kCall, call});
    }

    Verdict judge(const sim::BufferExpectation& expected) const {
        const SocketId socket = socket_named(expected.socket);
        const std::vector<std::int64_t> values = values_of(socket, expected.figure);
        if (values.empty()) return verdict(false, expected, "nothing was measured");
        const std::int64_t seen = expected.moment == sim::BufferMoment::kPeak
                                      ? *std::max_element(values.begin(), values.end())
                                      : values.back();
        const bool drops = expected.figure == sim::BufferFigure::kDrops;
        return verdict(holds(seen, expected.comparison, expected.bytes), expected,
                       drops ? std::to_string(seen) : fmt::format("{} B", seen));
    }

    Verdict judge(const sim::CountExpectation& expected) const {
        const auto seen = std::count_if(packets_.seen.begin(), packets_.seen.end(), [&](const sim::SeenPacket& packet) {
            return sim::matches(expected.pattern, packet);
        });
        return verdict(holds(seen, expected.comparison, expected.count), expected, std::to_string(seen));
    }

    Verdict judge(const sim::LostExpectation& expected) const {
        std::vector<std::uint32_t> lost;
        std::uint32_t number = 0;
        for (const analysis::Datagram& datagram : analysis_.datagrams) {
            const analysis::Flow& flow = analysis_.flows[datagram.flow];
            if (expected.from != kNoActor && flow.end(datagram.from).actor != expected.from) continue;
            if (datagram.duplicate) continue;
            ActorId to = flow.end(analysis::other(datagram.from)).actor;
            if (datagram.receiver < recording_.sockets.size()) to = recording_.sockets[datagram.receiver].actor;
            if (expected.to != kNoActor && to != expected.to) continue;
            ++number;
            if (datagram.fate != analysis::DatagramFate::kRead) lost.push_back(number);
        }
        return verdict(lost == expected.numbers, expected, fmt::format("lost [{}]", fmt::join(lost, ", ")));
    }

    Verdict judge(const sim::TimeExpectation& expected) const {
        const EventRef from = find_place(expected.from, recording_, packets_);
        const EventRef to = expected.to ? find_place(*expected.to, recording_, packets_) : from;
        const std::optional<TimeNs> end_ns = end_of(to);
        if (!from || !end_ns) return verdict(false, expected, "the run never came to its end", from);
        const DurationNs seen = *end_ns - begin_of(from);
        return verdict(holds(seen, expected.comparison, expected.duration_ns), expected, format_duration(seen), from);
    }

private:
    template <class Expectation>
    static Verdict verdict(bool passed, const Expectation& expected, std::string seen, EventRef event = {}) {
        return {passed, expected.text, expected.text, std::move(seen), expected.span.line, event};
    }

    [[nodiscard]] SocketId socket_named(const sim::SocketName& name) const {
        for (std::size_t i = 0; i < recording_.sockets.size(); ++i) {
            const SocketInfo& socket = recording_.sockets[i];
            if (socket.actor == name.actor && socket.name == name.name) return static_cast<SocketId>(i);
        }
        return kNoSocket;
    }

    [[nodiscard]] std::uint32_t nth_read(const sim::SocketName& reader, std::uint32_t number) const {
        const SocketId socket = socket_named(reader);
        for (std::uint32_t i = 0; i < recording_.calls.size(); ++i) {
            const Call& call = recording_.calls[i];
            if (call.socket == socket && analysis::consumes(call) && call.returned > 0 && --number == 0) return i;
        }
        return analysis::kNoIndex;
    }

    // First and last number of the messages whose bytes a call took; 0 when it took none.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> messages_of_read(std::uint32_t call) const {
        if (const analysis::Datagram* datagram = analysis_.datagram_of_call(call)) {
            return {datagram->number, datagram->number};
        }
        for (const analysis::StreamLedger& stream : analysis_.streams) {
            for (const analysis::Read& read : stream.read) {
                if (read.call != call) continue;
                const auto messages = stream.messages_in(read.range);
                if (messages.empty()) return {0, 0};
                return {messages.front().number, messages.back().number};
            }
        }
        return {0, 0};
    }

    // Every value the figure had, in time order.
    [[nodiscard]] std::vector<std::int64_t> values_of(SocketId socket, sim::BufferFigure figure) const {
        std::vector<std::int64_t> values;
        if (figure == sim::BufferFigure::kDrops) {
            for (const Sample& sample : recording_.samples) {
                if (sample.socket == socket && (sample.has & Sample::kMemory) != 0)
                    values.push_back(sample.memory.drops);
            }
            return values;
        }
        for (const analysis::SocketEnd& end : analysis_.ends_of(socket)) {
            const bool receiving = figure == sim::BufferFigure::kReceiveBuffer;
            const auto* stream = analysis_.stream({end.flow, receiving ? analysis::other(end.side) : end.side});
            if (stream != nullptr) add_stream_values(*stream, figure, values);
        }
        if (values.empty() && figure == sim::BufferFigure::kReceiveBuffer) add_queue_values(socket, values);
        return values;
    }

    static void add_stream_values(const analysis::StreamLedger& stream, sim::BufferFigure figure,
                                  std::vector<std::int64_t>& values) {
        const auto add = [&](StreamOffset from, StreamOffset to) {
            values.push_back(static_cast<std::int64_t>(to - from));
        };
        if (figure == sim::BufferFigure::kReceiveBuffer) {
            for (const analysis::ReceiveStep& step : stream.receive_buffer) add(step.read, step.arrived);
            return;
        }
        for (const analysis::SendStep& step : stream.send_buffer) {
            switch (figure) {
                case sim::BufferFigure::kUnsent: add(step.sent, step.written); break;
                case sim::BufferFigure::kInFlight: add(step.acknowledged, step.sent); break;
                default: add(step.acknowledged, step.written);
            }
        }
    }

    void add_queue_values(SocketId socket, std::vector<std::int64_t>& values) const {
        for (const analysis::DatagramQueueStep& step : analysis_.datagram_queues) {
            if (step.socket != socket) continue;
            std::int64_t bytes = 0;
            for (const std::uint32_t waiting : step.waiting) bytes += analysis_.datagrams[waiting].payload_bytes;
            values.push_back(bytes);
        }
    }

    [[nodiscard]] TimeNs begin_of(EventRef event) const {
        return event.kind == EventKind::kCall ? recording_.calls[event.index].enter_ns
                                              : recording_.packets.time_ns(event.index);
    }

    [[nodiscard]] std::optional<TimeNs> end_of(EventRef event) const {
        if (event.kind == EventKind::kPacket) {
            // What never arrived has no end; on loopback a packet ends where it begins.
            const TimeNs arrived_ns = analysis_.sightings.arrival_ns(event.index);
            return arrived_ns == analysis::kNeverArrives ? std::nullopt : std::optional{arrived_ns};
        }
        if (event.kind != EventKind::kCall) return std::nullopt;
        // A step like sendall makes several calls: it ends with the last.
        const Call* last = &recording_.calls[event.index];
        for (const Call& call : recording_.calls)
            if (call.step == last->step && call.step != kNoStep && call.enter_ns > last->enter_ns) last = &call;
        if (!last->returned_at_all()) return std::nullopt;
        return last->exit_ns;
    }

    const Recording& recording_;
    const Analysis& analysis_;
    const SeenPackets& packets_;
};

}  // namespace

std::vector<Verdict> judge_measured(const sim::Expectations& expected, const Recording& recording,
                                    const Analysis& analysis, const SeenPackets& packets) {
    const MeasuredJudge judge{recording, analysis, packets};
    std::vector<Verdict> verdicts;
    for (const auto& expectation : expected.messages) verdicts.push_back(judge.judge(expectation));
    for (const auto& expectation : expected.buffers) verdicts.push_back(judge.judge(expectation));
    for (const auto& expectation : expected.counts) verdicts.push_back(judge.judge(expectation));
    for (const auto& expectation : expected.lost) verdicts.push_back(judge.judge(expectation));
    for (const auto& expectation : expected.times) verdicts.push_back(judge.judge(expectation));
    return verdicts;
}

}  // namespace wirestory::session

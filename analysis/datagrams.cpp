#include "analysis/datagrams.hpp"

#include <algorithm>
#include <cerrno>

#include "analysis/datagram_arrivals.hpp"
#include "analysis/datagram_sending.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::size_t kQuoteSearchDepth = 64;  // how many datagrams back an ICMP error is looked for
constexpr std::size_t kReadSearchDepth =
    1024;  // how many datagrams are compared with one recv: bounds forged recordings

// One receiving socket: what was sent to it, in order, against what it read.
class Receiver {
public:
    Receiver(const CallIndex& calls, const FlowTableResult& table, SocketId socket, std::vector<SentDatagram>& sent)
        : calls_(calls), table_(table), socket_(socket), sent_(sent) {}

    void add(std::uint32_t datagram) { coming_.push_back(datagram); }

    void settle() {
        std::stable_sort(coming_.begin(), coming_.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return sent_[a].arrived_ns < sent_[b].arrived_ns; });
        counted_.assign(coming_.size(), Counted::kUnknown);
        taken_.assign(coming_.size(), false);
        read_drop_counter();
        for (const std::uint32_t call : calls_.calls_of(socket_)) take_call(call);
        for (std::size_t i = 0; i < coming_.size(); ++i) judge(i);
        confirm_by_counter();
        judge_unlocated_drops();
    }

    void queue_steps(std::vector<DatagramQueueStep>& steps) const;

private:
    // What the kernel's drop counter says of a datagram.
    enum class Counted : std::uint8_t { kUnknown, kDropped, kKept };

    void read_drop_counter();
    void take_call(std::uint32_t index);
    [[nodiscard]] bool looks_like(std::uint32_t datagram, const Call& read) const;
    void judge(std::size_t at);
    void judge_unlocated_drops();
    void confirm_by_counter();

    [[nodiscard]] SentDatagram& coming(std::size_t at) { return sent_[coming_[at]]; }
    [[nodiscard]] const SentDatagram& coming(std::size_t at) const { return sent_[coming_[at]]; }
    [[nodiscard]] const Call& call(std::uint32_t index) const { return calls_.call(index); }
    [[nodiscard]] std::size_t arrived_before(TimeNs when) const {
        const auto end = std::partition_point(coming_.begin(), coming_.end(),
                                              [&](std::uint32_t d) { return sent_[d].arrived_ns < when; });
        return static_cast<std::size_t>(end - coming_.begin());
    }

    const CallIndex& calls_;
    const FlowTableResult& table_;
    SocketId socket_;
    std::vector<SentDatagram>& sent_;
    std::vector<std::uint32_t> coming_;  // indices into sent_, in order of arrival
    std::vector<Counted> counted_;
    std::vector<bool> taken_;
    std::size_t first_open_ = 0;     // all before it were taken or passed over
    std::size_t proved_absent_ = 0;  // none before it waits in the queue: a later one was read, or the queue was empty
    std::int64_t unlocated_drops_ = 0;
    // Datagrams [first, last) that came between two readings of the counter, of which some were dropped.
    struct MixedStretch {
        std::size_t first = 0;
        std::size_t last = 0;
        std::uint32_t drops = 0;
    };
    std::vector<MixedStretch> mixed_;
};

// Between two readings of the counter, as many drops as arrivals: all of them; no drops: none of them. Anything between
// is left to the order of reading.
void Receiver::read_drop_counter() {
    std::uint32_t last_drops = 0;
    std::size_t last_arrived = 0;
    bool have_last = false;
    for (const std::uint32_t index : calls_.samples_of(socket_)) {
        const Sample& sample = calls_.recording().samples[index];
        if ((sample.has & Sample::kMemory) == 0) continue;
        if (have_last && sample.memory.drops < last_drops) continue;  // two samplers, stamped the wrong way round
        const std::size_t arrived = arrived_before(sample.time_ns);
        // A new socket's counter stands at 0, so the first reading speaks of all that came before it.
        const std::uint32_t drops = sample.memory.drops - (have_last ? last_drops : 0);
        const std::size_t arrivals = arrived - last_arrived;
        if (drops == 0 || drops == arrivals) {
            const Counted verdict = drops == 0 ? Counted::kKept : Counted::kDropped;
            std::fill(counted_.begin() + static_cast<std::ptrdiff_t>(last_arrived),
                      counted_.begin() + static_cast<std::ptrdiff_t>(arrived), verdict);
        } else {
            unlocated_drops_ += static_cast<std::int32_t>(drops);
            mixed_.push_back({last_arrived, arrived, drops});
        }
        last_drops = sample.memory.drops;
        last_arrived = arrived;
        have_last = true;
    }
}

bool Receiver::looks_like(std::uint32_t index, const Call& read) const {
    const Datagram& datagram = sent_[index].datagram;
    const StreamOffset got = moved_bytes(read);
    const auto room = static_cast<StreamOffset>(std::max<std::int64_t>(read.requested_bytes, 0));
    // With MSG_TRUNC the call returns the datagram's real length, however little room it was given (recv(2)).
    const bool real_length = read.arguments.find("MSG_TRUNC") != std::string::npos;
    const StreamOffset wanted =
        real_length ? datagram.payload_bytes : std::min<StreamOffset>(datagram.payload_bytes, room);
    if (got != wanted) return false;
    const Endpoint& sender = table_.flows[datagram.flow].end(datagram.from).endpoint;
    if (read.peer.port != 0 && read.peer != sender) return false;
    ByteView sent_bytes;
    if (datagram.send_call != kNoIndex) {
        sent_bytes = call(datagram.send_call).payload;
    } else if (datagram.packet != kNoIndex) {
        // A fragment holds a piece of it, not its begin.
        const capture::DecodedPacket decoded = decode_packet(calls_.recording(), datagram.packet);
        if (!decoded.more_fragments && decoded.fragment_offset_bytes == 0) sent_bytes = decoded.payload;
    }
    const std::size_t comparable = std::min(sent_bytes.size(), read.payload.size());
    return std::equal(sent_bytes.begin(), sent_bytes.begin() + static_cast<std::ptrdiff_t>(comparable),
                      read.payload.begin());
}

void Receiver::take_call(std::uint32_t index) {
    const Call& read = call(index);
    if (!consumes(read)) return;
    const bool found_nothing = read.failed() && (read.error_number == EAGAIN || read.error_number == EWOULDBLOCK);
    // Found empty, or slept: whatever had arrived before was not in the queue any more.
    if (found_nothing || read.slept || !read.returned_at_all()) {
        proved_absent_ = std::max(proved_absent_, arrived_before(read.enter_ns));
    }
    if (!read.returned_at_all() || read.failed()) return;
    const std::size_t end = read.exit_ns == kNever ? coming_.size() : arrived_before(read.exit_ns);
    for (const bool believe_counter : {true, false}) {
        std::size_t compared = 0;
        for (std::size_t at = first_open_; at < end && compared < kReadSearchDepth; ++at) {
            if (believe_counter && counted_[at] == Counted::kDropped) continue;
            ++compared;
            if (!looks_like(coming_[at], read)) continue;
            coming(at).datagram.recv_call = index;
            taken_[at] = true;
            first_open_ = at + 1;
            proved_absent_ = std::max(proved_absent_, at);
            return;
        }
    }
}

void Receiver::judge(std::size_t at) {
    Datagram& datagram = coming(at).datagram;
    if (datagram.fate != DatagramFate::kUnknown) return;  // ICMP has spoken
    datagram.fate_evidence = Evidence::kDerived;
    if (taken_[at]) {
        datagram.fate = DatagramFate::kRead;
        datagram.fate_evidence = Evidence::kMeasured;
    } else if (counted_[at] == Counted::kDropped) {
        datagram.fate = DatagramFate::kDroppedInReceiveBuffer;
        datagram.fate_evidence = Evidence::kMeasured;
    } else if (datagram.packet == kNoIndex) {
        datagram.fate = DatagramFate::kUnknown;  // sent, but never seen on the way
    } else if (at < proved_absent_) {
        datagram.fate = DatagramFate::kDroppedInReceiveBuffer;
        --unlocated_drops_;
    } else {
        datagram.fate = DatagramFate::kUnread;
    }
}

// The counter tells of more drops than were found: a full queue refuses the newest, so the last ones are taken for
// them.
void Receiver::judge_unlocated_drops() {
    for (std::size_t at = coming_.size(); at > 0 && unlocated_drops_ > 0; --at) {
        Datagram& datagram = coming(at - 1).datagram;
        if (datagram.fate != DatagramFate::kUnread || counted_[at - 1] == Counted::kKept) continue;
        datagram.fate = DatagramFate::kDroppedInReceiveBuffer;
        --unlocated_drops_;
    }
}

// Which ones were dropped was concluded; where the counter grew by just as many meanwhile, the kernel has said it, too.
void Receiver::confirm_by_counter() {
    for (const MixedStretch& stretch : mixed_) {
        const auto dropped = [&](std::size_t at) {
            return coming(at).datagram.fate == DatagramFate::kDroppedInReceiveBuffer;
        };
        std::uint32_t count = 0;
        for (std::size_t at = stretch.first; at < stretch.last; ++at) count += dropped(at) ? 1 : 0;
        if (count != stretch.drops) continue;
        for (std::size_t at = stretch.first; at < stretch.last; ++at) {
            if (dropped(at)) coming(at).datagram.fate_evidence = Evidence::kMeasured;
        }
    }
}

void Receiver::queue_steps(std::vector<DatagramQueueStep>& steps) const {
    struct Event {
        TimeNs time_ns;
        bool arrival;
        std::uint32_t datagram;
        EventRef cause;
    };
    std::vector<Event> events;
    for (const std::uint32_t index : coming_) {
        const Datagram& datagram = sent_[index].datagram;
        if (datagram.fate != DatagramFate::kRead && datagram.fate != DatagramFate::kUnread) continue;
        const EventRef cause = datagram.packet != kNoIndex ? EventRef{EventKind::kPacket, datagram.packet}
                                                           : EventRef{EventKind::kCall, datagram.send_call};
        events.push_back({sent_[index].arrived_ns, true, index, cause});
        if (datagram.recv_call != kNoIndex) {
            const TimeNs when = call(datagram.recv_call).exit_ns;
            events.push_back({when, false, index, {EventKind::kCall, datagram.recv_call}});
        }
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
    std::vector<std::uint32_t> waiting;
    for (const Event& event : events) {
        if (event.arrival) {
            waiting.push_back(event.datagram);
        } else {
            waiting.erase(std::remove(waiting.begin(), waiting.end(), event.datagram), waiting.end());
        }
        steps.push_back({event.time_ns, socket_, waiting, event.cause});
    }
    const std::uint32_t close = calls_.closing(socket_);
    if (close != kNoIndex && !waiting.empty()) {
        steps.push_back({call(close).enter_ns, socket_, {}, {EventKind::kCall, close}});
    }
}

// The quoted header says which datagram the ICMP error answers (RFC 792; RFC 4443, 3.1).
class UnreachableMatcher {
public:
    UnreachableMatcher(const CallIndex& calls, const FlowTableResult& table, std::vector<SentDatagram>& sent)
        : recording_(calls.recording()), table_(table), sent_(sent) {}

    // Notes which datagram the message answers; "port unreachable" settles that one's fate.
    void match(std::uint32_t icmp_packet, std::vector<DatagramKey>& answered) {
        const capture::DecodedPacket icmp = decode_packet(recording_, icmp_packet);
        const auto quoted_bytes = static_cast<std::uint32_t>(icmp.payload.size());
        const capture::DecodedPacket quoted = capture::decode(icmp.payload, capture::kLinkRaw, quoted_bytes);
        if (quoted.transport != capture::Transport::kUdp) return;
        const TimeNs when = recording_.packets.time_ns(icmp_packet);
        auto at = std::partition_point(sent_.begin(), sent_.end(),
                                       [&](const SentDatagram& sent) { return sent.sent_ns <= when; });
        for (std::size_t steps = 0; at != sent_.begin() && steps < kQuoteSearchDepth; ++steps) {
            Datagram& datagram = (--at)->datagram;
            if (!answers(quoted, datagram)) continue;
            answered.push_back({icmp_packet, static_cast<std::uint32_t>(at - sent_.begin())});
            if (!says_port(icmp)) return;
            datagram.fate = DatagramFate::kNoListener;
            datagram.fate_evidence = Evidence::kMeasured;
            return;
        }
    }

private:
    // RFC 792: type 3 code 3; RFC 4443, 3.1: type 1 code 4.
    static bool says_port(const capture::DecodedPacket& icmp) {
        if (icmp.transport == capture::Transport::kIcmpv6) return icmp.icmp.type == 1 && icmp.icmp.code == 4;
        return icmp.icmp.type == 3 && icmp.icmp.code == 3;
    }
    [[nodiscard]] bool answers(const capture::DecodedPacket& quoted, const Datagram& datagram) const {
        if (datagram.fate == DatagramFate::kNoListener || datagram.packet == kNoIndex) return false;
        const Flow& flow = table_.flows[datagram.flow];
        return flow.end(datagram.from).endpoint == quoted.source_endpoint() &&
               flow.end(other(datagram.from)).endpoint == quoted.destination_endpoint() &&
               decode_packet(recording_, datagram.packet).ip_id == quoted.ip_id;
    }

    const Recording& recording_;
    const FlowTableResult& table_;
    std::vector<SentDatagram>& sent_;
};

void list_keys(DatagramResult& result) {
    for (std::uint32_t i = 0; i < result.datagrams.size(); ++i) {
        const Datagram& datagram = result.datagrams[i];
        if (datagram.packet != kNoIndex) result.by_packet.push_back({datagram.packet, i});
        if (datagram.send_call != kNoIndex) result.by_call.push_back({datagram.send_call, i});
        if (datagram.recv_call != kNoIndex) result.by_call.push_back({datagram.recv_call, i});
    }
    std::sort(result.by_packet.begin(), result.by_packet.end());
    std::sort(result.by_call.begin(), result.by_call.end());
}

}  // namespace

DatagramResult match_datagrams(const CallIndex& calls, const FlowTableResult& table, const Sightings& sightings,
                               DetailScope scope) {
    DatagramResult result;
    std::vector<SentDatagram> sent = match_sends(calls, table, sightings, scope);
    place_arrivals(calls, sightings, table, sent);
    UnreachableMatcher unreachable(calls, table, sent);
    for (const std::uint32_t packet : table.icmp_errors) unreachable.match(packet, result.by_icmp);
    std::sort(result.by_icmp.begin(), result.by_icmp.end());

    std::vector<Receiver> receivers;
    std::vector<std::uint32_t> receiver_of(calls.socket_count(), kNoIndex);
    for (std::uint32_t i = 0; i < sent.size(); ++i) {
        const Datagram& datagram = sent[i].datagram;
        const SocketId socket = datagram.receiver;
        if (socket == kNoSocket || sent[i].arrived_ns == kNever) continue;
        if (receiver_of[socket] == kNoIndex) {
            receiver_of[socket] = static_cast<std::uint32_t>(receivers.size());
            receivers.emplace_back(calls, table, socket, sent);
        }
        // What was refused for want of a listener never reached the socket's queue.
        if (datagram.fate == DatagramFate::kUnknown) receivers[receiver_of[socket]].add(i);
    }
    for (Receiver& receiver : receivers) {
        receiver.settle();
        receiver.queue_steps(result.queues);
    }
    std::stable_sort(result.queues.begin(), result.queues.end(),
                     [](const DatagramQueueStep& a, const DatagramQueueStep& b) { return a.time_ns < b.time_ns; });
    result.datagrams.reserve(sent.size());
    for (const SentDatagram& each : sent) result.datagrams.push_back(each.datagram);
    list_keys(result);
    return result;
}

}  // namespace wirestory::analysis

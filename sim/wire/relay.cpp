#include "sim/wire/relay.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sim/wire/relay_sleep.hpp"

namespace wirestory::sim {
namespace {

// Frames of this kind are how a tap finds out that it is running (IEEE 802 local experimental); no host sends or wants
// them, so they end here, uncounted.
constexpr std::uint16_t kMarkerEtherType = 0x88B5;
void add_one(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

bool is_multicast(const MacAddress& mac) { return (mac[0] & 1U) != 0; }

}  // namespace

Result<std::unique_ptr<Relay>> Relay::start(const WireSpec& spec, const WireOptions& options,
                                            std::vector<PacketPort> ports, std::vector<MacAddress> macs) {
    constexpr std::uint32_t kVlanTagBytes = 4;
    const auto frame_bytes = spec.mtu_bytes + static_cast<std::uint32_t>(kEthernetHeaderBytes) + kVlanTagBytes;
    auto departures = DepartureQueue::reserve(options.in_flight_packets, frame_bytes, kMaxInFlightBytes);
    if (!departures) return tl::unexpected(departures.error());
    std::unique_ptr<Relay> relay(new Relay(spec, options, std::move(ports), std::move(macs), std::move(*departures)));
    relay->wake_fd_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!relay->wake_fd_) return fail_errno("wire: make an event descriptor", errno);
    relay->thread_ = std::thread([raw = relay.get()] { raw->run(); });
    return relay;
}

Relay::Relay(const WireSpec& spec, const WireOptions& options, std::vector<PacketPort> ports,
             std::vector<MacAddress> macs, DepartureQueue departures)
    : options_(options),
      ports_(std::move(ports)),
      macs_(std::move(macs)),
      model_(spec),
      departures_(std::move(departures)),
      waiting_(ports_.size() * ports_.size()),
      heads_(ports_.size()),
      outboxes_(new Outbox[ports_.size()]),
      log_(options.log_entries),
      taken_(new std::atomic<std::uint64_t>[ports_.size()]()),
      ring_losses_(new std::atomic<std::uint64_t>[ports_.size()]()) {}

Relay::~Relay() { stop(); }

void Relay::wake() const {
    const std::uint64_t one = 1;
    // It can only fail when the counter is full, and then the relay is awake.
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_.get(), &one, sizeof one);
}

void Relay::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        asked_.store(true, std::memory_order_release);
    }
    if (!thread_.joinable()) return;
    wake();
    thread_.join();
}

Result<TimeNs> Relay::apply(std::function<void(Impairment&)> change) {
    TimeNs moment_ns = 0;
    std::unique_lock lock(mutex_);
    if (!stopping_ && !ended_) {
        changes_.push_back({std::move(change), &moment_ns});
        asked_.store(true, std::memory_order_release);
        wake();
        changed_.wait(lock, [&] { return moment_ns != 0 || ended_; });
    }
    if (moment_ns == 0) return fail("wire: it is closed, so it cannot be changed");
    return moment_ns;
}

bool Relay::drain(DurationNs timeout) {
    std::unique_lock lock(mutex_);
    if (stopping_ || ended_) return true;
    const std::uint64_t before = drains_;
    ++drain_waiters_;
    asked_.store(true, std::memory_order_release);
    wake();
    const bool drained =
        changed_.wait_for(lock, std::chrono::nanoseconds(timeout), [&] { return drains_ != before || ended_; });
    --drain_waiters_;
    return drained;
}

WireStatistics Relay::statistics() const {
    WireStatistics statistics;
    for (std::size_t host = 0; host < ports_.size(); ++host)
        statistics.ring_losses += ring_losses_[host] += ports_[host].take_losses();
    statistics.offered = counters_.offered;
    statistics.delivered = counters_.delivered;
    for (std::size_t i = 0; i < kDropCauses; ++i) statistics.dropped[i] = counters_.dropped[i];
    statistics.strangers = counters_.strangers;
    statistics.log_losses = log_.lost();
    statistics.worst_lateness_ns = counters_.worst_lateness_ns;
    return statistics;
}

std::uint64_t Relay::frames_of(HostId host) const {
    ring_losses_[host] += ports_[host].take_losses();
    return taken_[host].load(std::memory_order_acquire) + ring_losses_[host];
}

void Relay::run() {
    ::prctl(PR_SET_NAME, "wire-relay");
    RelaySleep::prepare_thread();
    std::vector<int> packet_fds;
    for (const PacketPort& port : ports_) packet_fds.push_back(port.fd());
    RelaySleep sleep(packet_fds, wake_fd_.get(), options_.stay_awake_ns);
    for (;;) {
        const bool sent = send_due();
        const bool worked = receive(std::numeric_limits<TimeNs>::max()) || sent;
        if (worked) sleep.worked(clock_.now());
        if (asked_.load(std::memory_order_acquire) && !answer(!worked && departures_.empty())) break;
        if (!worked) sleep.wait(clock_.now(), departures_.next_due_ns());
    }
    while (!departures_.empty()) {
        const auto packet = departures_.pop();
        write_off(*packet.fate, DropCause::kClosed);
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

// Changes take effect between two frames: those stamped up to the moment go first, under the old rules.
bool Relay::answer(bool idle) {
    const TimeNs moment_ns = realtime_now_ns();
    std::uint32_t most = 0;  // the rings hold no more, so this ends also while frames keep coming
    for (const PacketPort& port : ports_) most += port.frame_count();
    for (std::uint32_t i = 0; i < most && receive(moment_ns); ++i) {
    }
    const std::lock_guard lock(mutex_);
    for (Change& change : changes_) {
        change.apply(model_);
        *change.moment_ns = moment_ns;
    }
    changes_.clear();
    if (idle) ++drains_;
    asked_.store(stopping_ || (drain_waiters_ != 0 && !idle), std::memory_order_relaxed);
    changed_.notify_all();
    return !stopping_;
}

// The oldest first, whoever sent it: where several hosts send to one, their order in the queue of its port is that in
// which their frames came, not that in which we look at the rings.
bool Relay::receive(TimeNs until_ns) {
    for (RingHead& head : heads_) head = RingHead{};
    std::size_t taken = 0;
    for (; taken < Outbox::kBatch; ++taken) {
        const std::size_t host = look_for_oldest();
        if (host == heads_.size() || heads_[host].frame.arrived_ns > until_ns) break;
        take_frame(static_cast<HostId>(host), heads_[host].frame);
        ++heads_[host].taken;
        heads_[host].there = false;
    }
    if (taken == 0) return false;
    flush_all();  // what leaves at once still lies in the rings
    for (std::size_t host = 0; host < ports_.size(); ++host) {
        if (heads_[host].taken == 0) continue;
        ports_[host].release(heads_[host].taken);
        taken_[host].fetch_add(heads_[host].taken, std::memory_order_release);
    }
    return true;
}

// The host whose ring has the oldest frame; heads_.size() when all are empty.
std::size_t Relay::look_for_oldest() {
    std::size_t oldest = heads_.size();
    for (std::size_t host = 0; host < heads_.size(); ++host) {
        RingHead& head = heads_[host];
        if (!head.there) head.there = ports_[host].peek(head.taken, head.frame);
        if (!head.there) continue;
        if (oldest == heads_.size() || head.frame.arrived_ns < heads_[oldest].frame.arrived_ns) oldest = host;
    }
    return oldest;
}

void Relay::take_frame(HostId from, const RingFrame& frame) {
    if (ether_type_of(frame.bytes) == kMarkerEtherType) return;
    const auto destination = destination_of(frame.bytes);
    if (!destination) return;
    if (is_multicast(*destination)) {
        for (std::size_t to = 0; to < macs_.size(); ++to)
            if (to != from) carry(from, static_cast<HostId>(to), frame, false);
        return;
    }
    for (std::size_t to = 0; to < macs_.size(); ++to) {
        if (macs_[to] != *destination) continue;
        if (to != from) carry(from, static_cast<HostId>(to), frame, true);
        return;
    }
    add_one(counters_.strangers);
}

Fate Relay::ask_model(HostId from, HostId to, const RingFrame& frame, TimeNs entered_ns) {
    Offer offer;
    offer.from = from;
    offer.to = to;
    offer.size_bytes = static_cast<std::uint32_t>(frame.bytes.size());
    offer.now_ns = entered_ns;
    if (!model_.has_rules()) return model_.decide(offer);
    const FrameFields fields = parse_frame(frame.bytes);
    SeenPacket seen;
    seen.from = from;
    seen.to = to;
    seen.protocol = fields.protocol;
    seen.tcp_flags = fields.tcp_flags;
    seen.payload = fields.payload(frame.bytes);
    seen.payload_bytes = static_cast<std::uint32_t>(seen.payload.size());
    offer.seen = &seen;
    return model_.decide(offer);
}

void Relay::carry(HostId from, HostId to, const RingFrame& frame, bool only_receiver) {
    const TimeNs now = clock_.now();
    // Never later than now: should somebody set the realtime clock, the model's time must not run ahead.
    const TimeNs entered_ns = std::min(clock_.to_monotonic(frame.arrived_ns), now);
    const Fate fate = ask_model(from, to, frame, entered_ns);
    add_one(counters_.offered);
    FateEntry entry;
    entry.packet_number = fate.packet_number;
    entry.from = from;
    entry.to = to;
    entry.copies = fate.copies;
    entry.reordered = fate.reordered;
    entry.rule = fate.rule;
    entry.size_bytes = static_cast<std::uint32_t>(frame.bytes.size());
    entry.queue_packets = fate.queue.packets;
    entry.queue_bytes = fate.queue.bytes;
    entry.entered_ns = frame.arrived_ns;
    entry.fingerprint = frame_fingerprint(frame.bytes);
    entry.left_fingerprint = entry.fingerprint;
    if (frame.cut) return write_off(entry, DropCause::kMtu);
    if (fate.cause != DropCause::kNone) return write_off(entry, fate.cause);
    const bool at_once = only_receiver && fate.copies == 1 && waiting_[path_index(entry)] == 0 && fate.due_ns[0] <= now;
    for (std::uint8_t copy = 0; copy < fate.copies; ++copy) {
        entry.copy = copy;
        entry.sent_ns = clock_.to_realtime(fate.sent_ns[copy]);
        entry.due_ns = clock_.to_realtime(fate.due_ns[copy]);
        if (at_once) {
            alter(fate, entry, frame.bytes);
            put_out(frame.bytes, entry, std::nullopt);
            continue;
        }
        const auto kept = departures_.add(fate.due_ns[copy], frame.bytes, entry);
        if (!kept) {
            write_off(entry, DropCause::kOverload);
            continue;
        }
        ++waiting_[path_index(entry)];
        alter(fate, *kept->fate, kept->frame);
    }
}

void Relay::alter(const Fate& fate, FateEntry& entry, std::span<std::byte> frame) {
    if (!fate.corrupt && !fate.mark_ce) return;
    const FrameFields fields = parse_frame(frame);
    if (fate.mark_ce) entry.marked_ce = mark_congestion(frame, fields);
    if (fate.corrupt) entry.corrupted = corrupt_frame(frame, fields, fate.corrupt_place);
    entry.left_fingerprint = frame_fingerprint(frame);
}

bool Relay::send_due() {
    if (departures_.empty()) return false;
    const TimeNs now = clock_.now();
    std::size_t sent = 0;
    for (; sent < Outbox::kBatch && departures_.next_due_ns() <= now; ++sent) {
        const auto packet = departures_.pop();
        put_out(packet.frame, *packet.fate, packet.slot);
    }
    if (sent == 0) return false;
    flush_all();
    return true;
}

void Relay::put_out(std::span<std::byte> frame, const FateEntry& entry, std::optional<SlotId> slot) {
    Outbox& outbox = outboxes_[entry.to];
    if (outbox.full()) flush(entry.to);
    outbox.add(frame, entry, slot);
}

void Relay::flush_all() {
    for (std::size_t to = 0; to < ports_.size(); ++to)
        if (!outboxes_[to].empty()) flush(static_cast<HostId>(to));
}

void Relay::flush(HostId to) {
    outboxes_[to].flush(ports_[to], clock_, [this](const FateEntry& entry, std::optional<SlotId> slot) {
        if (slot) {
            --waiting_[path_index(entry)];
            departures_.free_slot(*slot);
        }
        if (entry.cause != DropCause::kNone) return write_off(entry, entry.cause);
        add_one(counters_.delivered);
        const DurationNs lateness_ns = entry.left_ns - entry.due_ns;
        if (lateness_ns > counters_.worst_lateness_ns.load(std::memory_order_relaxed))
            counters_.worst_lateness_ns.store(lateness_ns, std::memory_order_relaxed);
        log_.append(entry);
    });
}

void Relay::write_off(FateEntry entry, DropCause cause) {
    entry.cause = cause;
    entry.sent_ns = entry.due_ns = entry.left_ns = 0;
    add_one(counters_.dropped[static_cast<std::size_t>(cause)]);
    log_.append(entry);
}

}  // namespace wirestory::sim

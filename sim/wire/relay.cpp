#include "sim/wire/relay.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wirestory::sim {
namespace {

// Frames of this kind are how a tap finds out that it is running (IEEE 802 local experimental); no host sends or wants
// them, so they end here, uncounted.
constexpr std::uint16_t kMarkerEtherType = 0x88B5;
// Sleeps end late: by a few microseconds on a busy core, by 50 and more when an idle virtual one must be woken. So the
// last part of the time to a departure is spent awake, as long as sleeps have lately been late, within these bounds.
constexpr DurationNs kMinWakeMarginNs = 4 * kMicrosecondNs;
constexpr DurationNs kMaxWakeMarginNs = 100 * kMicrosecondNs;
constexpr DurationNs kLookEveryNs = 500 * kMicrosecondNs;
constexpr DurationNs kCrowdedForNs = 20 * kMillisecondNs;

void add_one(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

// What sched_setattr(2) takes; glibc has it only since 2.41.
struct SchedulingAttributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime_ns;
    std::uint64_t deadline_ns;
    std::uint64_t period_ns;
};

// A thread that asks for short slices is let in at once when it wakes, even before one that computes (Linux 6.12,
// kernel/sched/fair.c, PREEMPT_SHORT). Needs no privilege; older kernels ignore the wish, and the relay is as punctual
// as they let it.
void ask_for_short_slices() {
    SchedulingAttributes wish{};
    wish.size = sizeof wish;
    wish.policy = SCHED_OTHER;
    wish.nice = ::getpriority(PRIO_PROCESS, 0);
    wish.runtime_ns = 100 * kMicrosecondNs;  // the shortest that the kernel grants
    ::syscall(SYS_sched_setattr, 0, &wish, 0U);
}

bool is_multicast(const MacAddress& mac) { return (mac[0] & 1U) != 0; }

}  // namespace

Result<std::unique_ptr<Relay>> Relay::start(const WireSpec& spec, const WireOptions& options,
                                            std::vector<PacketPort> ports, std::vector<MacAddress> macs) {
    constexpr std::uint32_t kVlanTagBytes = 4;
    auto departures = DepartureQueue::reserve(
        options.in_flight_packets, spec.mtu_bytes + static_cast<std::uint32_t>(kEthernetHeaderBytes) + kVlanTagBytes);
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
      outboxes_(new Outbox[ports_.size()]),
      wake_margin_ns_(kMaxWakeMarginNs),
      log_(options.log_entries) {}

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
    for (const PacketPort& port : ports_) ring_losses_ += port.take_losses();
    WireStatistics statistics;
    statistics.offered = counters_.offered;
    statistics.delivered = counters_.delivered;
    for (std::size_t i = 0; i < kDropCauses; ++i) statistics.dropped[i] = counters_.dropped[i];
    statistics.ring_losses = ring_losses_;
    statistics.strangers = counters_.strangers;
    statistics.log_losses = log_.lost();
    statistics.worst_lateness_ns = counters_.worst_lateness_ns;
    return statistics;
}

void Relay::run() {
    ::prctl(PR_SET_NAME, "wire-relay");
    // Timers of ordinary threads may be 50 us late by default, to save power (prctl(2)).
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    ask_for_short_slices();
    for (;;) {
        bool worked = send_due();
        for (std::size_t host = 0; host < ports_.size(); ++host)
            worked = receive(static_cast<HostId>(host), std::numeric_limits<TimeNs>::max()) || worked;
        if (worked) last_work_ns_ = clock_.now();
        if (asked_.load(std::memory_order_acquire) && !answer(!worked && departures_.empty())) break;
        if (!worked) wait();
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
    for (std::size_t host = 0; host < ports_.size(); ++host)
        for (std::uint32_t i = 0; i < options_.ring_frames && receive(static_cast<HostId>(host), moment_ns); ++i) {
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

// Sleeps until a frame comes, a packet is due or somebody asks; but not at once, and never over a departure.
void Relay::wait() {
    const TimeNs now = clock_.now();
    const TimeNs next = departures_.next_due_ns();
    const bool crowded = core_is_crowded(now);
    const DurationNs margin_ns = crowded ? kMinWakeMarginNs : wake_margin_ns_;
    if ((!crowded && now - last_work_ns_ < options_.stay_awake_ns) || next - now < margin_ns) {
        relax();
        return;
    }
    for (std::size_t i = 0; i < ports_.size(); ++i) poll_list_[i] = {ports_[i].fd(), POLLIN, 0};
    poll_list_[ports_.size()] = {wake_fd_.get(), POLLIN, 0};
    const DurationNs pause = next - now - margin_ns;
    const timespec timeout{pause / kSecondNs, pause % kSecondNs};
    const bool forever = departures_.empty();
    const int ready = ::ppoll(poll_list_.data(), ports_.size() + 1, forever ? nullptr : &timeout, nullptr);
    if (ready > 0 && poll_list_[ports_.size()].revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t length = ::read(wake_fd_.get(), &count, sizeof count);
    }
    if (ready == 0) learn_lateness(monotonic_now_ns() - (now + pause));
}

// Was the thread put aside lately for another? Then waiting awake is a mistake: it uses up the share of the core that
// is needed when work comes, and the core, being busy, answers a wake-up at once anyway.
bool Relay::core_is_crowded(TimeNs now) {
    if (now - looked_ns_ > kLookEveryNs) {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        if (usage.ru_nivcsw != put_aside_) crowded_until_ns_ = now + kCrowdedForNs;
        put_aside_ = usage.ru_nivcsw;
        looked_ns_ = now;
    }
    return now < crowded_until_ns_;
}

// Rises fast and falls slowly: a sleep that ends late costs punctuality, one that ends early only a little power.
void Relay::learn_lateness(DurationNs late_ns) {
    const DurationNs wanted = late_ns + late_ns / 4 + kMinWakeMarginNs;
    const DurationNs step = wanted > wake_margin_ns_ ? (wanted - wake_margin_ns_) / 2 : (wanted - wake_margin_ns_) / 16;
    wake_margin_ns_ = std::clamp(wake_margin_ns_ + step, kMinWakeMarginNs, kMaxWakeMarginNs);
}

bool Relay::receive(HostId from, TimeNs until_ns) {
    PacketPort& port = ports_[from];
    std::uint32_t taken = 0;
    RingFrame frame;
    while (taken < Outbox::kBatch && port.peek(taken, frame) && frame.arrived_ns <= until_ns) {
        take_frame(from, frame);
        ++taken;
    }
    if (taken == 0) return false;
    flush_all();  // what leaves at once still lies in the ring
    port.release(taken);
    return true;
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
    const TimeNs entered_ns = clock_.to_monotonic(frame.arrived_ns);
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
    const bool at_once = only_receiver && fate.copies == 1 && waiting_[path_index(entry)] == 0 &&
                         fate.due_ns[0] <= std::max(entered_ns, clock_.now());
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

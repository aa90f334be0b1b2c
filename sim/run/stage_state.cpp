#include "sim/run/stage_state.hpp"

#include <algorithm>
#include <utility>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/run/tx_reports.hpp"
#include "sim/scenario/families.hpp"

namespace wirestory::sim {
namespace {

// Enough for any lesson, so that the log never grows in the middle of a call.
constexpr std::size_t kExpectedCalls = 1024;

// ECN's bits tell of congestion, not of what the program did (RFC 3168): patterns leave them out.
constexpr std::uint16_t kComparedFlags = 0x03F;

// close(2) of a lingering socket blocks until its data is acknowledged; at the end of a story nobody waits for that.
void stop_lingering(int fd) {
    linger setting{};
    socklen_t length = sizeof setting;
    if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &setting, &length) != 0) return;
    if (setting.l_onoff == 0 || setting.l_linger == 0) return;
    setting = {};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &setting, sizeof setting);
}

// Only for sockets whose family has an error queue: a Unix stream knows no MSG_ERRQUEUE (unix(7)) and would hand out
// the story's data, and its end of stream for ever.
void drain_reports_of(SocketSlot& slot, std::vector<TxReport>& reports) {
    if (!is_unix(slot.family)) drain_tx_reports(slot.fd, slot.id, reports);
}

}  // namespace

StageState::StageState(std::vector<Actor> actors)
    : actors_(std::move(actors)), event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    log_.reserve(kExpectedCalls);
    call_samples_.reserve(2 * kExpectedCalls);
}

SocketSlot& StageState::add_socket(ActorId actor, const std::string& name, SocketFamily family, int fd) {
    const std::lock_guard lock(sockets_mutex_);
    infos_.push_back({actor, name, family});
    return slots_.emplace_back(static_cast<SocketId>(slots_.size()), actor, family, fd);
}

int StageState::release_for_close(SocketSlot& slot) {
    const std::lock_guard lock(slot.mutex);
    if (slot.fd < 0) return -1;
    const std::lock_guard log_lock(log_mutex_);
    drain_reports_of(slot, last_reports_);
    return std::exchange(slot.fd, -1);
}

void StageState::keep_reports(SocketSlot& slot) {
    const std::lock_guard lock(slot.mutex);
    const std::lock_guard log_lock(log_mutex_);
    if (slot.fd >= 0) drain_reports_of(slot, last_reports_);
}

void StageState::close_all() {
    for (SocketSlot* slot : slots()) {
        const int fd = release_for_close(*slot);
        if (fd < 0) continue;
        stop_lingering(fd);
        ::close(fd);
    }
}

std::vector<SocketInfo> StageState::socket_infos() const {
    const std::lock_guard lock(sockets_mutex_);
    return infos_;
}

std::vector<SocketSlot*> StageState::slots() const {
    const std::lock_guard lock(sockets_mutex_);
    std::vector<SocketSlot*> all;
    all.reserve(slots_.size());
    for (const SocketSlot& slot : slots_) all.push_back(const_cast<SocketSlot*>(&slot));
    return all;
}

SocketSlot* StageState::slot(SocketId id) const {
    const std::lock_guard lock(sockets_mutex_);
    return id < slots_.size() ? const_cast<SocketSlot*>(&slots_[id]) : nullptr;
}

void StageState::log_open(CallProgress& progress, Call call) {
    {
        const std::lock_guard lock(log_mutex_);
        if (progress.finished || progress.slept) return;  // it returned while we looked
        progress.slept = true;
        call.slept = true;
        blocked_.push_back({progress.key, call.socket});
        blocked_count_.store(blocked_.size(), std::memory_order_relaxed);
        log_.push_back({progress.key, std::move(call)});
    }
    signal_event();
}

void StageState::log_return(CallProgress& progress, Call&& call, const CallSamples& samples) {
    const std::lock_guard lock(log_mutex_);
    call.slept = progress.slept;
    progress.finished = true;
    if (progress.slept) no_longer_blocked(progress.key);
    log_.push_back({progress.key, std::move(call)});
    append_samples(samples);
}

void StageState::log_never_returned(CallProgress& progress, Call call, const CallSamples& samples) {
    const std::lock_guard lock(log_mutex_);
    progress.finished = true;
    append_samples(samples);
    if (progress.slept) {
        no_longer_blocked(progress.key);
        return;
    }
    call.exit_ns = kNeverReturned;
    call.returned = -1;
    call.error_number = 0;
    log_.push_back({progress.key, std::move(call)});
}

void StageState::no_longer_blocked(std::uint64_t key) {
    std::erase_if(blocked_, [key](const BlockedCall& blocked) { return blocked.key == key; });
    blocked_count_.store(blocked_.size(), std::memory_order_relaxed);
}

void StageState::append_samples(const CallSamples& samples) {
    if (samples.entry.has != 0) call_samples_.push_back(samples.entry);
    if (samples.exit.has != 0) call_samples_.push_back(samples.exit);
}

void StageState::signal_event() {
    const std::uint64_t one = 1;
    // The counter cannot overflow in practice; a full one is readable all the same.
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

void StageState::log_wire_change(WireChange change) {
    {
        const std::lock_guard lock(log_mutex_);
        wire_changes_.push_back(std::move(change));
    }
    signal_event();
}

void StageState::take_wire_changes(std::vector<WireChange>& changes) {
    const std::lock_guard lock(log_mutex_);
    std::move(wire_changes_.begin(), wire_changes_.end(), std::back_inserter(changes));
    wire_changes_.clear();
}

void StageState::take_calls(std::vector<LoggedCall>& calls) {
    const std::lock_guard lock(log_mutex_);
    std::move(log_.begin(), log_.end(), std::back_inserter(calls));
    log_.clear();  // keeps its room
}

void StageState::take_call_samples(std::vector<Sample>& samples) {
    const std::lock_guard lock(log_mutex_);
    samples.insert(samples.end(), call_samples_.begin(), call_samples_.end());
    call_samples_.clear();
}

void StageState::take_reports(std::vector<TxReport>& reports) {
    for (SocketSlot* slot : slots()) {
        const std::lock_guard lock(slot->mutex);
        if (slot->fd >= 0) drain_reports_of(*slot, reports);
    }
    const std::lock_guard lock(log_mutex_);
    reports.insert(reports.end(), last_reports_.begin(), last_reports_.end());
    last_reports_.clear();
}

std::vector<SocketId> StageState::blocked_sockets() const {
    const std::lock_guard lock(log_mutex_);
    std::vector<SocketId> sockets;
    for (const BlockedCall& blocked : blocked_)
        if (std::find(sockets.begin(), sockets.end(), blocked.socket) == sockets.end())
            sockets.push_back(blocked.socket);
    return sockets;
}

void StageState::count_packets(std::vector<PacketPattern> patterns) {
    const std::lock_guard lock(packets_mutex_);
    patterns_ = std::move(patterns);
    counts_.assign(patterns_.size(), 0);
}

std::uint32_t StageState::packets_counted(std::size_t pattern) const {
    const std::lock_guard lock(packets_mutex_);
    return counts_.at(pattern);
}

void StageState::packet_seen(const SeenPacket& packet) {
    bool matched = false;
    {
        const std::lock_guard lock(packets_mutex_);
        for (std::size_t i = 0; i < patterns_.size(); ++i) {
            if (!pattern_matches(patterns_[i], packet)) continue;
            ++counts_[i];
            matched = true;
        }
    }
    if (!matched) return;
    {
        const std::lock_guard lock(monitor_.mutex);
        ++monitor_.events;
    }
    monitor_.changed.notify_one();
}

bool pattern_matches(const PacketPattern& pattern, const SeenPacket& packet) {
    if (pattern.from != kNoActor && pattern.from != packet.from) return false;
    if (pattern.to != kNoActor && pattern.to != packet.to) return false;
    if (!pattern.protocol.empty() && pattern.protocol != packet.protocol) return false;
    if (pattern.tcp_flags) {
        if (packet.protocol != "tcp") return false;
        if (((*pattern.tcp_flags ^ packet.tcp_flags) & kComparedFlags) != 0) return false;
    }
    if (pattern.payload_bytes && *pattern.payload_bytes != packet.payload_bytes) return false;
    return !pattern.payload || std::ranges::equal(*pattern.payload, packet.payload);
}

}  // namespace wirestory::sim

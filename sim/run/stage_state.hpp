// What stands behind a Stage: the sockets, the log, and the door by which run_story gets at them. sim/run only.
// Locks are taken in the order: socket table, socket, log; the monitor's is never held together with another.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "sim/run/socket_slot.hpp"
#include "sim/run/stage.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::sim {

// How far the log got with one call; guarded by the log's mutex.
struct CallProgress {
    std::uint64_t key = 0;
    bool slept = false;     // logged as open
    bool finished = false;  // logged as returned, or given up
};

struct CallSamples {
    Sample entry;
    Sample exit;
};

// Where the actors' threads, the observer and the conductor wake one another.
struct Monitor {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t events = 0;  // guarded by the mutex; grows with each return and each awaited packet
};

class StageState {
public:
    explicit StageState(std::vector<Actor> actors);

    [[nodiscard]] const std::vector<Actor>& actors() const { return actors_; }
    [[nodiscard]] Monitor& monitor() { return monitor_; }

    // --- sockets
    SocketSlot& add_socket(ActorId actor, const std::string& name, SocketFamily family, int fd);
    // Marks the socket closed for samplers, takes its last reports and hands out the descriptor; -1 when closed before.
    int release_for_close(SocketSlot& slot);
    // Takes the socket's reports out of its error queue, for the next take_reports().
    void keep_reports(SocketSlot& slot);
    void close_all();
    [[nodiscard]] std::vector<SocketInfo> socket_infos() const;
    [[nodiscard]] std::vector<SocketSlot*> slots() const;
    [[nodiscard]] SocketSlot* slot(SocketId id) const;

    // --- log
    CallProgress start_call() { return {next_key_.fetch_add(1, std::memory_order_relaxed), false, false}; }
    void log_open(CallProgress& progress, Call call);
    // Appends and no more: this is on the path of each call. signal_event() follows when the conductor knows.
    void log_return(CallProgress& progress, Call&& call, const CallSamples& samples);
    // For a call that was ended from outside: it stands in the log once, as never returned.
    void log_never_returned(CallProgress& progress, Call call, const CallSamples& samples);
    void signal_event();
    void log_wire_change(WireChange change);
    void take_wire_changes(std::vector<WireChange>& changes);

    void take_calls(std::vector<LoggedCall>& calls);
    void take_call_samples(std::vector<Sample>& samples);
    void take_reports(std::vector<TxReport>& reports);
    [[nodiscard]] std::vector<SocketId> blocked_sockets() const;
    [[nodiscard]] bool any_call_blocked() const { return blocked_count_.load(std::memory_order_relaxed) != 0; }
    [[nodiscard]] const UniqueFd& event() const { return event_; }

    // --- packets
    // From now on packets that match are counted, each pattern apart.
    void count_packets(std::vector<PacketPattern> patterns);
    [[nodiscard]] std::uint32_t packets_counted(std::size_t pattern) const;
    void packet_seen(const SeenPacket& packet);

private:
    struct BlockedCall {
        std::uint64_t key;
        SocketId socket;
    };
    void no_longer_blocked(std::uint64_t key);  // log mutex held
    void append_samples(const CallSamples& samples);

    std::vector<Actor> actors_;
    Monitor monitor_;

    mutable std::mutex sockets_mutex_;
    std::deque<SocketSlot> slots_;  // a deque: slots never move
    std::vector<SocketInfo> infos_;

    mutable std::mutex log_mutex_;
    std::vector<LoggedCall> log_;
    std::vector<WireChange> wire_changes_;
    std::vector<Sample> call_samples_;
    std::vector<TxReport> last_reports_;  // of sockets closed since
    std::vector<BlockedCall> blocked_;
    std::atomic<std::size_t> blocked_count_{0};
    std::atomic<std::uint64_t> next_key_{1};
    UniqueFd event_;

    mutable std::mutex packets_mutex_;
    std::vector<PacketPattern> patterns_;
    std::vector<std::uint32_t> counts_;
};

class Stage::Impl : public StageState {
public:
    using StageState::StageState;
};

class StageAccess {
public:
    static StageState& state(Stage& stage) { return *stage.impl_; }
};

[[nodiscard]] bool pattern_matches(const PacketPattern& pattern, const SeenPacket& packet);

}  // namespace wirestory::sim

// One thread of one actor: takes a prepared call, performs it, says that it is done, waits for the next. The conductor
// owns it; hand_over(), asleep(), take_finished() and stop() are the conductor's alone.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <optional>
#include <thread>

#include "base/result.hpp"
#include "sim/run/prepared_call.hpp"
#include "sim/run/thread_probe.hpp"
#include "sim/wire/wire.hpp"

namespace wirestory::sim {

// A call on its way through a thread.
struct Assignment {
    std::size_t step = 0;  // index into the story
    PreparedCall prepared;
    CallParts parts;
    std::atomic<bool> abandoned{false};
    StepResult result;  // the thread's until it is done
};

class ActorThread {
public:
    // Fails when the machine gives no thread, no look into /proc, or no way into the actor's host on the wire.
    static Result<std::unique_ptr<ActorThread>> start(ActorId actor, std::uint16_t number, const std::string& name,
                                                      StageState& stage, const Wire* wire);
    ~ActorThread() { stop(); }
    ActorThread(const ActorThread&) = delete;
    ActorThread& operator=(const ActorThread&) = delete;

    [[nodiscard]] ActorId actor() const { return actor_; }
    [[nodiscard]] std::uint16_t number() const { return number_; }

    void hand_over(std::unique_ptr<Assignment> assignment);
    // A call is open: handed over and not done.
    [[nodiscard]] bool busy() const { return busy_.load(std::memory_order_acquire); }
    // The open call, or null. Its `result` must not be read while busy.
    [[nodiscard]] Assignment* open_call() const { return busy() ? assignment_.get() : nullptr; }
    [[nodiscard]] bool asleep() const { return probe_->asleep_in(window_); }
    [[nodiscard]] TimeNs entered_ns() const { return window_.enter_ns(); }
    // The call that is done, once.
    std::unique_ptr<Assignment> take_finished() { return busy() ? nullptr : std::move(assignment_); }
    // Makes the open call return EINTR (when it sleeps already; repeat until it is done).
    void interrupt_call();
    // Ends the thread; it must not be busy.
    void stop();

private:
    ActorThread(ActorId actor, std::uint16_t number, StageState& stage)
        : actor_(actor), number_(number), stage_(stage) {}
    void run(const std::string& name, const Wire* wire);

    const ActorId actor_;
    const std::uint16_t number_;
    StageState& stage_;
    std::thread thread_;
    std::optional<ThreadProbe> probe_;
    CallWindow window_;
    std::condition_variable wake_;
    std::unique_ptr<Assignment> assignment_;
    std::atomic<bool> busy_{false};  // written with the monitor's mutex held
    pid_t thread_id_ = 0;            // guarded by the monitor's mutex, as is quit_
    bool quit_ = false;
    Status on_host_;  // guarded by the monitor's mutex until thread_id_ is set
};

// While it lives, the signal that ends calls has a handler that does nothing (without SA_RESTART, so that a system call
// returns EINTR); afterwards the process has its old one back.
class InterruptSignal {
public:
    InterruptSignal();
    ~InterruptSignal();
    InterruptSignal(const InterruptSignal&) = delete;
    InterruptSignal& operator=(const InterruptSignal&) = delete;

private:
    struct Saved;
    std::unique_ptr<Saved> saved_;
};

}  // namespace wirestory::sim

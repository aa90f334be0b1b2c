// The conductor hands the story's steps to the actors' threads by the settle rule: a step starts when every open call
// has returned or sleeps inside its system call. It runs on the caller's thread and never makes a scripted call itself.
// Nothing here waits "long enough": each wait ends by an event, or by a time-out that ends the story.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/run/actor_thread.hpp"
#include "sim/run/stage_state.hpp"
#include "sim/run/story_runner.hpp"

namespace wirestory::sim {

class Conductor {
public:
    Conductor(const Scenario& scenario, StageState& stage, const RunLimits& limits, const std::atomic<bool>& interrupt,
              Wire* wire);

    // Plays all steps and ends all threads; sockets stay open.
    StoryOutcome conduct();

private:
    enum class Waited { kTrue, kTimedOut, kInterrupted };
    using Test = std::function<bool()>;

    // --- steps; false ends the story (the outcome says why)
    bool start_threads();
    bool play(std::size_t step);
    bool play_call(std::size_t step, const CallStep& call);
    bool play_wait(std::size_t step, const WaitStep& wait);
    bool play_until(std::size_t step, const UntilStep& until);
    bool play_link(std::size_t step, const LinkStep& link);
    bool wait_for_the_last();
    void end_open_calls();

    // --- the settle rule
    // Waits until no call is running and what was sent is on the wire; calls seen asleep are logged as open.
    bool settle(std::size_t step);
    bool let_calls_settle(std::size_t step);
    bool all_settled();
    void collect_returns();

    // --- waiting
    // Until the test holds (asked after each event, and at least every `look_again_ns`), a deadline, or an interrupt.
    Waited wait_until(const Test& test, TimeNs deadline_ns, DurationNs look_again_ns);
    [[nodiscard]] TimeNs deadline_after(DurationNs timeout_ns) const;
    // Records why the story ends here, unless it was interrupted; always false.
    bool stuck(Waited why, std::size_t step, std::string sentence);

    // --- sockets by name
    using NameKey = std::pair<ActorId, std::string>;
    [[nodiscard]] SocketSlot* socket_named(ActorId actor, const std::string& name) const;
    // The open call that will make this socket when it returns, or null.
    [[nodiscard]] const Assignment* maker_of(ActorId actor, const std::string& name) const;
    [[nodiscard]] std::string missing_socket(std::size_t step, const CallStep& call) const;
    // Before `call` can be prepared: the open call that must return first, or null. `why` says what is missing for
    // good.
    [[nodiscard]] const Assignment* awaited_by_call(std::size_t step, const CallStep& call, std::string& why);

    // --- variables by name
    void keep(const CallStep& call, StepResult& result);
    [[nodiscard]] const Assignment* setter_of(const CallStep& call) const;
    [[nodiscard]] Variables variables_of(ActorId actor) const;

    // --- conditions
    void register_packet_patterns();
    [[nodiscard]] bool holds(const Condition& condition, std::size_t step, std::string& seen);

    // --- sentences
    [[nodiscard]] std::string named_step(std::size_t step) const;  // "line 12: `server: conn.recv(1024)`"
    [[nodiscard]] std::string open_call_text(const Assignment& call) const;

    [[nodiscard]] ActorThread* thread_of(const CallStep& call) const;

    const Scenario& scenario_;
    StageState& stage_;
    const RunLimits& limits_;
    const std::atomic<bool>& interrupt_;
    Wire* wire_;  // null: loopback
    const TimeNs story_deadline_ns_;
    StoryOutcome outcome_;
    std::vector<std::unique_ptr<ActorThread>> threads_;
    std::map<NameKey, SocketSlot*> sockets_;
    std::map<NameKey, ValueData> variables_;
    std::map<NameKey, std::string> failed_makers_;  // what became of the call that should have made the socket
    std::map<std::size_t, std::size_t> pattern_of_step_;
};

}  // namespace wirestory::sim

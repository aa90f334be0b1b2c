#include "sim/run/conductor.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sched.h>

#include "base/text.hpp"
#include "sim/run/conditions.hpp"

namespace wirestory::sim {
namespace {

// The kernel tells nobody when a thread falls asleep: first look again at once, then after short waits that any
// returning call cuts off.
constexpr int kEagerLooks = 16;
constexpr DurationNs kLookAgainNs = 50 * kMicrosecondNs;
// A signal handler can set the interrupt flag but not wake a condition variable: no wait is longer than this.
constexpr DurationNs kInterruptTickNs = 20 * kMillisecondNs;
// Socket figures change without telling us, when a packet arrives that the tap does not report (or before it does).
constexpr DurationNs kConditionTickNs = 1 * kMillisecondNs;

constexpr DurationNs kWirePatienceNs = 1 * kSecondNs;

}  // namespace

Conductor::Conductor(const Scenario& scenario, StageState& stage, const RunLimits& limits,
                     const std::atomic<bool>& interrupt, Wire* wire)
    : scenario_(scenario),
      stage_(stage),
      limits_(limits),
      interrupt_(interrupt),
      wire_(wire),
      story_deadline_ns_(monotonic_now_ns() + limits.story_timeout_ns) {}

StoryOutcome Conductor::conduct() {
    const InterruptSignal signal;
    register_packet_patterns();
    bool going = start_threads();
    for (std::size_t step = 0; going && step < scenario_.story.size(); ++step) going = play(step);
    outcome_.completed = going && wait_for_the_last();
    end_open_calls();
    threads_.clear();
    std::ranges::sort(outcome_.mismatches, {}, &StepMismatch::step);
    return std::move(outcome_);
}

bool Conductor::start_threads() {
    for (const Step& step : scenario_.story) {
        const auto* call = std::get_if<CallStep>(&step.action);
        if (call == nullptr || thread_of(*call) != nullptr) continue;
        std::string name = scenario_.actor_name(call->actor);
        if (call->thread > 0) name += fmt::format("#{}", call->thread + 1);
        auto thread = ActorThread::start(call->actor, call->thread, name, stage_, wire_);
        if (!thread) {
            outcome_.stuck = thread.error().message;
            return false;
        }
        threads_.push_back(std::move(*thread));
    }
    return true;
}

bool Conductor::play(std::size_t step) {
    const auto& action = scenario_.story[step].action;
    if (const auto* call = std::get_if<CallStep>(&action)) return play_call(step, *call);
    if (!settle(step)) return false;
    if (const auto* wait = std::get_if<WaitStep>(&action)) return play_wait(step, *wait);
    if (const auto* link = std::get_if<LinkStep>(&action)) return play_link(step, *link);
    return play_until(step, std::get<UntilStep>(action));
}

bool Conductor::play_link(std::size_t step, const LinkStep& link) {
    if (wire_ == nullptr)
        return stuck(Waited::kTimedOut, step, fmt::format("{}: there is no wire to change", named_step(step)));
    WireSpec spec;
    spec.path = link.path;
    spec.port = link.port;
    spec.paths = link.paths;
    spec.ports = link.ports;
    spec.rules = link.rules;
    const auto moment_ns = wire_->change(spec);
    if (!moment_ns)
        return stuck(Waited::kTimedOut, step, fmt::format("{}: {}", named_step(step), moment_ns.error().message));
    stage_.log_wire_change({*moment_ns, static_cast<std::int32_t>(step), scenario_.story[step].text});
    return true;
}

bool Conductor::play_call(std::size_t step, const CallStep& call) {
    ActorThread* thread = thread_of(call);
    const TimeNs deadline = deadline_after(limits_.step_timeout_ns);
    // Whatever we wait for here wakes others too, so settle anew after each wait.
    while (true) {
        if (!settle(step)) return false;
        const Assignment* blocking = thread->open_call();
        if (blocking == nullptr) {
            std::string missing;
            blocking = awaited_by_call(step, call, missing);
            if (!missing.empty()) return stuck(Waited::kTimedOut, step, std::move(missing));
        }
        if (blocking == nullptr) break;
        const std::string open = open_call_text(*blocking);
        const auto is_done = [&] {
            return std::ranges::none_of(threads_, [&](const auto& t) { return t->open_call() == blocking; });
        };
        const Waited waited = wait_until(is_done, deadline, kInterruptTickNs);
        if (waited != Waited::kTrue)
            return stuck(waited, step,
                         fmt::format("{} cannot start: {} is still inside {}", named_step(step),
                                     scenario_.actor_name(call.actor), open));
    }
    SocketSlot* slot = call.kind == CallKind::kSocket ? nullptr : socket_named(call.actor, call.socket);
    const Variables variables = variables_of(call.actor);
    auto prepared =
        prepare_call(call, {stage_.actors(), slot, static_cast<std::int32_t>(step), scenario_.framing, variables});
    if (!prepared)
        return stuck(Waited::kTimedOut, step,
                     fmt::format("{} cannot start: {}", named_step(step), prepared.error().message));
    auto assignment = std::make_unique<Assignment>();
    assignment->step = step;
    assignment->prepared = std::move(*prepared);
    if (call.compound == Compound::kNone)
        assignment->parts.begin(call_to_be(assignment->prepared), stage_.start_call());
    thread->hand_over(std::move(assignment));
    return true;
}

bool Conductor::play_wait(std::size_t step, const WaitStep& wait) {
    const TimeNs end = monotonic_now_ns() + wait.duration_ns;
    const auto is_over = [end] { return monotonic_now_ns() >= end; };
    while (true) {
        const TimeNs deadline = std::min(end, story_deadline_ns_);
        const Waited waited = wait_until(is_over, deadline, std::min(kInterruptTickNs, wait.duration_ns));
        if (waited == Waited::kTrue || (waited == Waited::kTimedOut && is_over())) return true;
        return stuck(waited, step, fmt::format("{} goes beyond the time of the story", named_step(step)));
    }
}

bool Conductor::play_until(std::size_t step, const UntilStep& until) {
    const DurationNs timeout = until.timeout_ns.value_or(limits_.step_timeout_ns);
    std::string seen;
    const auto test = [&] {
        collect_returns();  // an accept() may have made the socket meanwhile
        return holds(until.condition, step, seen);
    };
    const Waited waited = wait_until(test, deadline_after(timeout), kConditionTickNs);
    if (waited == Waited::kTrue) return true;
    return stuck(
        waited, step,
        fmt::format("{} did not come true within {}: {} at last", named_step(step), format_duration(timeout), seen));
}

bool Conductor::wait_for_the_last() {
    const auto none_busy = [this] {
        collect_returns();
        return std::ranges::none_of(threads_, [](const auto& thread) { return thread->busy(); });
    };
    const std::size_t last = scenario_.story.size();
    if (last == 0) return true;
    if (!settle(last - 1)) return false;
    const Waited waited = wait_until(none_busy, deadline_after(limits_.step_timeout_ns), kInterruptTickNs);
    if (waited == Waited::kTrue) return true;
    for (const auto& thread : threads_)
        if (const Assignment* call = thread->open_call())
            return stuck(waited, call->step,
                         fmt::format("the story has ended, but {} is still inside {}",
                                     scenario_.actor_name(thread->actor()), open_call_text(*call)));
    return true;  // the last one returned just now
}

void Conductor::end_open_calls() {
    for (const auto& thread : threads_)
        if (Assignment* call = thread->open_call()) call->abandoned = true;
    const auto none_busy = [this] {
        collect_returns();
        bool busy = false;
        for (const auto& thread : threads_) {
            if (!thread->busy()) continue;
            thread->interrupt_call();
            busy = true;
        }
        return !busy;
    };
    // A signal that arrives before the call has begun is lost, so it is sent until the call is over.
    std::unique_lock lock(stage_.monitor().mutex, std::defer_lock);
    while (!none_busy()) {
        lock.lock();
        stage_.monitor().changed.wait_for(lock, std::chrono::nanoseconds(kConditionTickNs));
        lock.unlock();
    }
    collect_returns();
}

// A call that sent has returned, but on a busy machine its frames may not be at the relay yet, and those of the next
// step may be there first: then a queue's order, or which frame is the n-th, would not be the story's. Nothing is wrong
// with the run when the machine keeps us waiting for longer; it shows what happened.
bool Conductor::settle(std::size_t step) {
    if (!let_calls_settle(step)) return false;
    if (wire_ != nullptr) (void)wire_->catch_up(kWirePatienceNs);
    return true;
}

bool Conductor::let_calls_settle(std::size_t step) {
    const TimeNs deadline = deadline_after(limits_.step_timeout_ns);
    for (int look = 0; look < kEagerLooks; ++look) {
        if (interrupt_.load()) return stuck(Waited::kInterrupted, step, {});
        if (all_settled()) return true;
        sched_yield();
    }
    const Waited waited = wait_until([this] { return all_settled(); }, deadline, kLookAgainNs);
    if (waited == Waited::kTrue) return true;
    for (const auto& thread : threads_)
        if (const Assignment* call = thread->open_call(); call != nullptr && !thread->asleep())
            return stuck(waited, call->step,
                         fmt::format("{} neither returns nor waits: the machine is too busy, or the time-out too short",
                                     open_call_text(*call)));
    return stuck(waited, step, fmt::format("{}: the calls before it do not settle", named_step(step)));
}

// True when at one look all open calls slept and none returned during it: a call that returned meanwhile may have
// woken one that we had already found asleep.
bool Conductor::all_settled() {
    std::vector<const ActorThread*> open;
    for (const auto& thread : threads_)
        if (thread->busy()) open.push_back(thread.get());
    for (const ActorThread* thread : open) {
        Assignment* call = thread->open_call();
        if (call == nullptr) return false;
        // The same part before and after the look: then it is the one that sleeps.
        CallPart* part = call->parts.current();
        if (!thread->asleep() || thread->open_call() != call || call->parts.current() != part) return false;
        if (part->progress.slept) continue;  // set by this thread alone
        Call seen = part->outline;
        seen.enter_ns = thread->entered_ns();
        if (call->prepared.slot != nullptr) note_endpoints(*call->prepared.slot, seen);
        stage_.log_open(part->progress, std::move(seen));
    }
    if (!std::ranges::all_of(open, [](const ActorThread* thread) { return thread->busy(); })) return false;
    collect_returns();  // after the look: what was not open at it has returned, and its results are in by now
    return true;
}

void Conductor::collect_returns() {
    for (const auto& thread : threads_) {
        const auto done = thread->take_finished();
        if (!done) continue;
        const CallStep& call = *done->prepared.step;
        const StepResult& result = done->result;
        keep(call, done->result);
        if (result.expected) outcome_.mismatches.push_back({done->step, *result.expected, result.seen});
        if (call.kind != CallKind::kSocket && call.kind != CallKind::kAccept) continue;
        const NameKey key{call.actor, call.kind == CallKind::kSocket ? call.socket : call.accepted};
        if (result.made != nullptr)
            sockets_[key] = result.made;
        else if (result.returned)
            failed_makers_[key] =
                fmt::format("{} failed with {}", named_step(done->step), errno_name(result.error_number));
    }
}

Conductor::Waited Conductor::wait_until(const Test& test, TimeNs deadline_ns, DurationNs look_again_ns) {
    Monitor& monitor = stage_.monitor();
    const auto events = [&monitor] {
        const std::lock_guard lock(monitor.mutex);
        return monitor.events;
    };
    while (true) {
        const std::uint64_t before = events();
        if (interrupt_.load()) return Waited::kInterrupted;
        if (test()) return Waited::kTrue;
        const DurationNs left = deadline_ns - monotonic_now_ns();
        if (left <= 0) return Waited::kTimedOut;
        std::unique_lock lock(monitor.mutex);
        monitor.changed.wait_for(lock, std::chrono::nanoseconds(std::min(left, look_again_ns)),
                                 [&] { return monitor.events != before; });
    }
}

TimeNs Conductor::deadline_after(DurationNs timeout_ns) const {
    return std::min(monotonic_now_ns() + timeout_ns, story_deadline_ns_);
}

bool Conductor::stuck(Waited why, std::size_t step, std::string sentence) {
    if (why == Waited::kInterrupted) {
        outcome_.interrupted = true;
        return false;
    }
    if (monotonic_now_ns() >= story_deadline_ns_)
        sentence += fmt::format(" (the story was given {})", format_duration(limits_.story_timeout_ns));
    outcome_.stuck = std::move(sentence);
    outcome_.stuck_step = step;
    return false;
}

}  // namespace wirestory::sim

// record_call(): one system call with its stamps, its kernel samples and its window. This is the path of every call
// of a story, so it formats nothing, allocates nothing and wakes nobody (tests/bench/bench_call_cost.cpp measures it).
#pragma once

#include <cerrno>
#include <mutex>

#include "recording/call.hpp"
#include "sim/run/socket_figures.hpp"
#include "sim/run/socket_slot.hpp"
#include "sim/run/stage_state.hpp"
#include "sim/run/thread_probe.hpp"

namespace wirestory::sim {

inline void sample_slot(SocketSlot& slot, unsigned figures, Sample& sample) {
    const std::lock_guard lock(slot.mutex);
    if (slot.fd >= 0) read_figures(slot.fd, slot.family, slot.listening, figures, sample);
}

// `slot` may be null (socket() has none yet): then nothing is sampled. Sets enter_ns, exit_ns, returned, error_number.
template <class SystemCall>
void record_call(CallWindow& window, long number, SocketSlot* slot, Call& call, CallSamples& samples,
                 SystemCall&& system_call) {
    if (slot != nullptr) {
        samples.entry.socket = slot->id;
        samples.entry.trigger = SampleTrigger::kCallEnter;
        sample_slot(*slot, figures_at(call.kind, slot->family, false), samples.entry);
    }
    call.enter_ns = realtime_now_ns();
    samples.entry.time_ns = call.enter_ns;  // one stamp serves both: the last figure was read just before it
    window.open(number, call.enter_ns);
    const std::int64_t returned = system_call();
    const int error_number = errno;
    window.close();
    call.exit_ns = realtime_now_ns();
    call.returned = returned;
    call.error_number = returned < 0 ? error_number : 0;
    if (slot != nullptr) {
        samples.exit.socket = slot->id;
        samples.exit.trigger = SampleTrigger::kCallExit;
        sample_slot(*slot, figures_at(call.kind, slot->family, true), samples.exit);
        samples.exit.time_ns = realtime_now_ns();
    }
}

}  // namespace wirestory::sim

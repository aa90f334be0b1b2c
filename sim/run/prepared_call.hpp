// PreparedCall: a step's system call with everything resolved beforehand (addresses, buffers, flags), so that between
// two stamps there is nothing but the call. Made by the conductor, performed by the actor's thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "sim/run/socket_address.hpp"
#include "sim/run/stage_state.hpp"
#include "sim/run/thread_probe.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/socket_names.hpp"

namespace wirestory::sim {

// Largest buffer a recv of a story may ask for: a whole one is allocated and touched beforehand.
constexpr std::int64_t kMaxCallBytes = std::int64_t{64} << 20U;

struct PreparedCall {
    const CallStep* step = nullptr;
    std::int32_t step_index = kNoStep;
    SocketSlot* slot = nullptr;  // null for socket()
    SocketFamily family = SocketFamily::kTcp;
    std::string arguments;    // for the log: as the story writes them
    SocketAddress address;    // bind, connect, sendto
    Endpoint named_endpoint;  // the same, as ours
    Bytes buffer;             // what to send, or room to receive into
    int flags = 0;            // of send and recv; backlog of listen; how of shutdown; events of poll; 1: not blocking
    DurationNs timeout_ns = -1;  // of poll; -1: none
    int events_seen = 0;         // of poll
    SocketOption option;
    std::array<std::byte, 64> option_value{};
    socklen_t option_bytes = 0;
};

struct PrepareContext {
    const std::vector<Actor>& actors;
    SocketSlot* slot = nullptr;
    std::int32_t step_index = kNoStep;
};

// Fails with a phrase when a value does not fit its place (the checker should have said so before).
Result<PreparedCall> prepare_call(const CallStep& step, const PrepareContext& context);

struct StepResult {
    bool returned = false;       // false: ended from outside, at a story's end
    SocketSlot* made = nullptr;  // by socket() or accept()
    std::int64_t value = -1;
    int error_number = 0;
    std::optional<std::string> expected;  // set with `seen` when the result was not the one written
    std::string seen;
};

// Performs, records and logs the call. `abandoned` is set before the thread is interrupted at a story's end.
StepResult perform_call(PreparedCall& prepared, StageState& stage, CallWindow& window, CallProgress& progress,
                        const std::atomic<bool>& abandoned);

// A Call with all that is known before the system call.
Call call_to_be(const PreparedCall& prepared);
void note_endpoints(SocketSlot& slot, Call& call);
long system_call_number(CallKind kind);

// Text of an option's value as getsockopt gave it, and the number when it is one.
struct OptionText {
    std::string text;
    std::optional<std::int64_t> number;  // kInt: the value; kTimeval: nanoseconds
};
OptionText option_text(const PreparedCall& prepared);

}  // namespace wirestory::sim

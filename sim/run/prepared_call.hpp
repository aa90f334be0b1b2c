// PreparedCall: a step's system call with everything resolved beforehand (addresses, buffers, flags), so that between
// two stamps there is nothing but the call. Made by the conductor, performed by the actor's thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "sim/run/socket_address.hpp"
#include "sim/run/stage_state.hpp"
#include "sim/run/thread_probe.hpp"
#include "sim/scenario/expression.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/socket_names.hpp"

namespace wirestory::sim {

// Largest buffer a recv of a story may ask for: a whole one is allocated and touched beforehand.
constexpr std::int64_t kMaxCallBytes = std::int64_t{64} << 20U;

struct PreparedCall {
    const CallStep* step = nullptr;
    std::shared_ptr<const CallStep> resolved;  // the step with its variables' values, where it has any
    CallKind kind = CallKind::kSocket;         // of the system call; a compound step makes several
    std::int32_t step_index = kNoStep;
    SocketSlot* slot = nullptr;  // null for socket()
    SocketFamily family = SocketFamily::kTcp;
    std::string arguments;    // for the log: as the story writes them
    SocketAddress address;    // bind, connect, sendto
    Endpoint named_endpoint;  // the same, as ours
    Bytes buffer;             // what to send, or room to receive into
    ByteView rest{};          // what to send when another owns it: a loop's later sends do not copy it each time
    int flags = 0;            // of send and recv; backlog of listen; how of shutdown; events of poll; 1: not blocking
    DurationNs timeout_ns = -1;     // of poll and set_timeout; -1: none
    std::int64_t wanted_bytes = 0;  // of recvall: in all, and at most in one recv
    std::int64_t piece_bytes = 0;
    Framing framing{};
    int events_seen = 0;  // of poll
    SocketOption option;
    TcpInfoField info_field{};
    alignas(std::max_align_t) std::array<std::byte, 512> option_value{};  // struct tcp_info is the largest, and grows
    socklen_t option_bytes = 0;
};

inline ByteView data_to_send(const PreparedCall& call) { return call.rest.empty() ? ByteView(call.buffer) : call.rest; }

struct PrepareContext {
    const std::vector<Actor>& actors;
    SocketSlot* slot = nullptr;
    std::int32_t step_index = kNoStep;
    const Framing& framing;
    const Variables& variables;
};

// Fails with a phrase when a value does not fit its place (the checker should have said so before).
Result<PreparedCall> prepare_call(const CallStep& step, const PrepareContext& context);

// What the conductor may know of a call while it is open: what it asks, and how far the log got with it.
struct CallPart {
    Call outline;
    CallProgress progress;
};

// The system calls of one step, one after another. begin() is the actor's thread's (or happens before the hand-over);
// current() may be asked by the conductor at any time, and what it pointed to lives as long as this.
class CallParts {
public:
    CallPart& begin(Call outline, CallProgress progress) {
        parts_.push_back({std::move(outline), progress});
        current_.store(&parts_.back(), std::memory_order_release);
        return parts_.back();
    }
    [[nodiscard]] CallPart* current() const { return current_.load(std::memory_order_acquire); }

private:
    std::deque<CallPart> parts_;  // a deque: they never move
    std::atomic<CallPart*> current_{nullptr};
};

struct StepResult {
    bool returned = false;       // false: ended from outside, at a story's end
    SocketSlot* made = nullptr;  // by socket() or accept()
    std::int64_t value = -1;
    int error_number = 0;
    std::optional<std::string> expected;  // set with `seen` when the result was not the one written
    std::string seen;
    std::optional<ValueData> kept;  // for the step's capture
    std::optional<ValueData> kept_peer;
};

// What performing needs beside the call. `abandoned` is set before the thread is interrupted at a story's end.
struct PerformContext {
    StageState& stage;
    CallWindow& window;
    CallParts& parts;
    const std::atomic<bool>& abandoned;
};

// Performs, records and logs a step's call; a compound step's calls one after another.
StepResult perform_step(PreparedCall& prepared, const PerformContext& context);
// One system call. `look` sees it before it goes into the log. False: it was ended from outside.
using LookAtCall = std::function<void(const Call& call, SocketSlot* made)>;
bool perform_call(PreparedCall& prepared, CallProgress& progress, const PerformContext& context,
                  const LookAtCall& look);
// sendall, recv_message ... (compound_call.cpp).
StepResult perform_compound(PreparedCall& prepared, const PerformContext& context);
// Keeps what the step's capture asks for.
void keep_result(const PreparedCall& prepared, const Call& call, StepResult& result);

// A Call with all that is known before the system call.
Call call_to_be(const PreparedCall& prepared);
void note_endpoints(SocketSlot& slot, Call& call);
long system_call_number(CallKind kind);

}  // namespace wirestory::sim

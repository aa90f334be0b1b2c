// One socket call: what was asked, what came back, when, on which socket. Asked and seen stand in separate fields;
// a call that failed is data, and one that never returned has exit_ns == kNeverReturned.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory {

// The calls of socket programs. The order is part of the file format (docs/recording.md): append only.
enum class CallKind : std::uint8_t {
    kSocket,
    kBind,
    kListen,
    kAccept,
    kConnect,
    kSend,
    kSendto,
    kRecv,
    kRecvfrom,
    kShutdown,
    kClose,
    kSetsockopt,
    kGetsockopt,
    kGetsockname,
    kGetpeername,
    kPoll,         // one socket; `returned_text` has the events seen
    kSetBlocking,  // ioctl(FIONBIO)
};
constexpr std::size_t kCallKindCount = 17;

std::string_view to_string(CallKind kind);
std::optional<CallKind> call_kind_named(std::string_view name);
constexpr bool writes_data(CallKind kind) { return kind == CallKind::kSend || kind == CallKind::kSendto; }
constexpr bool reads_data(CallKind kind) { return kind == CallKind::kRecv || kind == CallKind::kRecvfrom; }

constexpr TimeNs kNeverReturned = std::numeric_limits<TimeNs>::max();

struct Call {
    CallKind kind = CallKind::kSocket;
    ActorId actor = kNoActor;
    std::uint16_t thread = 0;          // 0 is the actor's first thread
    std::int32_t step = kNoStep;       // index into Story::steps
    SocketId socket = kNoSocket;       // the socket called on; for socket() the one it made
    SocketId accepted = kNoSocket;     // the socket that accept() returned
    TimeNs enter_ns = 0;               // stamped just before the system call
    TimeNs exit_ns = kNeverReturned;   // stamped just after it
    bool slept = false;                // was seen asleep inside the system call
    std::string arguments;             // as the story and strace print them: `"hello"`, `SO_REUSEADDR, 1`
    std::int64_t requested_bytes = 0;  // length asked for by calls that move data
    std::int64_t returned = -1;        // what the system call returned
    int error_number = 0;              // errno when `returned` is -1
    Bytes payload;                     // bytes given to send, or got by recv (only what was moved)
    std::string returned_text;         // value of getsockopt, address of getsockname ...; empty elsewhere
    Endpoint local;                    // of the socket after the call; port 0 when not bound
    Endpoint peer;                     // connected or named peer

    [[nodiscard]] bool returned_at_all() const { return exit_ns != kNeverReturned; }
    [[nodiscard]] bool failed() const { return returned_at_all() && returned < 0; }
};

}  // namespace wirestory

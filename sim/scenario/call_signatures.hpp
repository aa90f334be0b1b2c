// The table of calls: which arguments each takes, what it can give back, and how it is written.
// Knows no socket of the story (see StoryReader); mistakes go to the context.
#pragma once

#include <string_view>
#include <vector>

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_parser.hpp"

namespace wirestory::sim {

enum class ArgumentKind : std::uint8_t {
    kFamily,       // tcp, udp
    kOwnAddress,   // 9000, *:9000, 127.0.0.1:9000
    kPeerAddress,  // server:9000
    kBacklog,
    kBytes,
    kSize,
    kFlags,  // MSG_PEEK|MSG_DONTWAIT, or 0
    kShutdownHow,
    kOption,
    kOptionValue,
    kOptionField,  // tcpi_rtt, behind TCP_INFO
    kEvents,       // POLLIN|POLLOUT
    kTimeout,      // 200ms; 0: do not wait, of set_timeout: no time-out
    kBool,         // true, false
};

enum class ResultKind : std::uint8_t {
    kZero,     // 0
    kSocket,   // a descriptor, which no story can know
    kWritten,  // a number of bytes
    kRead,     // the bytes, or their number
    kOption,   // as the option's kind says
    kAddress,
    kEvents,  // POLLIN|POLLOUT, or 0 when the time ran out
};

struct CallSignature {
    CallKind kind;
    std::string_view name;
    std::vector<ArgumentKind> arguments;
    std::size_t required;  // the first so many must be there
    ResultKind result;
    bool stream_only;  // meaningless on UDP
    std::string_view example;
    Compound compound = Compound::kNone;
};

const std::vector<CallSignature>& call_signatures();
const CallSignature* signature_named(std::string_view name);
const CallSignature& signature_of(const CallStep& step);

// Whether the call is expected to fail (or may do as it likes): then a story may well misuse a socket.
bool may_fail(const CallSyntax& call);
SocketFamily family_of(const Value& symbol);  // of a checked kFamily argument

// Both report every mistake they find and say whether there was none.
bool check_arguments(const CallSignature& signature, const CallSyntax& call, ParseContext& context);
bool check_expected(const CallSignature& signature, const CallSyntax& call, ParseContext& context);
// `-> $n` behind the call: notes the variable with its type, or reports that there is nothing to keep.
void read_capture(const CallSignature& signature, const CallSyntax& call, CallStep& step, ParseContext& context);

}  // namespace wirestory::sim

// A scenario as parsed and checked: what to stage, what to expect, what to tell. Plain data; made by parse_scenario,
// consumed by run_story (the story) and by session (the expectations). Everything knows its place in the file.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/locale.hpp"
#include "base/result.hpp"
#include "recording/call.hpp"
#include "recording/framing.hpp"
#include "recording/recording.hpp"
#include "recording/tcp_state.hpp"
#include "sim/scenario/expectation.hpp"
#include "sim/scenario/packet_pattern.hpp"
#include "sim/scenario/value.hpp"
#include "sim/wire/link_spec.hpp"

namespace wirestory::sim {

// Steps that make as many system calls as they need, each of which is recorded as the call it is. Their `kind` is that
// of the calls that move the data.
enum class Compound : std::uint8_t {
    kNone,
    kSendall,      // send until all is taken
    kRecvall,      // recv until so many bytes are there
    kSendMessage,  // sendall of one framed message
    kRecvMessage,  // recv until one framed message is there, and not a byte more
    kSetTimeout,   // setsockopt of SO_RCVTIMEO and SO_SNDTIMEO
};

// `-> $data`, `->> $all`, `-> $data, $who`: what becomes of a call's result.
struct Capture {
    std::string variable;  // empty: nothing is kept
    std::string peer;      // the address that recvfrom or accept gave
    bool append = false;

    [[nodiscard]] bool keeps(const std::string& name) const { return name == variable || name == peer; }
};

struct CallStep {
    ActorId actor = kNoActor;
    std::uint16_t thread = 0;  // `server#2:` is thread 1
    CallKind kind = CallKind::kSocket;
    std::string socket;             // the socket called on (for socket(): the one made)
    std::string accepted;           // `conn = accept()`
    std::vector<Value> arguments;   // checked against the call's signature
    std::optional<Value> expected;  // behind `=`; absent: must succeed
    Compound compound = Compound::kNone;
    Capture capture{};
    std::set<std::string> variables{};  // of this actor, used in arguments or expected: must have a value first
};

struct WaitStep {
    DurationNs duration_ns = 0;
};

enum class Figure : std::uint8_t {
    kUnreadBytes,         // SIOCINQ
    kUnsentBytes,         // SIOCOUTQNSD
    kUnackedBytes,        // SIOCOUTQ - SIOCOUTQNSD: sent, not acknowledged
    kQueuedBytes,         // SIOCOUTQ: unsent and unacknowledged
    kReceiveMemoryBytes,  // SO_MEMINFO rmem_alloc
    kDrops,               // SO_MEMINFO drops
};
struct FigureCondition {  // conn.unread_bytes == 11
    SocketName socket;
    Figure figure = Figure::kUnreadBytes;
    Comparison comparison = Comparison::kEqual;
    std::int64_t value = 0;
};
struct StateCondition {  // conn.state == CLOSE_WAIT
    SocketName socket;
    TcpState state = TcpState::kUnknown;
};
struct PacketCondition {  // packet(client > server: FIN ACK), packet(...) == 3: seen so many times so far
    PacketPattern pattern;
    std::uint32_t count = 1;
};
using Condition = std::variant<FigureCondition, StateCondition, PacketCondition>;

struct UntilStep {
    Condition condition;
    std::optional<DurationNs> timeout_ns;  // `until: COND within 5s`
};

// `link: down`, `link: { loss: 5% }`: the wire as it is from then on, and the rules that are added.
struct LinkStep {
    PathSpec path;
    PortSpec port;
    std::vector<PathOverride> paths;
    std::vector<PortOverride> ports;
    std::vector<WireRule> rules;
};

struct Step {
    std::variant<CallStep, WaitStep, UntilStep, LinkStep> action;
    SourceSpan span;   // of the step's text
    std::string text;  // as written, without the actor
};

struct SegmentExpectation {
    bool ellipsis = false;  // `...`: skips any number
    PacketPattern pattern;
};

struct StatesExpectation {
    ActorId actor = kNoActor;
    std::vector<TcpState> states;  // in order; CLOSED at either end need not be written
    SourceSpan span;
};

struct FindingExpectation {
    std::string kind;  // a name of analysis::FindingKind; sim does not know them, session checks
    SourceSpan span;
};

// `client.send("world")`, `client.send("x")#2`, or a packet pattern with an optional `#2`.
struct TourPlace {
    std::optional<std::size_t> step;       // index into story, already resolved
    std::optional<PacketPattern> pattern;  // else the `occurrence`-th packet that matches
    std::uint32_t occurrence = 1;
};
// expect.counts: `client > server: PSH ACK == 3`; behind the pattern a comparison with a number of packets.
struct CountExpectation {
    PacketPattern pattern;
    Comparison comparison = Comparison::kEqual;
    std::uint32_t count = 0;
    SourceSpan span;
    std::string text;
};

// expect.times: `client.connect takes >= 900ms` (one place, a call: from its entry to its exit), or
// `client.send("x") to server.conn.recv < 1s` (from the first place to the end of the second).
struct TimeExpectation {
    TourPlace from;
    std::optional<TourPlace> to;
    Comparison comparison = Comparison::kLess;
    DurationNs duration_ns = 0;
    SourceSpan span;
    std::string text;
};

struct Expectations {
    std::vector<SegmentExpectation> segments;
    SourceSpan segments_span;
    std::vector<PacketPattern> never;
    std::vector<FindingExpectation> findings;
    std::vector<StatesExpectation> states;
    std::vector<MessageExpectation> messages;
    std::vector<BufferExpectation> buffers;
    std::vector<CountExpectation> counts;
    std::vector<LostExpectation> lost;
    std::vector<TimeExpectation> times;
};

struct TourEntry {
    TourPlace place;
    std::string at;
    Localized say;
    SourceSpan span;
};

struct ScenarioActor {
    std::string name;
    SourceSpan span;  // first mention
};

struct Scenario {
    std::string name;       // "tcp/nagle-coalescing": path below scenarios/ without extension, else the file's stem
    std::string file_name;  // as given
    std::string yaml;       // the whole text
    Localized title;
    std::vector<std::string> topics;
    std::vector<ScenarioActor> actors;  // by ActorId: in order of first mention in the story
    std::vector<std::pair<std::string, std::string>> sysctls;
    Framing framing;               // kNone: a message is what one send wrote
    std::optional<WireSpec> wire;  // absent: loopback
    std::vector<Step> story;
    Expectations expect;
    Localized lesson;
    std::vector<TourEntry> tour;

    [[nodiscard]] const std::string& actor_name(ActorId actor) const { return actors.at(actor).name; }
};

struct ParseOutcome {
    std::optional<Scenario> scenario;  // set when there are no errors
    Diagnostics diagnostics;
};

// Largest scenario file that is read; anything larger is surely not one.
constexpr std::uint64_t kMaxScenarioBytes = 1U << 20U;

// Never throws, never crashes on any text. `known_findings` are the names that `expect.findings` may use.
ParseOutcome parse_scenario(std::string_view text, const std::string& file_name,
                            const std::vector<std::string>& known_findings);
// Reads the file first; a directory, an empty, huge or binary file is a diagnostic, a missing one too.
// `source_text` receives what was read, for format_diagnostics.
ParseOutcome load_scenario(const std::string& path, const std::vector<std::string>& known_findings,
                           std::string& source_text);

}  // namespace wirestory::sim

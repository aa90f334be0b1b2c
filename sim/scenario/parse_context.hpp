// What the parts of the scenario parser share while one file is read: the source, where mistakes go, the scenario in
// the making, and the facts of the story that later parts (expectations, tour) are checked against. Lives for one
// parse_scenario(); one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/scenario.hpp"
#include "sim/scenario/source_text.hpp"
#include "sim/scenario/yaml_document.hpp"

namespace wirestory::sim {

// A socket as the story has it at the step being read.
struct SocketTrack {
    SocketFamily family = SocketFamily::kTcp;
    SourceSpan made;
    std::optional<SourceSpan> closed;
    bool listening = false;
    bool assumed = false;  // a step that could not be read may have made it; the next one that does, does
};
using SocketKey = std::pair<ActorId, std::string>;

// A variable as the story has it at the step being read. It is its actor's own: a program knows what it has read.
struct VariableTrack {
    ValueType type = ValueType::kBytes;
    SourceSpan made;
};

struct StoryFacts {
    std::map<SocketKey, SocketTrack> sockets;
    std::map<std::pair<ActorId, std::string>, VariableTrack> variables;
    std::set<ActorId> tcp_actors;  // have had a TCP socket at some step
    std::set<ActorId> udp_actors;
    std::set<std::pair<ActorId, ActorId>> peers;  // connects or sends to; both ways round
    std::set<ActorId> peers_unknown;              // names a peer by IP address
    // No mistake in the story: only then do its facts say what cannot happen. Otherwise one mistake would be reported
    // again as a dozen consequences.
    bool complete = false;

    [[nodiscard]] bool may_exchange(ActorId a, ActorId b) const {
        return peers.count({a, b}) > 0 || peers_unknown.count(a) > 0 || peers_unknown.count(b) > 0;
    }
};

struct ParseContext {
    const SourceText& source;
    Diagnostics& diagnostics;
    Scenario& scenario;
    const std::vector<std::string>& known_findings;
    StoryFacts facts;
    // Bytes that values may still make; `bytes(n)` in many steps must not fill the memory.
    std::uint64_t payload_budget_bytes = 64U << 20U;
    bool has_framing = false;         // the key is there, right or wrong
    std::optional<ActorId> reader{};  // whose variables values may use; none outside of calls

    void error(const SourceSpan& span, std::string message, std::string hint = {}) {
        diagnostics.error(span, std::move(message), std::move(hint));
    }
    [[nodiscard]] std::optional<ActorId> actor_named(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> actor_names() const;
    // Reports the unknown actor with a hint.
    void unknown_actor(std::string_view name, const SourceSpan& span);
};

// "did you mean `x`?", or "known are `a`, `b`" for few candidates, or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);
bool is_name(std::string_view text);  // [a-z][a-z0-9_]*, as actors and sockets are called

}  // namespace wirestory::sim

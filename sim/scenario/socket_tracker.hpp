// SocketTracker: which sockets exist at each step of the story, and whether a call makes sense on them.
// Knows one checked call at a time; it stages nothing. Mistakes go to the context.
#pragma once

#include "sim/scenario/call_signatures.hpp"
#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_parser.hpp"

namespace wirestory::sim {

class SocketTracker {
public:
    explicit SocketTracker(ParseContext& context) : context_(context) {}

    // Fills the step's socket names and carries on what the call does to them.
    void apply(const CallSignature& signature, const CallSyntax& call, CallStep& step, const SourceSpan& step_span);

private:
    void make_socket(const CallSyntax& call, CallStep& step, const SourceSpan& step_span);
    void accept(const CallSyntax& call, CallStep& step, SocketTrack& track);
    void make(const CallStep& step, const std::string& name, SocketFamily family, const SourceSpan& span);
    SocketTrack* find(const CallSyntax& call, const CallStep& step);
    [[nodiscard]] std::string hint_for_no_socket(const CallSyntax& call, const CallStep& step,
                                                 const std::vector<std::string_view>& names) const;
    [[nodiscard]] bool is_taken(const CallStep& step, const std::string& name) const;
    bool good_name(const Word& name);
    void check_family(const CallSignature& signature, const CallSyntax& call, const SocketTrack& track);
    void check_addresses(const CallSyntax& call, const SocketTrack& track);
    void note_peer(const CallSyntax& call, const CallStep& step);
    void check_bind(const CallSyntax& call, const CallStep& step);

    ParseContext& context_;
};

}  // namespace wirestory::sim

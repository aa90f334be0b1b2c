#include "sim/scenario/socket_tracker.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <netinet/in.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/socket_names.hpp"

namespace wirestory::sim {
namespace {

// A call expected to fail makes no socket; one that may do as it likes (`_`) may have made it.
bool expects_failure(const CallSyntax& call) {
    return call.expected && std::holds_alternative<Symbol>(call.expected->data);
}

}  // namespace

bool SocketTracker::is_taken(const CallStep& step, const std::string& name) const {
    const auto existing = context_.facts.sockets.find({step.actor, name});
    return existing != context_.facts.sockets.end() && !existing->second.closed && !existing->second.assumed;
}

bool SocketTracker::good_name(const Word& name) {
    if (!is_name(name.text)) {
        context_.error(name.span, tr_format("{} cannot name a socket", quoted(name.text)),
                       tr("names are lower-case letters, digits and _: conn, s2"));
        return false;
    }
    if (!context_.actor_named(name.text)) return true;
    context_.error(name.span, tr_format("{} is an actor's name", quoted(name.text)),
                   tr("give the socket another name"));
    return false;
}

void SocketTracker::make(const CallStep& step, const std::string& name, SocketFamily family, const SourceSpan& span) {
    SocketTrack& track = context_.facts.sockets[{step.actor, name}];
    track = SocketTrack{};
    track.family = family;
    track.made = span;
    if (is_udp(family)) context_.facts.udp_actors.insert(step.actor);
    if (is_tcp(family)) context_.facts.tcp_actors.insert(step.actor);
}

void SocketTracker::make_socket(const CallSyntax& call, CallStep& step, const SourceSpan& step_span) {
    if (call.socket) {
        context_.error(call.socket->span, tr("socket() is called on no socket"),
                       tr_format("name the new one: `{} = socket(tcp)`", call.socket->text));
        return;
    }
    if (call.assigned && !good_name(*call.assigned)) return;
    if (call.assigned) step.socket = std::string{call.assigned->text};
    if (is_taken(step, step.socket)) {
        const std::string& actor = context_.scenario.actor_name(step.actor);
        const int line = context_.facts.sockets.at({step.actor, step.socket}).made.line;
        if (step.socket.empty()) {
            context_.error(step_span, tr_format("`{}` already has an unnamed socket, made in line {}", actor, line),
                           tr("name this one: `s2 = socket(tcp)`"));
        } else {
            context_.error(
                step_span,
                tr_format("`{}` already has a socket called {}, made in line {}", actor, quoted(step.socket), line),
                tr("give this one another name, or close that one first"));
        }
        return;
    }
    if (!expects_failure(call)) make(step, step.socket, family_of(call.arguments.front()), step_span);
}

std::string SocketTracker::hint_for_no_socket(const CallSyntax& call, const CallStep& step,
                                              const std::vector<std::string_view>& names) const {
    if (!names.empty()) return tr_format("say which socket: `{}.{}(...)`", names.front(), call.call.text);
    // An actor without any socket may be another one's name misspelt.
    const std::string& actor = context_.scenario.actor_name(step.actor);
    std::vector<std::string_view> others = context_.actor_names();
    others.erase(others.begin() + step.actor);
    if (const auto other = actor.size() <= 64 ? closest(actor, others) : std::nullopt)
        return tr_format("make it first: `socket(tcp)`; or did you mean the actor `{}`?", *other);
    return tr("make it first: `socket(tcp)`");
}

SocketTrack* SocketTracker::find(const CallSyntax& call, const CallStep& step) {
    const SourceSpan span = call.socket ? call.socket->span : call.call.span;
    const std::string& actor = context_.scenario.actor_name(step.actor);
    const auto found = context_.facts.sockets.find({step.actor, step.socket});
    if (found != context_.facts.sockets.end()) {
        if (!found->second.closed) return &found->second;
        context_.error(
            span,
            step.socket.empty()
                ? tr_format("the unnamed socket of `{}` was closed in line {}", actor, found->second.closed->line)
                : tr_format("the socket {} was closed in line {}", quoted(step.socket), found->second.closed->line),
            tr("make a new one first, or move this step up"));
        return nullptr;
    }
    std::vector<std::string_view> names;
    for (const auto& [key, track] : context_.facts.sockets)
        if (key.first == step.actor && !key.second.empty()) names.push_back(key.second);
    if (step.socket.empty()) {
        context_.error(span, tr_format("`{}` has no unnamed socket yet", actor), hint_for_no_socket(call, step, names));
    } else if (step.socket == actor) {
        context_.error(span, tr("the actor stands before the colon already"),
                       tr_format("write `{}(...)`", call.call.text));
    } else {
        std::string hint = suggestion(step.socket, names);
        if (hint.empty() || names.empty())
            hint = tr("a socket gets its name by `conn = accept()` or `s2 = socket(tcp)`");
        context_.error(span, tr_format("`{}` has no socket called {} at this step", actor, quoted(step.socket)),
                       std::move(hint));
    }
    return nullptr;
}

void SocketTracker::check_family(const CallSignature& signature, const CallSyntax& call, const SocketTrack& track) {
    if (may_fail(call)) return;
    check_addresses(call, track);
    if (is_tcp(track.family)) return;
    const std::string_view title = family_title(track.family);
    if (signature.stream_only && !is_stream(track.family)) {
        context_.error(call.call.span, tr_format("{} is for TCP sockets; this one is {}", signature.name, title),
                       tr("to show how it fails, expect the error: `= EOPNOTSUPP`"));
        return;
    }
    if (signature.kind != CallKind::kSetsockopt && signature.kind != CallKind::kGetsockopt) return;
    const auto* symbol = std::get_if<Symbol>(&call.arguments.front().data);
    const auto option = symbol != nullptr ? socket_option_named(symbol->name) : std::nullopt;
    if (option && option->level == IPPROTO_TCP)
        context_.error(call.arguments.front().span,
                       tr_format("{} is an option of TCP sockets; this one is {}", symbol->name, title),
                       tr("to show how it fails, expect the error: `= EOPNOTSUPP`"));
}

void SocketTracker::accept(const CallSyntax& call, CallStep& step, SocketTrack& track) {
    if (!track.listening && !may_fail(call))
        context_.error(call.call.span, tr("accept() on a socket that does not listen"),
                       tr("call listen(5) on it first"));
    if (!call.assigned) {
        if (!expects_failure(call))
            context_.error(call.call.span, tr("the accepted socket needs a name"), tr("write it as `conn = accept()`"));
        return;
    }
    if (!good_name(*call.assigned)) return;
    step.accepted = std::string{call.assigned->text};
    if (is_taken(step, step.accepted)) {
        context_.error(
            call.assigned->span,
            tr_format("`{}` already has a socket called {}, made in line {}", context_.scenario.actor_name(step.actor),
                      quoted(step.accepted), context_.facts.sockets.at({step.actor, step.accepted}).made.line),
            tr("give this one another name, or close that one first"));
        return;
    }
    // A copy: making a socket may move the tracks.
    const SocketFamily family = track.family;
    if (!expects_failure(call)) make(step, step.accepted, family, call.assigned->span);
}

// An address that this family cannot have; a call expected to fail may well use it.
void SocketTracker::check_addresses(const CallSyntax& call, const SocketTrack& track) {
    const CallSignature* signature = signature_named(call.call.text);
    // There may be too many arguments: that was reported before.
    const std::size_t count = std::min(call.arguments.size(), signature->arguments.size());
    for (std::size_t i = 0; i < count; ++i) {
        const Value& value = call.arguments[i];
        if (is_deferred(value)) continue;
        const bool own = signature->arguments[i] == ArgumentKind::kOwnAddress;
        if (!own && signature->arguments[i] != ArgumentKind::kPeerAddress) continue;
        const auto* address = std::get_if<AddressText>(&value.data);
        const bool names_unix =
            std::holds_alternative<Bytes>(value.data) || (address != nullptr && !address->path.empty());
        const std::string_view title = family_title(track.family);
        if (names_unix != is_unix(track.family)) {
            context_.error(value.span,
                           names_unix ? tr_format("a name is no address of {} sockets", title)
                                      : std::string{tr("a Unix socket has a name for an address")},
                           is_unix(track.family) ? tr("for example bind(\"printer\"), connect(server:\"printer\")")
                           : own                 ? tr("write a port: bind(9000)")
                                                 : tr("write an address: server:9000"));
        }
    }
}

void SocketTracker::note_peer(const CallSyntax& call, const CallStep& step) {
    for (const Value& value : call.arguments) {
        const auto* address = std::get_if<AddressText>(&value.data);
        if (address == nullptr) continue;
        if (!address->path.empty()) continue;  // no packet goes there
        const auto peer = context_.actor_named(address->host);
        if (!peer) {
            context_.facts.peers_unknown.insert(step.actor);
            continue;
        }
        context_.facts.peers.insert({step.actor, *peer});
        context_.facts.peers.insert({*peer, step.actor});
    }
}

void SocketTracker::check_bind(const CallSyntax& call, const CallStep& step) {
    const auto* address = std::get_if<AddressText>(&call.arguments.front().data);
    const auto host = address != nullptr ? context_.actor_named(address->host) : std::nullopt;
    if (!host || *host == step.actor || may_fail(call)) return;
    context_.error(
        call.arguments.front().span,
        tr_format("`{}` cannot bind the address of `{}`", context_.scenario.actor_name(step.actor), address->host),
        tr("bind a port of its own: bind(9000)"));
}

void SocketTracker::apply(const CallSignature& signature, const CallSyntax& call, CallStep& step,
                          const SourceSpan& step_span) {
    if (signature.kind == CallKind::kSocket) return make_socket(call, step, step_span);
    if (call.socket) step.socket = std::string{call.socket->text};
    if (call.assigned && signature.kind != CallKind::kAccept)
        context_.error(call.assigned->span, tr_format("{} makes no socket to name", signature.name),
                       tr("only socket() and accept() do; a result is expected behind the call"));
    SocketTrack* track = find(call, step);
    if (track == nullptr) {
        // Take the name as made, so that its uses below are not reported one by one.
        if (signature.kind == CallKind::kAccept && call.assigned && is_name(call.assigned->text)) {
            step.accepted = std::string{call.assigned->text};
            make(step, step.accepted, SocketFamily::kTcp, call.assigned->span);
        }
        return;
    }
    check_family(signature, call, *track);
    switch (signature.kind) {
        case CallKind::kAccept: accept(call, step, *track); break;
        case CallKind::kListen: track->listening = true; break;
        case CallKind::kClose: track->closed = step_span; break;
        case CallKind::kBind: check_bind(call, step); break;
        case CallKind::kConnect:
        case CallKind::kSendto: note_peer(call, step); break;
        default: break;
    }
}

}  // namespace wirestory::sim

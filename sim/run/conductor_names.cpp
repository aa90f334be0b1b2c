// The conductor's knowledge of names: sockets, threads, conditions, and how it speaks of steps.
#include <fmt/format.h>

#include "sim/run/conditions.hpp"
#include "sim/run/conductor.hpp"
#include "sim/run/socket_figures.hpp"

namespace wirestory::sim {
namespace {

// What a call that sleeps waits for.
const char* awaited_by(const Assignment& call) {
    switch (call.prepared.step->kind) {
        case CallKind::kAccept: return "a connection";
        case CallKind::kConnect: return "an answer to its SYN";
        case CallKind::kSend:
        case CallKind::kSendto: return "room in the send buffer";
        case CallKind::kRecv:
        case CallKind::kRecvfrom:
            return is_stream(call.prepared.family) ? "data or the end of the stream" : "a datagram";
        case CallKind::kPoll: return "an event";
        case CallKind::kClose: return "its lingering data to be acknowledged";
        default: return "the kernel";
    }
}

}  // namespace

SocketSlot* Conductor::socket_named(ActorId actor, const std::string& name) const {
    const auto found = sockets_.find({actor, name});
    return found != sockets_.end() ? found->second : nullptr;
}

const Assignment* Conductor::maker_of(ActorId actor, const std::string& name) const {
    for (const auto& thread : threads_) {
        const Assignment* call = thread->open_call();
        if (call == nullptr || thread->actor() != actor) continue;
        const CallStep& step = *call->prepared.step;
        if (step.kind == CallKind::kAccept && step.accepted == name) return call;
        if (step.kind == CallKind::kSocket && step.socket == name) return call;
    }
    return nullptr;
}

std::string Conductor::missing_socket(std::size_t step, const CallStep& call) const {
    const std::string what = call.socket.empty() ? "no socket" : fmt::format("no socket `{}`", call.socket);
    std::string sentence =
        fmt::format("{} cannot start: {} has {}", named_step(step), scenario_.actor_name(call.actor), what);
    const auto failed = failed_makers_.find({call.actor, call.socket});
    if (failed != failed_makers_.end()) sentence += ", because " + failed->second;
    return sentence;
}

const Assignment* Conductor::awaited_by_call(std::size_t step, const CallStep& call, std::string& why) {
    if (call.kind != CallKind::kSocket && socket_named(call.actor, call.socket) == nullptr) {
        if (const Assignment* maker = maker_of(call.actor, call.socket)) return maker;
        collect_returns();  // its maker may have returned since the look
        if (socket_named(call.actor, call.socket) == nullptr) {
            why = missing_socket(step, call);
            return nullptr;
        }
    }
    const Assignment* setter = setter_of(call);
    if (setter == nullptr) collect_returns();
    return setter;
}

// The open call that will give a variable that `call` uses its value.
const Assignment* Conductor::setter_of(const CallStep& call) const {
    for (const auto& thread : threads_) {
        const Assignment* open = thread->open_call();
        if (open == nullptr || thread->actor() != call.actor) continue;
        for (const std::string& name : call.variables)
            if (open->prepared.step->capture.keeps(name)) return open;
    }
    return nullptr;
}

void Conductor::keep(const CallStep& call, StepResult& result) {
    if (result.kept_peer) variables_[{call.actor, call.capture.peer}] = std::move(*result.kept_peer);
    if (!result.kept) return;
    ValueData& variable = variables_[{call.actor, call.capture.variable}];
    auto* before = std::get_if<Bytes>(&variable);
    const auto* more = std::get_if<Bytes>(&*result.kept);
    if (call.capture.append && before != nullptr && more != nullptr)
        before->insert(before->end(), more->begin(), more->end());
    else
        variable = std::move(*result.kept);
}

Variables Conductor::variables_of(ActorId actor) const {
    return [this, actor](const std::string& name) -> const ValueData* {
        const auto found = variables_.find({actor, name});
        return found != variables_.end() ? &found->second : nullptr;
    };
}

ActorThread* Conductor::thread_of(const CallStep& call) const {
    for (const auto& thread : threads_)
        if (thread->actor() == call.actor && thread->number() == call.thread) return thread.get();
    return nullptr;
}

void Conductor::register_packet_patterns() {
    std::vector<PacketPattern> patterns;
    for (std::size_t step = 0; step < scenario_.story.size(); ++step) {
        const auto* until = std::get_if<UntilStep>(&scenario_.story[step].action);
        const auto* packet = until != nullptr ? std::get_if<PacketCondition>(&until->condition) : nullptr;
        if (packet == nullptr) continue;
        pattern_of_step_[step] = patterns.size();
        patterns.push_back(packet->pattern);
    }
    stage_.count_packets(std::move(patterns));
}

bool Conductor::holds(const Condition& condition, std::size_t step, std::string& seen) {
    ConditionLook look;
    if (const auto* figure = std::get_if<FigureCondition>(&condition))
        look = look_at(*figure, socket_named(figure->socket.actor, figure->socket.name));
    else if (const auto* state = std::get_if<StateCondition>(&condition))
        look = look_at(*state, socket_named(state->socket.actor, state->socket.name));
    else
        look = look_at(std::get<PacketCondition>(condition), stage_.packets_counted(pattern_of_step_.at(step)));
    seen = std::move(look.seen);
    return look.holds;
}

std::string Conductor::named_step(std::size_t step) const {
    const Step& named = scenario_.story[step];
    const auto* call = std::get_if<CallStep>(&named.action);
    if (call == nullptr) {
        const char* word = std::holds_alternative<WaitStep>(named.action)   ? "wait"
                           : std::holds_alternative<LinkStep>(named.action) ? "link"
                                                                            : "until";
        return fmt::format("line {}: `{}: {}`", named.span.line, word, named.text);
    }
    const std::string thread = call->thread > 0 ? fmt::format("#{}", call->thread + 1) : "";
    return fmt::format("line {}: `{}{}: {}`", named.span.line, scenario_.actor_name(call->actor), thread, named.text);
}

// "`accept()` of line 8, which waits for a connection"
std::string Conductor::open_call_text(const Assignment& call) const {
    const Step& step = scenario_.story[call.step];
    return fmt::format("`{}` of line {}, which waits for {}", step.text, step.span.line, awaited_by(call));
}

}  // namespace wirestory::sim

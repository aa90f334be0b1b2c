#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "recording/actor_address.hpp"
#include "sim/run/call_recorder.hpp"
#include "sim/run/compare_result.hpp"
#include "sim/run/option_values.hpp"
#include "sim/run/prepared_call.hpp"
#include "sim/run/tx_reports.hpp"

namespace wirestory::sim {
namespace {

// The default may be another, and a private namespace cannot select a restricted one by sysctl; refused where cubic is
// not built in, then the default stays.
void choose_congestion_control(int fd) { setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5); }

// A socket that never was bound would leave from 127.0.0.1, whoever its actor is. Bound to the actor's address, each
// host has an address and a name of its own in the capture. Only the address: IP_BIND_ADDRESS_NO_PORT leaves the port
// to connect() or sendto(), as for an unbound socket, and a bind() later in the story still works. Not recorded:
// it stands for the routing table of a real host.
void leave_from_own_address(SocketSlot& slot, const IpAddress& address) {
    const std::lock_guard lock(slot.mutex);
    if (slot.fd < 0 || slot.bound_by_story || slot.local.port != 0) return;
    int address_only = 1;
    setsockopt(slot.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &address_only, sizeof address_only);
    const SocketAddress own = to_socket_address({is_ipv6(slot.family) ? ipv6_companion(address) : address, 0});
    (void)::bind(slot.fd, own.get(), own.length);
    address_only = 0;
    setsockopt(slot.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &address_only, sizeof address_only);
}

void before_call(PreparedCall& prepared, const std::vector<Actor>& actors) {
    if (prepared.slot == nullptr) return;
    const CallKind kind = prepared.kind;
    if (is_unix(prepared.family)) return;
    const bool first_datagram = kind == CallKind::kSendto && is_udp(prepared.family);
    if (kind == CallKind::kConnect || first_datagram)
        leave_from_own_address(*prepared.slot, actors.at(prepared.step->actor).address);
    if (kind == CallKind::kConnect) {
        const std::lock_guard lock(prepared.slot->mutex);
        if (prepared.slot->peer.port == 0) prepared.slot->peer = prepared.named_endpoint;  // for samples meanwhile
    }
}

int domain_of(SocketFamily family) {
    if (is_unix(family)) return AF_UNIX;
    return is_ipv6(family) ? AF_INET6 : AF_INET;
}

// SO_TIMESTAMPING, which records what becomes of each send, puts its reports into the socket's error queue, and a queue
// that is not empty raises POLLERR (tcp_poll in net/ipv4/tcp.c, datagram_poll in net/core/datagram.c): every poll would
// return at once, with an event that no program without us ever sees. So reports are taken out first, and a POLLERR
// that goes away with them is none; one that stays is the socket's own error. The call is recorded once, from the first
// entry to the last return.
std::int64_t poll_without_reports(PreparedCall& p, int fd, StageState& stage) {
    const TimeNs deadline_ns = monotonic_now_ns() + std::max<DurationNs>(p.timeout_ns, 0);
    while (true) {
        stage.keep_reports(*p.slot);
        pollfd watched{fd, static_cast<short>(p.flags), 0};
        const DurationNs left_ns = std::max<DurationNs>(deadline_ns - monotonic_now_ns(), 0);
        const timespec timeout{left_ns / kSecondNs, left_ns % kSecondNs};
        const int ready = ::ppoll(&watched, 1, p.timeout_ns < 0 ? nullptr : &timeout, nullptr);
        p.events_seen = watched.revents;
        if (ready <= 0 || (watched.revents & POLLERR) == 0) return ready;
        stage.keep_reports(*p.slot);
        pollfd again{fd, static_cast<short>(p.flags), 0};
        const timespec at_once{};
        const int still = ::ppoll(&again, 1, &at_once, nullptr);
        p.events_seen = again.revents;
        if (still != 0) return still;  // it waits on only for events that were none
    }
}

std::int64_t make_system_call(PreparedCall& prepared, int fd, StageState& stage) {
    PreparedCall& p = prepared;
    switch (p.kind) {
        case CallKind::kSocket:
            return ::socket(domain_of(p.family), (is_stream(p.family) ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
        case CallKind::kBind: return ::bind(fd, p.address.get(), p.address.length);
        case CallKind::kListen: return ::listen(fd, p.flags);
        case CallKind::kAccept: return ::accept4(fd, p.address.get(), &p.address.length, SOCK_CLOEXEC);
        case CallKind::kConnect: return ::connect(fd, p.address.get(), p.address.length);
        // MSG_NOSIGNAL: a story shows EPIPE; SIGPIPE would end the whole run.
        case CallKind::kSend: return ::send(fd, data_to_send(p).data(), data_to_send(p).size(), p.flags | MSG_NOSIGNAL);
        case CallKind::kSendto:
            return ::sendto(fd, p.buffer.data(), p.buffer.size(), p.flags | MSG_NOSIGNAL, p.address.get(),
                            p.address.length);
        case CallKind::kRecv: return ::recv(fd, p.buffer.data(), p.buffer.size(), p.flags);
        case CallKind::kRecvfrom:
            return ::recvfrom(fd, p.buffer.data(), p.buffer.size(), p.flags, p.address.get(), &p.address.length);
        case CallKind::kShutdown: return ::shutdown(fd, p.flags);
        case CallKind::kClose: return ::close(fd);
        case CallKind::kSetsockopt:
            return ::setsockopt(fd, p.option.level, p.option.name, p.option_value.data(), p.option_bytes);
        case CallKind::kGetsockopt:
            return ::getsockopt(fd, p.option.level, p.option.name, p.option_value.data(), &p.option_bytes);
        case CallKind::kGetsockname: return ::getsockname(fd, p.address.get(), &p.address.length);
        case CallKind::kGetpeername: return ::getpeername(fd, p.address.get(), &p.address.length);
        case CallKind::kPoll: return poll_without_reports(p, fd, stage);
        case CallKind::kSetBlocking: return ::ioctl(fd, FIONBIO, &p.flags);
    }
    return -1;
}

bool returns_address(CallKind kind) {
    return kind == CallKind::kAccept || kind == CallKind::kRecvfrom || kind == CallKind::kGetsockname ||
           kind == CallKind::kGetpeername;
}

// What moved: bytes given to send that were taken, or bytes that recv filled in.
void keep_payload(PreparedCall& prepared, Call& call) {
    const CallKind kind = call.kind;
    if ((!writes_data(kind) && !reads_data(kind)) || call.returned <= 0) return;
    // With MSG_TRUNC TCP throws the bytes away and UDP returns the datagram's real length (tcp(7), udp(7)).
    const bool discarded = reads_data(kind) && (prepared.flags & MSG_TRUNC) != 0 && is_tcp(prepared.family);
    const auto moved = std::min(static_cast<std::size_t>(call.returned),
                                writes_data(kind) ? data_to_send(prepared).size() : prepared.buffer.size());
    if (writes_data(kind) && !prepared.rest.empty()) {
        call.payload.assign(prepared.rest.begin(), prepared.rest.begin() + static_cast<std::ptrdiff_t>(moved));
        return;
    }
    prepared.buffer.resize(discarded ? 0 : moved);
    call.payload = std::move(prepared.buffer);
}

SocketSlot& new_socket(const PreparedCall& prepared, StageState& stage, Call& call) {
    const int fd = static_cast<int>(call.returned);
    const CallStep& step = *prepared.step;
    if (prepared.kind == CallKind::kSocket) {
        SocketSlot& slot = stage.add_socket(step.actor, step.socket, prepared.family, fd);
        if (is_tcp(slot.family)) choose_congestion_control(fd);
        if (is_udp(slot.family)) enable_tx_reports(fd);
        call.socket = slot.id;
        return slot;
    }
    SocketSlot& slot = stage.add_socket(step.actor, step.accepted, prepared.family, fd);
    if (is_tcp(slot.family)) enable_tx_reports(fd);
    const std::lock_guard lock(slot.mutex);
    refresh_local(slot);
    refresh_peer(slot);
    call.accepted = slot.id;
    call.local = slot.local;
    call.peer = slot.peer;
    return slot;
}

void after_success(PreparedCall& prepared, SocketSlot& slot) {
    const std::lock_guard lock(slot.mutex);
    switch (prepared.kind) {
        case CallKind::kBind: slot.bound_by_story = true; break;
        case CallKind::kListen: slot.listening = true; break;
        case CallKind::kConnect:
            refresh_peer(slot);
            if (is_tcp(slot.family)) enable_tx_reports(slot.fd);
            break;
        case CallKind::kSendto:
            if (slot.local.port != 0) return;
            break;
        default: return;
    }
    refresh_local(slot);
}

void after_failure(PreparedCall& prepared, const Call& call, SocketSlot& slot) {
    if (call.kind != CallKind::kConnect || call.error_number == EINPROGRESS || call.error_number == EISCONN) return;
    const std::lock_guard lock(slot.mutex);
    if (slot.peer == prepared.named_endpoint) slot.peer = {};
}

void note_result_text(PreparedCall& prepared, Call& call) {
    if (call.failed()) return;
    if (call.kind == CallKind::kPoll) call.returned_text = poll_events_text(prepared.events_seen);
    if (call.kind == CallKind::kGetsockopt) call.returned_text = option_text(prepared).text;
    if (call.kind != CallKind::kGetsockname && call.kind != CallKind::kGetpeername) return;
    call.returned_text = address_text(prepared.address);
}

void note_peer(const PreparedCall& prepared, Call& call) {
    if (call.kind == CallKind::kConnect || call.kind == CallKind::kSendto) call.peer = prepared.named_endpoint;
    if (call.kind != CallKind::kRecvfrom || call.failed()) return;
    // TCP gives no address back: the connection's own peer stays.
    if (const auto endpoint = to_endpoint(prepared.address)) call.peer = *endpoint;
}

// Everything that the log wants to know and that need not stand between the stamps.
SocketSlot* after_call(PreparedCall& prepared, StageState& stage, Call& call) {
    keep_payload(prepared, call);
    if (prepared.slot != nullptr) {
        call.failed() ? after_failure(prepared, call, *prepared.slot) : after_success(prepared, *prepared.slot);
        note_endpoints(*prepared.slot, call);
    }
    note_result_text(prepared, call);
    note_peer(prepared, call);
    const bool makes_socket = call.kind == CallKind::kSocket || call.kind == CallKind::kAccept;
    return makes_socket && !call.failed() ? &new_socket(prepared, stage, call) : nullptr;
}

}  // namespace

Call call_to_be(const PreparedCall& prepared) {
    Call call;
    call.kind = prepared.kind;
    call.actor = prepared.step->actor;
    call.thread = prepared.step->thread;
    call.step = prepared.step_index;
    call.arguments = prepared.arguments;
    if (writes_data(call.kind) || reads_data(call.kind))
        call.requested_bytes =
            static_cast<std::int64_t>(writes_data(call.kind) ? data_to_send(prepared).size() : prepared.buffer.size());
    if (prepared.slot != nullptr) call.socket = prepared.slot->id;
    return call;
}

void note_endpoints(SocketSlot& slot, Call& call) {
    const std::lock_guard lock(slot.mutex);
    call.local = slot.local;
    call.peer = slot.peer;
}

long system_call_number(CallKind kind) {
    switch (kind) {
        case CallKind::kSocket: return SYS_socket;
        case CallKind::kBind: return SYS_bind;
        case CallKind::kListen: return SYS_listen;
        case CallKind::kAccept: return SYS_accept4;
        case CallKind::kConnect: return SYS_connect;
        case CallKind::kSend:
        case CallKind::kSendto: return SYS_sendto;
        case CallKind::kRecv:
        case CallKind::kRecvfrom: return SYS_recvfrom;
        case CallKind::kShutdown: return SYS_shutdown;
        case CallKind::kClose: return SYS_close;
        case CallKind::kSetsockopt: return SYS_setsockopt;
        case CallKind::kGetsockopt: return SYS_getsockopt;
        case CallKind::kGetsockname: return SYS_getsockname;
        case CallKind::kGetpeername: return SYS_getpeername;
        case CallKind::kPoll: return SYS_ppoll;
        case CallKind::kSetBlocking: return SYS_ioctl;
    }
    return -1;
}

void keep_result(const PreparedCall& prepared, const Call& call, StepResult& result) {
    const Capture& capture = prepared.step->capture;
    if (capture.variable.empty() || call.failed()) return;
    const auto address = [](const Endpoint& endpoint) {
        return AddressText{endpoint.address.to_string(), endpoint.port, {}};
    };
    const auto returned_address = [&]() -> AddressText {
        if (const auto name = unix_name_of(prepared.address)) return {{}, 0, *name};
        return address(to_endpoint(prepared.address).value_or(Endpoint{}));
    };
    if (!capture.peer.empty()) result.kept_peer = returned_address();
    switch (call.kind) {
        case CallKind::kRecv:
        case CallKind::kRecvfrom: result.kept = call.payload; break;
        case CallKind::kAccept:
        case CallKind::kGetsockname:
        case CallKind::kGetpeername: result.kept = returned_address(); break;
        case CallKind::kGetsockopt: {
            const OptionText option = option_text(prepared);
            if (prepared.option.kind == SocketOptionKind::kTimeval)
                result.kept = Duration{option.number.value_or(0)};
            else if (option.number)
                result.kept = *option.number;
            else
                result.kept = to_bytes(option.text);
            break;
        }
        default: result.kept = call.returned;
    }
}

bool perform_call(PreparedCall& prepared, CallProgress& progress, const PerformContext& context,
                  const LookAtCall& look) {
    before_call(prepared, context.stage.actors());
    Call call = call_to_be(prepared);
    if (returns_address(call.kind)) prepared.address.make_room();
    CallSamples samples;
    const bool closes = call.kind == CallKind::kClose && prepared.slot != nullptr;
    int fd = -1;
    if (closes) {  // the last look at the socket, before samplers lose it
        samples.entry.socket = prepared.slot->id;
        samples.entry.trigger = SampleTrigger::kCallEnter;
        sample_slot(*prepared.slot, kAllFigures, samples.entry);
        fd = context.stage.release_for_close(*prepared.slot);
    } else if (prepared.slot != nullptr) {
        fd = prepared.slot->descriptor();
    }
    record_call(context.window, system_call_number(call.kind), closes ? nullptr : prepared.slot, call, samples,
                [&] { return make_system_call(prepared, fd, context.stage); });
    if (context.abandoned.load() && call.failed() && call.error_number == EINTR) {
        if (prepared.slot != nullptr) note_endpoints(*prepared.slot, call);
        context.stage.log_never_returned(progress, std::move(call), samples);
        return false;
    }
    SocketSlot* made = after_call(prepared, context.stage, call);
    look(call, made);
    context.stage.log_return(progress, std::move(call), samples);
    return true;
}

StepResult perform_step(PreparedCall& prepared, const PerformContext& context) {
    if (prepared.step->compound != Compound::kNone) return perform_compound(prepared, context);
    StepResult result;
    const auto look = [&](const Call& call, SocketSlot* made) {
        result.made = made;
        result.value = call.returned;
        result.error_number = call.error_number;
        if (auto difference = compare_result(prepared, call, context.stage.actors())) {
            result.expected = std::move(difference->expected);
            result.seen = std::move(difference->seen);
        }
        keep_result(prepared, call, result);
    };
    result.returned = perform_call(prepared, context.parts.current()->progress, context, look);
    return result;
}

}  // namespace wirestory::sim

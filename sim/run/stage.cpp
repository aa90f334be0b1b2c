#include "sim/run/stage.hpp"

#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/run/socket_address.hpp"
#include "sim/run/socket_figures.hpp"
#include "sim/run/stage_state.hpp"

namespace wirestory::sim {
namespace {

bool is_wildcard(const IpAddress& address) { return address.bytes == std::array<std::uint8_t, 16>{}; }

bool same_local(const Endpoint& local, const Endpoint& seen) {
    return local.port == seen.port && (local.address == seen.address || is_wildcard(local.address));
}

// Lock held by the caller.
bool uses_flow(SocketSlot& slot, const Endpoint& a, const Endpoint& b) {
    if (slot.listening) return false;
    // A connect() that is under way has chosen its port already, and we have not asked for it yet.
    if (slot.local.port == 0 && slot.peer.port != 0) refresh_local(slot);
    if (slot.local.port == 0) return false;
    if (slot.peer.port == 0) return !is_tcp(slot.family) && (same_local(slot.local, a) || same_local(slot.local, b));
    return (slot.local == a && slot.peer == b) || (slot.local == b && slot.peer == a);
}

// Lock held by the caller.
void sample(const SocketSlot& slot, SampleTrigger trigger, std::vector<Sample>& samples) {
    Sample sample;
    sample.socket = slot.id;
    sample.trigger = trigger;
    read_figures(slot.fd, slot.family, slot.listening, kAllFigures, sample);
    sample.time_ns = realtime_now_ns();
    if (sample.has != 0) samples.push_back(sample);
}

}  // namespace

void refresh_local(SocketSlot& slot) {
    if (const auto endpoint = local_endpoint(slot.fd)) slot.local = *endpoint;
}

void refresh_peer(SocketSlot& slot) {
    if (const auto endpoint = peer_endpoint(slot.fd)) slot.peer = *endpoint;
}

Stage::Stage(std::vector<Actor> actors) : impl_(std::make_unique<Impl>(std::move(actors))) {}
Stage::~Stage() { impl_->close_all(); }

const std::vector<Actor>& Stage::actors() const { return impl_->actors(); }
std::vector<SocketInfo> Stage::sockets() const { return impl_->socket_infos(); }
void Stage::take_calls(std::vector<LoggedCall>& calls) { impl_->take_calls(calls); }
void Stage::take_wire_changes(std::vector<WireChange>& changes) { impl_->take_wire_changes(changes); }
int Stage::event_fd() const { return impl_->event().get(); }

void Stage::clear_event() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t length =
        ::read(impl_->event().get(), &count, sizeof count);  // EAGAIN: clear already
}

void Stage::sample_flow(const Endpoint& a, const Endpoint& b, std::vector<Sample>& samples) {
    for (SocketSlot* slot : impl_->slots()) {
        const std::lock_guard lock(slot->mutex);
        if (slot->fd >= 0 && uses_flow(*slot, a, b)) sample(*slot, SampleTrigger::kPacket, samples);
    }
}

void Stage::sample_blocked(std::vector<Sample>& samples) {
    for (const SocketId id : impl_->blocked_sockets()) {
        SocketSlot* slot = impl_->slot(id);
        if (slot == nullptr) continue;
        const std::lock_guard lock(slot->mutex);
        if (slot->fd >= 0) sample(*slot, SampleTrigger::kTick, samples);
    }
}

bool Stage::any_call_blocked() const { return impl_->any_call_blocked(); }
void Stage::take_reports(std::vector<TxReport>& reports) { impl_->take_reports(reports); }
void Stage::take_call_samples(std::vector<Sample>& samples) { impl_->take_call_samples(samples); }
void Stage::packet_seen(const SeenPacket& packet) { impl_->packet_seen(packet); }

}  // namespace wirestory::sim

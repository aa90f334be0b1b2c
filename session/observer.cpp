#include "session/observer.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <sys/eventfd.h>

#include "session/packet_view.hpp"

namespace wirestory::session {

namespace {

constexpr DurationNs kMarkerTimeoutNs = 5 * kSecondNs;

}  // namespace

Observer::Observer(Taps& taps, sim::Wire* wire, sim::Stage& stage, RecordingWriter& writer, Recording& header,
                   std::atomic<bool>& interrupt)
    : taps_(taps), wire_(wire), stage_(stage), writer_(writer), header_(header), interrupt_(interrupt) {}

Observer::~Observer() {
    if (thread_.joinable()) (void)finish();
}

Status Observer::start() {
    stop_event_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop_event_) return fail_errno("eventfd", errno);
    thread_ = std::thread([this] { loop(); });
    return {};
}

Status Observer::finish() {
    eventfd_write(stop_event_.get(), 1);
    thread_.join();
    if (first_error_) return tl::unexpected<Error>(*first_error_);
    return {};
}

int Observer::tick_ms() const {
    const DurationNs quiet_ns = monotonic_now_ns() - last_event_ns_;
    if (quiet_ns < 200 * kMillisecondNs) return 1;
    return quiet_ns < 2 * kSecondNs ? 10 : 100;
}

void Observer::loop() {
    last_event_ns_ = monotonic_now_ns();
    bool stop = false;
    while (!stop) {
        polled_.assign({{stage_.event_fd(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}});
        taps_.add_poll_fds(polled_);
        const int ready = poll(polled_.data(), polled_.size(), tick_ms());
        if (ready < 0 && errno != EINTR) {
            note(fail_errno("poll for packets", errno));
            return;
        }
        stop = polled_[1].revents != 0;
        if (ready > 0) last_event_ns_ = monotonic_now_ns();

        const auto taken = taps_.drain([this](const PacketRecord& packet) { on_packet(packet); });
        if (!taken) note(tl::unexpected<Error>(taken.error()));
        if (stop) note(taps_.synchronise([this](const PacketRecord& packet) { on_packet(packet); }, kMarkerTimeoutNs));
        if ((polled_[0].revents & POLLIN) != 0) stage_.clear_event();
        sample(taken.value_or(0) > 0);
        write_calls();
        write_figures();
        write_wire();
        note(writer_.flush());
    }
}

void Observer::on_packet(const PacketRecord& packet) {
    note(writer_.write_packet(packet));
    const auto view =
        view_packet(packet.frame, header_.taps[packet.tap].link_type, packet.original_bytes, header_.actors);
    if (!view) return;
    // Conditions count a packet once, when it leaves; on loopback there is but one moment.
    const bool arrived = (packet.flags & 3U) == static_cast<std::uint32_t>(PacketDirection::kInbound);
    if (!arrived) stage_.packet_seen(view->seen);
    const auto same = [&](const FlowEnds& flow) {
        return (flow.a == view->source && flow.b == view->destination) ||
               (flow.b == view->source && flow.a == view->destination);
    };
    const auto known = std::find_if(flows_.begin(), flows_.end(), same);
    if (known == flows_.end()) {
        flows_.push_back({view->source, view->destination, true});
    } else {
        known->fresh = true;
    }
}

void Observer::sample(bool packets_came) {
    for (FlowEnds& flow : flows_) {
        // On a tick every flow is asked, so that a wait shows what the kernel held meanwhile.
        if (packets_came && !flow.fresh) continue;
        const std::size_t before = samples_.size();
        stage_.sample_flow(flow.a, flow.b, samples_);
        for (std::size_t i = before; i < samples_.size(); ++i) {
            samples_[i].trigger = flow.fresh ? SampleTrigger::kPacket : SampleTrigger::kTick;
        }
        flow.fresh = false;
    }
    if (!packets_came) stage_.sample_blocked(samples_);
}

void Observer::write_calls() {
    calls_.clear();
    stage_.take_calls(calls_);
    if (calls_.empty()) return;
    const std::vector<SocketInfo> sockets = stage_.sockets();
    while (header_.sockets.size() < sockets.size()) {
        header_.sockets.push_back(sockets[header_.sockets.size()]);
        note(writer_.write_socket(header_, static_cast<SocketId>(header_.sockets.size() - 1)));
    }
    for (const sim::LoggedCall& logged : calls_) note(writer_.write_call(header_, logged.call, logged.key));
}

void Observer::write_figures() {
    stage_.take_call_samples(samples_);
    stage_.take_reports(reports_);
    if (!samples_.empty()) note(writer_.write_samples(samples_));
    if (!reports_.empty()) note(writer_.write_tx_reports(reports_));
    samples_.clear();
    reports_.clear();
}

void Observer::write_wire() {
    stage_.take_wire_changes(changes_);
    for (const WireChange& change : changes_) note(writer_.write_wire_change(change));
    changes_.clear();
    if (wire_ == nullptr) return;
    wire_->take_fates(fates_);
    if (!fates_.empty()) note(writer_.write_fates(fates_));
    fates_.clear();
}

Status Observer::write_last_fates() {
    write_wire();
    if (first_error_) return tl::unexpected<Error>(*first_error_);
    return {};
}

void Observer::note(const Status& status) {
    if (status || first_error_) return;
    first_error_ = status.error();
    // Without capture or file the rest of the story would be staged for nobody.
    interrupt_ = true;
}

}  // namespace wirestory::session

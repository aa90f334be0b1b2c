// The observer: one thread that takes packets from the taps and the wire's word on each, samples the kernel's view of
// the sockets concerned, and writes packets, calls and samples to the recording as they come. It keeps off the path of
// the observed calls.
#pragma once

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "recording/recording_writer.hpp"
#include "session/taps.hpp"
#include "sim/run/stage.hpp"

namespace wirestory::session {

class Observer {
public:
    // `header` gives taps and actors; it grows the sockets as the story makes them. `wire` may be null. All references
    // must outlive it.
    Observer(Taps& taps, sim::Wire* wire, sim::Stage& stage, RecordingWriter& writer, Recording& header,
             std::atomic<bool>& interrupt);
    ~Observer();
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    Status start();
    // Waits until every packet sent before this call has been taken (a marker comes back), then ends the thread. The
    // first error of capture or writing, if there was one.
    Status finish();
    // What the wire has told since, once finish() has returned and the wire is closed.
    Status write_last_fates();

private:
    void loop();
    // Milliseconds until the next tick of the sampler: often after something happened, seldom in a long silence.
    [[nodiscard]] int tick_ms() const;
    void on_packet(const PacketRecord& packet);
    void sample(bool packets_came);
    void write_calls();
    void write_figures();
    void write_wire();
    void note(const Status& status);

    Taps& taps_;
    sim::Wire* wire_;
    sim::Stage& stage_;
    RecordingWriter& writer_;
    Recording& header_;
    std::atomic<bool>& interrupt_;

    std::thread thread_;
    UniqueFd stop_event_;
    std::optional<Error> first_error_;
    TimeNs last_event_ns_ = 0;  // monotonic

    struct FlowEnds {
        Endpoint a, b;
        bool fresh;  // a packet came since it was last sampled
    };
    std::vector<FlowEnds> flows_;
    std::vector<sim::LoggedCall> calls_;
    std::vector<Sample> samples_;
    std::vector<TxReport> reports_;
    std::vector<WireFate> fates_;
    std::vector<WireChange> changes_;
    std::vector<pollfd> polled_;
};

}  // namespace wirestory::session

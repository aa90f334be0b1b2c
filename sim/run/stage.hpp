// The stage of a running story: the sockets that exist now, and the log of calls. Shared between the actors' threads,
// the conductor and the observer (session's capture thread); every method is safe from any of them.
// Sampling and closing exclude each other per socket, so a sample never reads a descriptor that was closed or reused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "recording/recording.hpp"

namespace wirestory::sim {

// An entry of the call log: a call that returned, or (call.exit_ns == kNeverReturned) one seen asleep. The same key
// comes again when it returns.
struct LoggedCall {
    std::uint64_t key = 0;
    Call call;
};

// A packet as conditions of the story see it; session fills it from what the tap captured.
struct SeenPacket {
    ActorId from = kNoActor;
    ActorId to = kNoActor;
    std::string_view protocol;  // "tcp", "udp", "icmp"
    std::uint16_t tcp_flags = 0;
    ByteView payload;
    std::uint32_t payload_bytes = 0;
};

class Stage {
public:
    explicit Stage(std::vector<Actor> actors);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    [[nodiscard]] const std::vector<Actor>& actors() const;
    // Sockets made so far; ids are stable, entries are never removed.
    [[nodiscard]] std::vector<SocketInfo> sockets() const;

    // Moves out what was logged since the last time, in order of logging.
    void take_calls(std::vector<LoggedCall>& calls);
    void take_wire_changes(std::vector<WireChange>& changes);
    // A descriptor that becomes readable when calls were logged or the story ended; for poll(2).
    [[nodiscard]] int event_fd() const;
    void clear_event();

    // Samples of every open socket that uses this endpoint pair (either way round), by the kernel's own answer.
    void sample_flow(const Endpoint& a, const Endpoint& b, std::vector<Sample>& samples);
    // Samples of the sockets on which some call sleeps now (trigger kTick).
    void sample_blocked(std::vector<Sample>& samples);
    [[nodiscard]] bool any_call_blocked() const;
    // SO_TIMESTAMPING reports that wait in the error queues (MSG_ERRQUEUE, never blocking), of all open sockets, and
    // those that were drained before a close; also samples taken by the actors at entry and exit of calls.
    void take_reports(std::vector<TxReport>& reports);
    void take_call_samples(std::vector<Sample>& samples);

    // Tells the conductor what the tap saw; wakes `until:` conditions.
    void packet_seen(const SeenPacket& packet);

private:
    friend class StageAccess;  // the runner's own door, sim/run/ only
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace wirestory::sim

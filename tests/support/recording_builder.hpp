// Builds a Recording in memory for tests: actors, sockets, calls, real Ethernet + IPv4 frames (TCP, UDP, ICMP), kernel
// samples and send reports. Times are given as TimeNs; us(n) counts from the builder's start. build() sorts everything
// by time, so an index that an adding function returns is final only when its kind was added in order of time. Not a
// model of the kernel: it writes down what a test says, also what no kernel would do.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "capture/wire/tcp.hpp"
#include "recording/recording.hpp"

namespace wirestory::test {

constexpr TimeNs kRecordingStart = 1'700'000'000 * kSecondNs;
constexpr TimeNs us(std::int64_t microseconds) { return kRecordingStart + microseconds * kMicrosecondNs; }

Endpoint endpoint(std::string_view address, std::uint16_t port);

// One TCP segment in full. TcpLink fills it in for the usual case.
struct TcpSegment {
    Endpoint from;
    Endpoint to;
    WireSeq seq = 0;
    WireSeq ack = 0;
    std::uint16_t flags = 0;     // capture::TcpFlag bits
    std::uint16_t window = 512;  // as on the wire: 64 KiB with the scale of 7 that SYNs announce here
    std::string payload;
    bool timestamps = true;  // the option that Linux puts on every segment; SYNs get all of Linux's options
};

// A call's frame of time.
struct During {
    TimeNs enter_ns = 0;
    TimeNs exit_ns = kNeverReturned;
};

class RecordingBuilder {
public:
    RecordingBuilder();  // one tap "lo", Ethernet; no actors

    ActorId actor(std::string name, std::string_view address);
    SocketId socket(ActorId actor, SocketFamily family, std::string name = {});
    // What the socket's later calls will carry as their local and peer endpoint.
    void set_endpoints(SocketId socket, Endpoint local, Endpoint peer = {});

    // Any call; endpoints, actor and socket are filled in. The reference is good until the next call is added.
    Call& call(CallKind kind, SocketId socket, During when, std::string arguments = {}, std::int64_t returned = 0);
    Call& failed_call(CallKind kind, SocketId socket, During when, std::string arguments, int error_number);
    Call& send(SocketId socket, std::string_view bytes, During when);
    Call& recv(SocketId socket, std::size_t size, std::string_view bytes, During when, std::string_view flags = {});
    Call& sendto(SocketId socket, std::string_view bytes, Endpoint to, During when);
    Call& recvfrom(SocketId socket, std::size_t size, std::string_view bytes, Endpoint from, During when);
    Call& accept(SocketId listener, SocketId accepted, During when);

    std::uint32_t segment(TimeNs when, const TcpSegment& segment);
    std::uint32_t datagram(TimeNs when, Endpoint from, Endpoint to, std::string_view payload);
    // What the receiver's host answers to `packet` (RFC 792): its IP header and 8 bytes and more are quoted.
    std::uint32_t port_unreachable(TimeNs when, std::uint32_t packet);
    std::uint32_t frame(TimeNs when, std::string_view bytes);

    void sample(const Sample& sample);
    void tcp_sample(TimeNs when, SocketId socket, SampleTrigger trigger, TcpState state, std::uint32_t outq = 0,
                    std::uint32_t outq_nsd = 0, std::uint32_t inq = 0);
    void udp_sample(TimeNs when, SocketId socket, SampleTrigger trigger, std::uint32_t rmem_bytes, std::uint32_t drops,
                    std::uint32_t rcvbuf_bytes = 8192);
    void tx_report(TimeNs when, SocketId socket, TxReportKind kind, std::uint32_t id);

    // For what the functions above do not offer.
    Recording& recording() { return recording_; }
    [[nodiscard]] Recording build();

private:
    std::uint32_t ip_frame(TimeNs when, const IpAddress& from, const IpAddress& to, std::uint8_t protocol,
                           const Bytes& body);

    struct SocketEnds {
        Endpoint local;
        Endpoint peer;
    };
    Recording recording_;
    std::vector<SocketEnds> ends_;
    std::uint16_t next_ip_id_ = 1;
};

// Who sends, in TcpLink.
enum class End : std::uint8_t { kClient = 0, kServer = 1 };

// A TCP connection that keeps count of sequence numbers: each function adds the next segment of one end and returns its
// packet index. Every segment but the first SYN acknowledges all that the other end has sent so far.
class TcpLink {
public:
    TcpLink(RecordingBuilder& builder, Endpoint client, Endpoint server, WireSeq client_isn = 1'000'000,
            WireSeq server_isn = 5'000'000);

    std::uint32_t syn(TimeNs when);
    std::uint32_t syn_ack(TimeNs when);
    std::uint32_t ack(End from, TimeNs when);
    std::uint32_t data(End from, TimeNs when, std::string_view payload);
    std::uint32_t fin(End from, TimeNs when);
    std::uint32_t rst(End from, TimeNs when);
    // Three segments, 10 us apart.
    void handshake(TimeNs when);
    // Bytes from `offset` of the stream once more, or ahead of their turn; the counters stay as they are.
    std::uint32_t data_at(End from, TimeNs when, StreamOffset offset, std::string_view payload);
    // The segment that `flags` and the counters give, to be changed and added with builder.segment().
    [[nodiscard]] TcpSegment next(End from, std::uint16_t flags, std::string_view payload = {}) const;
    // From now on `from` acknowledges only up to this stream offset (until set again; -1: everything).
    void hold_ack(End from, std::int64_t offset) { held_ack_[static_cast<std::size_t>(from)] = offset; }

private:
    struct Counter {
        Endpoint endpoint;
        WireSeq initial = 0;
        WireSeq next = 0;
    };
    [[nodiscard]] const Counter& of(End end) const { return ends_[static_cast<std::size_t>(end)]; }
    Counter& of(End end) { return ends_[static_cast<std::size_t>(end)]; }

    RecordingBuilder* builder_;
    std::array<Counter, 2> ends_;
    std::array<std::int64_t, 2> held_ack_{-1, -1};
};

}  // namespace wirestory::test

#include "tests/support/recording_builder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace wirestory::test {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::size_t kEthernetBytes = 14;
constexpr std::uint16_t kLoopbackMss = 65495;  // the largest IPv4 packet, 65535, less 20 of IPv4 and 20 of TCP
constexpr std::uint8_t kWindowScale = 7;

void put8(Bytes& out, unsigned value) { out.push_back(static_cast<std::byte>(value & 0xFFU)); }
void put16(Bytes& out, unsigned value) {
    put8(out, value >> 8U);
    put8(out, value);
}
void put32(Bytes& out, std::uint32_t value) {
    put16(out, value >> 16U);
    put16(out, value & 0xFFFFU);
}
void put_bytes(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
void set16(Bytes& out, std::size_t at, unsigned value) {
    out[at] = static_cast<std::byte>(value >> 8U & 0xFFU);
    out[at + 1] = static_cast<std::byte>(value & 0xFFU);
}

// One's complement sum of 16-bit words (RFC 1071), not complemented.
unsigned internet_sum(ByteView bytes, unsigned start = 0) {
    unsigned sum = start;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto value = std::to_integer<unsigned>(bytes[i]);
        sum += i % 2 == 0 ? value << 8U : value;
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return sum;
}

// What the kernel leaves in a checksum field that a device is to complete, as on loopback: the pseudo header's sum only
// (CHECKSUM_PARTIAL, Linux Documentation/networking/checksum-offloads.rst).
unsigned partial_checksum(const IpAddress& from, const IpAddress& to, std::uint8_t protocol, std::size_t length) {
    Bytes pseudo;
    put32(pseudo, from.v4_host_order());
    put32(pseudo, to.v4_host_order());
    put16(pseudo, protocol);
    put16(pseudo, static_cast<unsigned>(length));
    return internet_sum(pseudo);
}

std::uint32_t timestamp_of(TimeNs when) { return static_cast<std::uint32_t>((when - kRecordingStart) / 1'000'000 + 1); }

Bytes tcp_options(const TcpSegment& segment, TimeNs when) {
    Bytes options;
    if (!segment.timestamps) return options;
    const bool syn = (segment.flags & capture::kSyn) != 0;
    const bool ack = (segment.flags & capture::kAck) != 0;
    if (syn) {
        put16(options, 0x0204);
        put16(options, kLoopbackMss);
        put16(options, 0x0402);  // SACK permitted
    } else {
        put16(options, 0x0101);  // two no-operations align the time stamps
    }
    put16(options, 0x080A);
    put32(options, timestamp_of(when));
    put32(options, ack ? timestamp_of(when) : 0);
    if (syn) {
        put8(options, 1);
        put16(options, 0x0303);
        put8(options, kWindowScale);
    }
    return options;
}

template <class Item, class Time>
void stable_sort_by(std::vector<Item>& items, Time time) {
    std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return time(a) < time(b); });
}

}  // namespace

Endpoint endpoint(std::string_view address, std::uint16_t port) {
    return {IpAddress::parse(address).value_or(IpAddress{}), port};
}

RecordingBuilder::RecordingBuilder() {
    Tap lo;
    lo.name = "lo";
    recording_.taps.push_back(lo);
    recording_.complete = true;
}

ActorId RecordingBuilder::actor(std::string name, std::string_view address) {
    recording_.actors.push_back({std::move(name), IpAddress::parse(address).value_or(IpAddress{})});
    return static_cast<ActorId>(recording_.actors.size() - 1);
}

SocketId RecordingBuilder::socket(ActorId actor, SocketFamily family, std::string name) {
    recording_.sockets.push_back({actor, std::move(name), family});
    ends_.emplace_back();
    return static_cast<SocketId>(recording_.sockets.size() - 1);
}

void RecordingBuilder::set_endpoints(SocketId socket, Endpoint local, Endpoint peer) { ends_[socket] = {local, peer}; }

Call& RecordingBuilder::call(CallKind kind, SocketId socket, During when, std::string arguments,
                             std::int64_t returned) {
    Call& call = recording_.calls.emplace_back();
    call.kind = kind;
    call.actor = recording_.sockets[socket].actor;
    call.socket = socket;
    call.enter_ns = when.enter_ns;
    call.exit_ns = when.exit_ns;
    call.arguments = std::move(arguments);
    call.returned = call.returned_at_all() ? returned : -1;
    call.local = ends_[socket].local;
    call.peer = ends_[socket].peer;
    return call;
}

Call& RecordingBuilder::failed_call(CallKind kind, SocketId socket, During when, std::string arguments,
                                    int error_number) {
    Call& added = call(kind, socket, when, std::move(arguments), -1);
    added.error_number = error_number;
    return added;
}

Call& RecordingBuilder::send(SocketId socket, std::string_view bytes, During when) {
    Call& added =
        call(CallKind::kSend, socket, when, quote_bytes(as_bytes(bytes)), static_cast<std::int64_t>(bytes.size()));
    added.requested_bytes = static_cast<std::int64_t>(bytes.size());
    added.payload = to_bytes(bytes);
    return added;
}

Call& RecordingBuilder::recv(SocketId socket, std::size_t size, std::string_view bytes, During when,
                             std::string_view flags) {
    std::string arguments = std::to_string(size);
    if (!flags.empty()) arguments.append(", ").append(flags);
    Call& added = call(CallKind::kRecv, socket, when, std::move(arguments), static_cast<std::int64_t>(bytes.size()));
    added.requested_bytes = static_cast<std::int64_t>(size);
    added.payload = to_bytes(bytes);
    return added;
}

Call& RecordingBuilder::sendto(SocketId socket, std::string_view bytes, Endpoint to, During when) {
    Call& added = send(socket, bytes, when);
    added.kind = CallKind::kSendto;
    added.arguments += ", " + to.to_string();
    added.peer = to;
    return added;
}

Call& RecordingBuilder::recvfrom(SocketId socket, std::size_t size, std::string_view bytes, Endpoint from,
                                 During when) {
    Call& added = recv(socket, size, bytes, when);
    added.kind = CallKind::kRecvfrom;
    added.peer = from;
    return added;
}

Call& RecordingBuilder::accept(SocketId listener, SocketId accepted, During when) {
    Call& added = call(CallKind::kAccept, listener, when);
    added.accepted = accepted;
    added.peer = ends_[accepted].peer;
    return added;
}

std::uint32_t RecordingBuilder::frame(TimeNs when, std::string_view bytes) {
    PacketRecord packet;
    packet.time_ns = when;
    packet.original_bytes = static_cast<std::uint32_t>(bytes.size());
    packet.frame = as_bytes(bytes);
    recording_.packets.append_copy(packet);
    return static_cast<std::uint32_t>(recording_.packets.size() - 1);
}

std::uint32_t RecordingBuilder::ip_frame(TimeNs when, const IpAddress& from, const IpAddress& to, std::uint8_t protocol,
                                         const Bytes& body) {
    Bytes out(12);  // loopback's Ethernet addresses are all zero
    put16(out, 0x0800);
    put8(out, 0x45);
    put8(out, 0);
    put16(out, static_cast<unsigned>(20 + body.size()));
    put16(out, next_ip_id_++);
    put16(out, 0x4000);  // don't fragment
    put8(out, 64);
    put8(out, protocol);
    put16(out, 0);
    put32(out, from.v4_host_order());
    put32(out, to.v4_host_order());
    set16(out, kEthernetBytes + 10, ~internet_sum(ByteView(out).subspan(kEthernetBytes, 20)));
    put_bytes(out, body);
    return frame(when, as_text(out));
}

std::uint32_t RecordingBuilder::segment(TimeNs when, const TcpSegment& segment) {
    const Bytes options = tcp_options(segment, when);
    const std::size_t header_bytes = 20 + options.size();
    Bytes body;
    put16(body, segment.from.port);
    put16(body, segment.to.port);
    put32(body, segment.seq);
    put32(body, (segment.flags & capture::kAck) != 0 ? segment.ack : 0);
    put16(body, static_cast<unsigned>(header_bytes / 4) << 12U | (segment.flags & 0x1FFU));
    put16(body, segment.window);
    put16(body,
          partial_checksum(segment.from.address, segment.to.address, kTcp, header_bytes + segment.payload.size()));
    put16(body, 0);
    put_bytes(body, options);
    put_bytes(body, as_bytes(segment.payload));
    return ip_frame(when, segment.from.address, segment.to.address, kTcp, body);
}

std::uint32_t RecordingBuilder::datagram(TimeNs when, Endpoint from, Endpoint to, std::string_view payload) {
    Bytes body;
    put16(body, from.port);
    put16(body, to.port);
    put16(body, static_cast<unsigned>(8 + payload.size()));
    put16(body, partial_checksum(from.address, to.address, kUdp, 8 + payload.size()));
    put_bytes(body, as_bytes(payload));
    return ip_frame(when, from.address, to.address, kUdp, body);
}

std::uint32_t RecordingBuilder::port_unreachable(TimeNs when, std::uint32_t packet) {
    const ByteView about = recording_.packets.frame(packet).subspan(kEthernetBytes);
    const auto address = [&](std::size_t at) {
        ByteReader reader(about.subspan(at));
        return IpAddress::v4(reader.be32());
    };
    const IpAddress source = address(12);
    const IpAddress destination = address(16);
    Bytes body;
    put16(body, 0x0303);
    put16(body, 0);
    put32(body, 0);
    put_bytes(body, about);
    set16(body, 2, ~internet_sum(body));
    return ip_frame(when, destination, source, kIcmp, body);
}

void RecordingBuilder::sample(const Sample& sample) { recording_.samples.push_back(sample); }

void RecordingBuilder::tcp_sample(TimeNs when, SocketId socket, SampleTrigger trigger, TcpState state,
                                  std::uint32_t outq, std::uint32_t outq_nsd, std::uint32_t inq) {
    Sample added;
    added.time_ns = when;
    added.socket = socket;
    added.trigger = trigger;
    added.has = Sample::kOutq | Sample::kOutqNsd | Sample::kInq | Sample::kTcpInfo;
    added.unacked_and_unsent_bytes = outq;
    added.unsent_bytes = outq_nsd;
    added.unread_bytes = inq;
    added.tcp.state = state;
    added.tcp.snd_mss_bytes = 32768;  // what ss -i shows on loopback: half of the window
    added.tcp.snd_cwnd_segments = 10;
    added.tcp.notsent_bytes = outq_nsd;
    sample(added);
}

void RecordingBuilder::udp_sample(TimeNs when, SocketId socket, SampleTrigger trigger, std::uint32_t rmem_bytes,
                                  std::uint32_t drops, std::uint32_t rcvbuf_bytes) {
    Sample added;
    added.time_ns = when;
    added.socket = socket;
    added.trigger = trigger;
    added.has = Sample::kMemory;
    added.memory.rmem_alloc_bytes = rmem_bytes;
    added.memory.rcvbuf_bytes = rcvbuf_bytes;
    added.memory.sndbuf_bytes = 212992;
    added.memory.drops = drops;
    sample(added);
}

void RecordingBuilder::tx_report(TimeNs when, SocketId socket, TxReportKind kind, std::uint32_t id) {
    recording_.tx_reports.push_back({when, socket, kind, id});
}

Recording RecordingBuilder::build() {
    recording_.packets.sort_by_time();
    stable_sort_by(recording_.calls, [](const Call& call) { return call.enter_ns; });
    stable_sort_by(recording_.samples, [](const Sample& sample) { return sample.time_ns; });
    stable_sort_by(recording_.tx_reports, [](const TxReport& report) { return report.time_ns; });
    return std::move(recording_);
}

}  // namespace wirestory::test

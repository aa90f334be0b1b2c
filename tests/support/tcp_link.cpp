#include "tests/support/recording_builder.hpp"

namespace wirestory::test {

using capture::kAck;
using capture::kFin;
using capture::kPsh;
using capture::kRst;
using capture::kSyn;

TcpLink::TcpLink(RecordingBuilder& builder, Endpoint client, Endpoint server, WireSeq client_isn, WireSeq server_isn)
    : builder_(&builder), ends_{Counter{client, client_isn, client_isn}, Counter{server, server_isn, server_isn}} {}

TcpSegment TcpLink::next(End from, std::uint16_t flags, std::string_view payload) const {
    const End to = from == End::kClient ? End::kServer : End::kClient;
    TcpSegment segment;
    segment.from = of(from).endpoint;
    segment.to = of(to).endpoint;
    segment.seq = of(from).next;
    segment.flags = flags;
    const std::int64_t held = held_ack_[static_cast<std::size_t>(from)];
    if ((flags & kAck) != 0) segment.ack = held < 0 ? of(to).next : of(to).initial + 1 + static_cast<WireSeq>(held);
    if ((flags & kSyn) != 0) segment.window = (flags & kAck) != 0 ? 65483 : 65495;  // never scaled (RFC 7323 2.2)
    segment.payload = payload;
    return segment;
}

std::uint32_t TcpLink::syn(TimeNs when) {
    const std::uint32_t packet = builder_->segment(when, next(End::kClient, kSyn));
    of(End::kClient).next = of(End::kClient).initial + 1;
    return packet;
}

std::uint32_t TcpLink::syn_ack(TimeNs when) {
    const std::uint32_t packet = builder_->segment(when, next(End::kServer, kSyn | kAck));
    of(End::kServer).next = of(End::kServer).initial + 1;
    return packet;
}

std::uint32_t TcpLink::ack(End from, TimeNs when) { return builder_->segment(when, next(from, kAck)); }

std::uint32_t TcpLink::data(End from, TimeNs when, std::string_view payload) {
    const std::uint32_t packet = builder_->segment(when, next(from, kPsh | kAck, payload));
    of(from).next += static_cast<WireSeq>(payload.size());
    return packet;
}

std::uint32_t TcpLink::data_at(End from, TimeNs when, StreamOffset offset, std::string_view payload) {
    TcpSegment segment = next(from, kPsh | kAck, payload);
    segment.seq = of(from).initial + 1 + static_cast<WireSeq>(offset);
    return builder_->segment(when, segment);
}

std::uint32_t TcpLink::fin(End from, TimeNs when) {
    const std::uint32_t packet = builder_->segment(when, next(from, kFin | kAck));
    of(from).next += 1;
    return packet;
}

std::uint32_t TcpLink::rst(End from, TimeNs when) { return builder_->segment(when, next(from, kRst | kAck)); }

void TcpLink::handshake(TimeNs when) {
    syn(when);
    syn_ack(when + 10 * kMicrosecondNs);
    ack(End::kClient, when + 20 * kMicrosecondNs);
}

}  // namespace wirestory::test

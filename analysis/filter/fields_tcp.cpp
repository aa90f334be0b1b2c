// tcp.* with Wireshark's meanings: numbers relative to the flow's first one, the window scaled, tcp.analysis.*.
#include <algorithm>
#include <array>

#include "analysis/filter/facts.hpp"
#include "analysis/filter/field.hpp"
#include "analysis/tcp/segment_flags.hpp"

namespace wirestory::analysis::filter {

namespace {

using capture::DecodedPacket;
using capture::Transport;

constexpr std::uint64_t kLargest16 = 0xFFFF;
constexpr std::uint8_t kFixedHeader = 20;

template <class Use>
void each_tcp(Facts& facts, const Use& use) {
    for (const DecodedPacket& packet : facts.layers()) {
        if (packet.transport == Transport::kTcp) use(packet);
    }
}
// Only where the header was captured so far.
template <class Use>
void each_with(Facts& facts, std::uint8_t least_bytes, const Use& use) {
    each_tcp(facts, [&](const DecodedPacket& packet) {
        if (packet.transport_bytes >= least_bytes) use(packet);
    });
}
constexpr std::uint8_t kPortBytes = 4;
constexpr std::uint8_t kSeqBytes = 8;
template <class Use>
void each_whole(Facts& facts, const Use& use) {
    each_tcp(facts, [&](const DecodedPacket& packet) {
        if (packet.tcp.header_bytes >= kFixedHeader) use(packet);
    });
}
bool is_outer(Facts& facts, const DecodedPacket& packet) { return &packet == facts.layers().data(); }

bool is_tcp_socket(const Facts& facts, const Call& call) {
    const auto& sockets = facts.recording().sockets;
    if (call.socket >= sockets.size()) return false;
    const SocketFamily family = sockets[call.socket].family;
    return family == SocketFamily::kTcp || family == SocketFamily::kTcp6;
}

void ports_of_call(const Facts& facts, ValueSink& sink) {
    const Call* call = facts.call();
    if (call == nullptr || !is_tcp_socket(facts, *call)) return;
    if (call->local.port != 0) sink.number(call->local.port);
    if (call->peer.port != 0) sink.number(call->peer.port);
}

// The sender's number of its first byte less one; Wireshark counts from there.
std::int64_t relative(const FlowEnd& end, WireSeq number) {
    return end.initial_seq_known ? std::int64_t{static_cast<WireSeq>(number - end.initial_seq)} : std::int64_t{1};
}

void relative_seq(Facts& facts, ValueSink& sink) {
    each_whole(facts, [&](const DecodedPacket& p) {
        const Flow* flow = is_outer(facts, p) ? facts.flow() : nullptr;
        sink.number(flow != nullptr ? relative(flow->end(facts.from()), p.tcp.seq) : std::int64_t{p.tcp.seq});
    });
}

void relative_ack(Facts& facts, ValueSink& sink) {
    each_whole(facts, [&](const DecodedPacket& p) {
        const Flow* flow = is_outer(facts, p) ? facts.flow() : nullptr;
        const bool counted = flow != nullptr && p.tcp.has(capture::kAck);
        sink.number(counted ? relative(flow->end(other(facts.from())), p.tcp.ack) : std::int64_t{p.tcp.ack});
    });
}

template <std::uint16_t kBits>
void flag(Facts& facts, ValueSink& sink) {
    each_whole(facts, [&](const DecodedPacket& p) { sink.number((p.tcp.flags & kBits) != 0 ? 1 : 0); });
}

std::uint16_t analysis_bits(const Facts& facts) {
    if (!facts.is_packet() || facts.index() >= facts.analysis().packets.size()) return 0;
    return facts.analysis().packets.segment_flags[facts.index()];
}

// There when the analysis says so, as in Wireshark.
template <std::uint16_t kBits>
void analysis_flag(Facts& facts, ValueSink& sink) {
    if ((analysis_bits(facts) & kBits) != 0) sink.number(1);
}

void payload(Facts& facts, ValueSink& sink) {
    each_tcp(facts, [&](const DecodedPacket& p) {
        if (!p.payload.empty()) sink.bytes(p.payload);
    });
}

void protocol(Facts& facts, ValueSink& sink) {
    if (const Call* call = facts.call()) {
        if (is_tcp_socket(facts, *call)) sink.bytes({});
        return;
    }
    each_tcp(facts, [&](const DecodedPacket& p) {
        const ByteView whole = facts.frame();
        sink.bytes(p.offsets.transport < whole.size() ? whole.subspan(p.offsets.transport) : ByteView{});
    });
}

template <class Use>
void each_options(Facts& facts, const Use& use) {
    each_whole(facts, [&](const DecodedPacket& p) { use(p.tcp.options); });
}

constexpr Field kFields[] = {
    {"tcp", FieldType::kProtocol, protocol},
    {"tcp.srcport", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_with(f, kPortBytes, [&](const DecodedPacket& p) { s.number(p.tcp.source_port); });
     },
     kLargest16},
    {"tcp.dstport", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_with(f, kPortBytes, [&](const DecodedPacket& p) { s.number(p.tcp.destination_port); });
     },
     kLargest16},
    {"tcp.port", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         ports_of_call(f, s);
         each_with(f, kPortBytes, [&](const DecodedPacket& p) {
             s.number(p.tcp.source_port);
             s.number(p.tcp.destination_port);
         });
     },
     kLargest16},
    {"tcp.stream", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         const Flow* flow = f.flow();
         if (flow != nullptr && flow->transport == Transport::kTcp) s.number(f.stream_number(f.flow_id()));
     }},
    {"tcp.completeness", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         const Flow* flow = f.flow();
         if (flow != nullptr && flow->transport == Transport::kTcp) s.number(f.completeness(f.flow_id()));
     },
     255},
    {"tcp.len", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.payload_bytes); }); }},
    {"tcp.seq", FieldType::kNumber, relative_seq},
    {"tcp.seq_raw", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_with(f, kSeqBytes, [&](const DecodedPacket& p) { s.number(p.tcp.seq); }); }},
    {"tcp.ack", FieldType::kNumber, relative_ack},
    {"tcp.ack_raw", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.tcp.ack); }); }},
    {"tcp.hdr_len", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.tcp.header_bytes); }); }},
    {"tcp.flags", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.tcp.flags); }); }, 0xFFF},
    {"tcp.flags.fin", FieldType::kFlag, flag<capture::kFin>},
    {"tcp.flags.syn", FieldType::kFlag, flag<capture::kSyn>},
    {"tcp.flags.reset", FieldType::kFlag, flag<capture::kRst>},
    {"tcp.flags.push", FieldType::kFlag, flag<capture::kPsh>},
    {"tcp.flags.ack", FieldType::kFlag, flag<capture::kAck>},
    {"tcp.flags.urg", FieldType::kFlag, flag<capture::kUrg>},
    {"tcp.flags.ece", FieldType::kFlag, flag<capture::kEce>},
    {"tcp.flags.cwr", FieldType::kFlag, flag<capture::kCwr>},
    {"tcp.flags.ae", FieldType::kFlag, flag<capture::kAe>},
    {"flags.fin", FieldType::kTruth, flag<capture::kFin>},
    {"flags.syn", FieldType::kTruth, flag<capture::kSyn>},
    {"flags.rst", FieldType::kTruth, flag<capture::kRst>},
    {"flags.psh", FieldType::kTruth, flag<capture::kPsh>},
    {"flags.ack", FieldType::kTruth, flag<capture::kAck>},
    {"flags.urg", FieldType::kTruth, flag<capture::kUrg>},
    {"flags.ece", FieldType::kTruth, flag<capture::kEce>},
    {"flags.cwr", FieldType::kTruth, flag<capture::kCwr>},
    {"flags.ae", FieldType::kTruth, flag<capture::kAe>},
    {"tcp.window_size_value", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.tcp.window); }); },
     kLargest16},
    {"tcp.window_size", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_whole(f, [&](const DecodedPacket& p) {
             const bool counted = is_outer(f, p) && f.flow() != nullptr;
             s.number(counted ? f.window_bytes() : p.tcp.window);
         });
     }},
    {"tcp.checksum", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.tcp.checksum); }); },
     kLargest16},
    {"tcp.urgent_pointer", FieldType::kNumber,
     [](Facts& f, ValueSink& s) { each_whole(f, [&](const DecodedPacket& p) { s.number(p.tcp.urgent); }); },
     kLargest16},
    {"tcp.payload", FieldType::kBytes, payload},
    {"tcp.options.mss_val", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_options(f, [&](const capture::TcpOptions& o) {
             if (o.has_mss) s.number(o.mss);
         });
     },
     kLargest16},
    {"tcp.options.wscale.shift", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_options(f, [&](const capture::TcpOptions& o) {
             if (o.has_window_scale) s.number(o.window_scale);
         });
     },
     255},
    {"tcp.options.timestamp.tsval", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_options(f, [&](const capture::TcpOptions& o) {
             if (o.has_timestamps) s.number(o.timestamp_value);
         });
     }},
    {"tcp.options.timestamp.tsecr", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         each_options(f, [&](const capture::TcpOptions& o) {
             if (o.has_timestamps) s.number(o.timestamp_echo);
         });
     }},
    {"tcp.options.sack_le", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         const Flow* flow = f.flow();
         each_options(f, [&](const capture::TcpOptions& o) {
             for (std::size_t i = 0; i < std::min<std::size_t>(o.sack_count, o.sack.size()); ++i) {
                 const WireSeq left = o.sack[i].left;
                 s.number(flow != nullptr ? relative(flow->end(other(f.from())), left) : std::int64_t{left});
             }
         });
     }},
    {"tcp.analysis.flags", FieldType::kNumber, analysis_flag<0xFFFF>},
    {"tcp.analysis.retransmission", FieldType::kNumber, analysis_flag<kRetransmission>},
    {"tcp.analysis.fast_retransmission", FieldType::kNumber, analysis_flag<kFastRetransmission>},
    {"tcp.analysis.spurious_retransmission", FieldType::kNumber, analysis_flag<kSpuriousRetransmission>},
    {"tcp.analysis.out_of_order", FieldType::kNumber, analysis_flag<kOutOfOrder>},
    {"tcp.analysis.duplicate_ack", FieldType::kNumber, analysis_flag<kDuplicateAck>},
    {"tcp.analysis.lost_segment", FieldType::kNumber, analysis_flag<kLostSegment>},
    {"tcp.analysis.ack_lost_segment", FieldType::kNumber, analysis_flag<kAckLostSegment>},
    {"tcp.analysis.zero_window", FieldType::kNumber, analysis_flag<kZeroWindow>},
    {"tcp.analysis.zero_window_probe", FieldType::kNumber, analysis_flag<kZeroWindowProbe>},
    {"tcp.analysis.zero_window_probe_ack", FieldType::kNumber, analysis_flag<kZeroWindowProbeAck>},
    {"tcp.analysis.window_update", FieldType::kNumber, analysis_flag<kWindowUpdate>},
    {"tcp.analysis.window_full", FieldType::kNumber, analysis_flag<kWindowFull>},
    {"tcp.analysis.keep_alive", FieldType::kNumber, analysis_flag<kKeepAlive>},
    {"tcp.analysis.keep_alive_ack", FieldType::kNumber, analysis_flag<kKeepAliveAck>},
    {"tcp.analysis.reused_ports", FieldType::kNumber, analysis_flag<kReusedPorts>},
};

}  // namespace

std::span<const Field> tcp_fields() { return kFields; }

}  // namespace wirestory::analysis::filter

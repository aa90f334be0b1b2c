// Fields that no other tool has, for they need calls and findings; and short names for what either transport has.
#include <algorithm>

#include "analysis/filter/facts.hpp"
#include "analysis/filter/field.hpp"
#include "recording/actor_address.hpp"

namespace wirestory::analysis::filter {

namespace {

using capture::DecodedPacket;
using capture::Transport;

constexpr std::uint64_t kLargest16 = 0xFFFF;

std::vector<std::string_view> finding_words() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < kFindingKindCount; ++i) words.push_back(to_string(static_cast<FindingKind>(i)));
    return words;
}

std::vector<std::string_view> call_words() {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < kCallKindCount; ++i) words.push_back(to_string(static_cast<CallKind>(i)));
    return words;
}

void actor_name(const Facts& facts, ActorId actor, ValueSink& sink) {
    const auto& actors = facts.recording().actors;
    if (actor < actors.size()) sink.text(actors[actor].name);
}

// Who is at the addresses of the outermost packet: what an ICMP error quotes was sent by somebody else.
template <bool kSource, bool kDestination>
void actor(Facts& facts, ValueSink& sink) {
    if (const Call* call = facts.call()) return actor_name(facts, call->actor, sink);
    if (facts.layers().empty()) return;
    const DecodedPacket& packet = facts.layers().front();
    const auto& actors = facts.recording().actors;
    if (kSource) actor_name(facts, actor_at(actors, packet.source), sink);
    if (kDestination) actor_name(facts, actor_at(actors, packet.destination), sink);
}

void call_kind(const Facts& facts, std::uint32_t call, ValueSink& sink) {
    if (call != kNoIndex) sink.text(to_string(facts.recording().calls[call].kind));
}

// Of a packet: the calls that wrote or read the bytes it carries.
void call(Facts& facts, ValueSink& sink) {
    if (facts.call() != nullptr) return call_kind(facts, facts.index(), sink);
    const Facts::Bytes bytes = facts.carried_bytes();
    if (bytes.datagram != nullptr) {
        call_kind(facts, bytes.datagram->send_call, sink);
        call_kind(facts, bytes.datagram->recv_call, sink);
    }
    if (bytes.stream == nullptr || bytes.range.empty()) return;
    for (const Written& part : writes_in(*bytes.stream, bytes.range)) call_kind(facts, part.call, sink);
    for (const Read& part : reads_in(*bytes.stream, bytes.range)) call_kind(facts, part.call, sink);
}

void message(Facts& facts, ValueSink& sink) {
    const Facts::Bytes bytes = facts.carried_bytes();
    if (bytes.datagram != nullptr) sink.number(bytes.datagram->number);
    if (bytes.stream == nullptr || bytes.range.empty()) return;
    for (const Message& part : bytes.stream->messages_in(bytes.range)) sink.number(part.number);
}

void finding(Facts& facts, ValueSink& sink) {
    facts.each_finding([&](const Finding& found) { sink.text(to_string(found.kind)); });
}

bool has_ports(const DecodedPacket& packet) {
    return packet.transport == Transport::kTcp || packet.transport == Transport::kUdp;
}

void port(Facts& facts, ValueSink& sink) {
    if (const Call* of = facts.call()) {
        if (of->local.port != 0) sink.number(of->local.port);
        if (of->peer.port != 0) sink.number(of->peer.port);
    }
    for (const DecodedPacket& packet : facts.layers()) {
        if (!has_ports(packet)) continue;
        sink.number(packet.source_endpoint().port);
        sink.number(packet.destination_endpoint().port);
    }
}

void payload(Facts& facts, ValueSink& sink) {
    if (const Call* of = facts.call()) return sink.bytes(of->payload);
    for (const DecodedPacket& packet : facts.layers()) {
        if (!packet.payload.empty()) sink.bytes(packet.payload);
    }
}

void length(Facts& facts, ValueSink& sink) {
    if (const Call* of = facts.call()) {
        if (of->returned >= 0 && (writes_data(of->kind) || reads_data(of->kind))) sink.number(of->returned);
        return;
    }
    for (const DecodedPacket& packet : facts.layers()) {
        if (has_ports(packet)) sink.number(packet.payload_bytes);
    }
}

constexpr Field kFields[] = {
    {"actor", FieldType::kText, actor<true, true>},
    {"actor.src", FieldType::kText, actor<true, false>},
    {"actor.dst", FieldType::kText, actor<false, true>},
    {"call", FieldType::kWord, call, 0, call_words},
    {"call.error", FieldType::kText,
     [](Facts& f, ValueSink& s) {
         if (f.call() != nullptr && f.call()->failed()) s.text(errno_name(f.call()->error_number));
     }},
    {"call.slept", FieldType::kTruth,
     [](Facts& f, ValueSink& s) {
         if (f.call() != nullptr) s.number(f.call()->slept ? 1 : 0);
     }},
    {"call.duration", FieldType::kSeconds,
     [](Facts& f, ValueSink& s) {
         const Call* of = f.call();
         if (of != nullptr && of->returned_at_all()) s.number(of->exit_ns - of->enter_ns);
     }},
    {"finding", FieldType::kWord, finding, 0, finding_words},
    {"flow", FieldType::kNumber,
     [](Facts& f, ValueSink& s) {
         if (f.flow() != nullptr) s.number(f.flow_id());
     }},
    {"len", FieldType::kNumber, length},
    {"message", FieldType::kNumber, message},
    {"payload", FieldType::kBytes, payload},
    {"port", FieldType::kNumber, port, kLargest16},
};

}  // namespace

std::span<const Field> own_fields() { return kFields; }

}  // namespace wirestory::analysis::filter

#include "recording/entry_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "recording/call_text.hpp"
#include "recording/entry_fields.hpp"
#include "recording/sample_rows.hpp"
#include "recording/story_json.hpp"
#include "recording/wire_json.hpp"

namespace wirestory {

namespace {

constexpr std::string_view kOurselves = "wirestory";
constexpr std::size_t kRowsPerEntry = 512;  // about 80 KiB: below what editcap takes in one entry

std::string_view actor_name(const Recording& names, ActorId actor) {
    return actor < names.actors.size() ? std::string_view(names.actors[actor].name) : kOurselves;
}

std::string message_of(const Recording& names, const Call& call, CallPhase phase) {
    const std::string_view actor = actor_name(names, call.actor);
    if (phase != CallPhase::kResumed) return fmt::format("{}: {}", actor, format_call(names, call));
    std::string out = fmt::format("{}: <... {} resumed>", actor, call_name_text(names, call));
    const std::string result = call_result_text(names, call);
    if (!result.empty()) out += " = " + result;
    return out;
}

std::string_view to_string(CallPhase phase) {
    switch (phase) {
        case CallPhase::kUnfinished: return field::kPhaseUnfinished;
        case CallPhase::kResumed: return field::kPhaseResumed;
        case CallPhase::kWhole: break;
    }
    return field::kPhaseWhole;
}

void put_endpoint(JournalEntry& entry, std::string_view name, const Endpoint& endpoint) {
    if (endpoint != Endpoint{}) entry.text(name, endpoint.to_string());
}

void put_result(JournalEntry& entry, const Call& call) {
    entry.number(field::kExitNs, call.exit_ns);
    entry.number(field::kReturned, call.returned);
    if (call.error_number != 0) entry.number(field::kErrno, call.error_number);
    if (!call.returned_text.empty()) entry.text(field::kReturnedText, call.returned_text);
    if (call.accepted != kNoSocket) entry.unsigned_number(field::kAccepted, call.accepted);
}

}  // namespace

void EntryWriter::begin(const Recording& recording, TimeNs time_ns) {
    const std::string story = story_to_json(recording.story);
    const std::string actors = actors_to_json(recording.actors);
    const std::string facts = facts_to_json(recording.facts);
    const std::string wire = wire_to_json(recording);
    std::vector<Value> values = {stow(field::kStory, as_bytes(story), time_ns),
                                 stow(field::kActors, as_bytes(actors), time_ns),
                                 stow(field::kFacts, as_bytes(facts), time_ns)};
    if (!wire.empty()) values.push_back(stow(field::kWire, as_bytes(wire), time_ns));
    const std::string_view name = recording.story.name;
    JournalEntry entry = open(time_ns, kOurselves,
                              name.empty() ? "wirestory: recording" : fmt::format("wirestory: recording of {}", name),
                              field::kRecordBegin);
    for (const Value& value : values) put(entry, value);
    entry.done();
    for (SocketId id = 0; id < recording.sockets.size(); ++id) socket(recording, id, time_ns);
}

void EntryWriter::end(const Recording& recording, TimeNs time_ns, bool with_story, bool complete) {
    std::string story;
    std::string facts;
    std::vector<Value> values;
    if (with_story) {
        story = story_to_json(recording.story);
        facts = facts_to_json(recording.facts);
        values = {stow(field::kStory, as_bytes(story), time_ns), stow(field::kFacts, as_bytes(facts), time_ns)};
    }
    JournalEntry entry = open(time_ns, kOurselves, "wirestory: end of recording", field::kRecordEnd);
    for (const Value& value : values) put(entry, value);
    if (complete) entry.number(field::kComplete, 1);
    entry.done();
}

void EntryWriter::socket(const Recording& names, SocketId socket, TimeNs time_ns) {
    if (socket >= names.sockets.size()) return;
    const SocketInfo& info = names.sockets[socket];
    const std::string_view shown = info.name.empty() ? std::string_view("its socket") : std::string_view(info.name);
    const std::string_view actor = actor_name(names, info.actor);
    JournalEntry entry =
        open(time_ns, actor, fmt::format("wirestory: {} has {} ({})", actor, shown, wirestory::to_string(info.family)),
             field::kRecordSocket);
    entry.unsigned_number(field::kSocket, socket);
    if (info.actor != kNoActor) entry.unsigned_number(field::kActor, info.actor);
    if (!info.name.empty()) entry.text(field::kName, info.name);
    entry.text(field::kFamily, wirestory::to_string(info.family));
    entry.done();
}

void EntryWriter::call(const Recording& names, const Call& call, std::uint64_t key, CallPhase phase) {
    const TimeNs time_ns = phase == CallPhase::kResumed ? call.exit_ns : call.enter_ns;
    const Value payload = stow(field::kPayload, call.payload, time_ns);
    JournalEntry entry =
        open(time_ns, actor_name(names, call.actor), message_of(names, call, phase), field::kRecordCall);
    entry.text(field::kCall, wirestory::to_string(call.kind));
    entry.text(field::kPhase, to_string(phase));
    entry.unsigned_number(field::kKey, key);
    if (call.actor != kNoActor) entry.unsigned_number(field::kActor, call.actor);
    if (call.thread != 0) entry.unsigned_number(field::kThread, call.thread);
    if (call.step != kNoStep) entry.number(field::kStep, call.step);
    if (call.socket != kNoSocket) entry.unsigned_number(field::kSocket, call.socket);
    entry.number(field::kEnterNs, call.enter_ns);
    if (call.slept) entry.number(field::kSlept, 1);
    if (!call.arguments.empty()) entry.text(field::kArguments, call.arguments);
    if (call.requested_bytes != 0) entry.number(field::kRequested, call.requested_bytes);
    if (call.returned_at_all()) put_result(entry, call);
    put_endpoint(entry, field::kLocal, call.local);
    put_endpoint(entry, field::kPeer, call.peer);
    if (!call.payload.empty()) put(entry, payload);
    entry.done();
}

void EntryWriter::samples(std::span<const Sample> samples) {
    while (!samples.empty()) {
        const auto batch = samples.first(std::min(samples.size(), kRowsPerEntry));
        rows(field::kRecordSamples, fmt::format("wirestory: {} samples", batch.size()), batch.back().time_ns,
             pack_samples(batch));
        samples = samples.subspan(batch.size());
    }
}

void EntryWriter::tx_reports(std::span<const TxReport> reports) {
    while (!reports.empty()) {
        const auto batch = reports.first(std::min(reports.size(), kRowsPerEntry));
        rows(field::kRecordTxReports, fmt::format("wirestory: {} send reports", batch.size()), batch.back().time_ns,
             pack_tx_reports(batch));
        reports = reports.subspan(batch.size());
    }
}

void EntryWriter::fates(std::span<const WireFate> fates) {
    while (!fates.empty()) {
        const auto batch = fates.first(std::min(fates.size(), kRowsPerEntry));
        rows(field::kRecordFates, fmt::format("wirestory: what became of {} packets", batch.size()),
             batch.back().entered_ns, pack_fates(batch));
        fates = fates.subspan(batch.size());
    }
}

void EntryWriter::wire_change(const WireChange& change) {
    JournalEntry entry =
        open(change.time_ns, kOurselves, fmt::format("wirestory: link {}", change.text), field::kRecordWireChange);
    entry.number(field::kTimeNs, change.time_ns);
    if (change.step != kNoStep) entry.number(field::kStep, change.step);
    entry.text(field::kText, change.text);
    entry.done();
}

void EntryWriter::rows(std::string_view record, std::string_view message, TimeNs time_ns, ByteView rows) {
    JournalEntry entry = open(time_ns, kOurselves, message, record);
    entry.binary(field::kRows, rows);
    entry.done();
}

EntryWriter::Value EntryWriter::stow(std::string_view name, ByteView bytes, TimeNs time_ns) {
    if (bytes.size() <= field::kMaxInlineBytes) return {name, bytes, 0};
    const std::uint64_t id = ++parts_written_;
    while (!bytes.empty()) {
        const ByteView part = bytes.first(std::min(bytes.size(), field::kMaxInlineBytes));
        JournalEntry entry = open(time_ns, kOurselves, "wirestory: part of a long value", field::kRecordPart);
        entry.unsigned_number(field::kPart, id);
        entry.binary(field::kData, part);
        entry.done();
        bytes = bytes.subspan(part.size());
    }
    return {name, {}, id};
}

JournalEntry EntryWriter::open(TimeNs time_ns, std::string_view host, std::string_view message,
                               std::string_view record) {
    JournalEntry entry(out_, time_ns, host, message);
    entry.unsigned_number(field::kFormat, field::kFormatVersion);
    entry.text(field::kRun, run_);
    entry.text(field::kRecord, record);
    return entry;
}

void EntryWriter::put(JournalEntry& entry, const Value& value) {
    if (value.parts != 0) {
        entry.unsigned_number(std::string(value.name) + std::string(field::kPartsSuffix), value.parts);
    } else if (value.name == field::kPayload) {
        entry.binary(value.name, value.bytes);
    } else {
        entry.text(value.name, as_text(value.bytes));
    }
}

}  // namespace wirestory

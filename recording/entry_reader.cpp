#include "recording/entry_reader.hpp"

#include <algorithm>

#include "recording/entry_fields.hpp"
#include "recording/sample_rows.hpp"
#include "recording/story_json.hpp"
#include "recording/wire_json.hpp"

namespace wirestory {

namespace {

constexpr std::size_t kMaxDamages = 64;
// How far a socket's number may run ahead of those known: its number must not decide how much memory we take.
constexpr std::size_t kMaxSocketGap = 256;

// Amounts of bytes and results beyond 2^62 come from no kernel; arithmetic on them would overflow.
std::int64_t sane_amount(std::int64_t amount) {
    constexpr std::int64_t kLimit = std::int64_t{1} << 62U;
    return std::clamp(amount, -kLimit, kLimit);
}

Endpoint parse_endpoint(std::string_view text) {
    Endpoint endpoint;
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return endpoint;
    std::string_view host = text.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const std::string_view port = text.substr(colon + 1);
    std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    endpoint.address = IpAddress::parse(host).value_or(IpAddress{});
    return endpoint;
}

std::optional<SocketFamily> family_named(std::string_view name) {
    for (auto i = static_cast<unsigned>(SocketFamily::kTcp); i <= static_cast<unsigned>(SocketFamily::kUnixDatagram);
         ++i) {
        if (to_string(static_cast<SocketFamily>(i)) == name) return static_cast<SocketFamily>(i);
    }
    return std::nullopt;
}

template <class T>
void sort_by_time(std::vector<T>& rows, TimeNs T::*time) {
    for (T& row : rows) row.*time = sane_time_ns(row.*time);
    std::stable_sort(rows.begin(), rows.end(), [time](const T& a, const T& b) { return a.*time < b.*time; });
}

}  // namespace

TimeNs sane_time_ns(TimeNs time_ns) { return std::clamp<TimeNs>(time_ns, 0, (TimeNs{1} << 62U) - 1); }

void note_damage(Recording& recording, std::uint64_t file_offset, std::string what, FileFault fault) {
    if (recording.damages.size() < kMaxDamages) recording.damages.push_back({file_offset, std::move(what), fault});
}

void EntryReader::entry(ByteView body, std::uint64_t file_offset) {
    const JournalFields fields(body);
    const std::string_view format = fields.text(field::kFormat);
    if (format.empty()) return;  // another program's
    if (fields.number<std::uint32_t>(field::kFormat) != field::kFormatVersion) {
        note_damage(
            recording_, file_offset,
            "entry of format " + std::string(format.substr(0, 16)) + ", which this version cannot read: skipped");
        return;
    }
    if (!fields.well_formed()) {
        note_damage(recording_, file_offset, "broken entry: skipped");
        return;
    }
    const std::string_view run = fields.text(field::kRun);
    if (run_.empty()) run_ = run;
    if (run != run_) {
        note_damage(recording_, file_offset, "entry of a second run in the same file: skipped");
        return;
    }
    dispatch(fields, file_offset);
}

void EntryReader::dispatch(const JournalFields& fields, std::uint64_t file_offset) {
    const std::string_view record = fields.text(field::kRecord);
    bool understood = true;
    if (record == field::kRecordCall) {
        understood = read_call(fields);
    } else if (record == field::kRecordSamples) {
        understood = unpack_samples(fields.find(field::kRows).value_or(ByteView{}), recording_.samples);
    } else if (record == field::kRecordTxReports) {
        understood = unpack_tx_reports(fields.find(field::kRows).value_or(ByteView{}), recording_.tx_reports);
    } else if (record == field::kRecordFates) {
        understood = unpack_fates(fields.find(field::kRows).value_or(ByteView{}), recording_.fates);
    } else if (record == field::kRecordWireChange) {
        understood = read_wire_change(fields);
    } else if (record == field::kRecordSocket) {
        understood = read_socket(fields);
    } else if (record == field::kRecordPart) {
        understood = read_part(fields);
    } else if (record == field::kRecordBegin || record == field::kRecordEnd) {
        read_metadata(fields);
    }  // a kind of entry that a later release added says nothing about those we know
    if (!understood) {
        note_damage(recording_, file_offset, "entry of kind " + std::string(record) + " cannot be read: skipped");
    }
}

bool EntryReader::read_call(const JournalFields& fields) {
    const auto kind = call_kind_named(fields.text(field::kCall));
    const auto enter = fields.number<TimeNs>(field::kEnterNs);
    if (!kind || !enter) return false;
    Call call;
    call.kind = *kind;
    call.enter_ns = sane_time_ns(*enter);
    call.actor = fields.number<ActorId>(field::kActor).value_or(kNoActor);
    call.thread = fields.number<std::uint16_t>(field::kThread).value_or(0);
    call.step = std::max(fields.number<std::int32_t>(field::kStep).value_or(kNoStep), kNoStep);
    call.socket = fields.number<SocketId>(field::kSocket).value_or(kNoSocket);
    call.accepted = fields.number<SocketId>(field::kAccepted).value_or(kNoSocket);
    call.slept = fields.text(field::kSlept) == "1";
    call.arguments = fields.text(field::kArguments);
    call.requested_bytes = sane_amount(fields.number<std::int64_t>(field::kRequested).value_or(0));
    call.returned = sane_amount(fields.number<std::int64_t>(field::kReturned).value_or(-1));
    call.error_number = std::max(fields.number<int>(field::kErrno).value_or(0), 0);
    call.returned_text = fields.text(field::kReturnedText);
    call.local = parse_endpoint(fields.text(field::kLocal));
    call.peer = parse_endpoint(fields.text(field::kPeer));
    call.payload = value(fields, field::kPayload);
    if (const auto exit = fields.number<TimeNs>(field::kExitNs)) {
        call.exit_ns = std::max(sane_time_ns(*exit), call.enter_ns);
    }

    const auto key = fields.number<std::uint64_t>(field::kKey);
    if (!key || fields.text(field::kPhase) == field::kPhaseWhole) {
        recording_.calls.push_back(std::move(call));
        return true;
    }
    const auto [known, is_new] = slept_calls_.try_emplace(*key, recording_.calls.size());
    if (is_new) {
        recording_.calls.push_back(std::move(call));
    } else if (call.returned_at_all()) {
        recording_.calls[known->second] = std::move(call);
    }
    return true;
}

bool EntryReader::read_socket(const JournalFields& fields) {
    const auto id = fields.number<SocketId>(field::kSocket);
    const auto family = family_named(fields.text(field::kFamily));
    if (!id || !family || *id > recording_.sockets.size() + kMaxSocketGap) return false;
    if (*id >= recording_.sockets.size()) recording_.sockets.resize(*id + std::size_t{1});
    recording_.sockets[*id] = {fields.number<ActorId>(field::kActor).value_or(kNoActor),
                               std::string(fields.text(field::kName)), *family};
    return true;
}

bool EntryReader::read_part(const JournalFields& fields) {
    const auto id = fields.number<std::uint64_t>(field::kPart);
    const auto data = fields.find(field::kData);
    if (!id || !data) return false;
    Bytes& part = parts_[*id];
    part.insert(part.end(), data->begin(), data->end());
    return true;
}

bool EntryReader::read_wire_change(const JournalFields& fields) {
    const auto time = fields.number<TimeNs>(field::kTimeNs);
    if (!time) return false;
    const auto step = fields.number<std::int32_t>(field::kStep).value_or(kNoStep);
    recording_.wire_changes.push_back({*time, std::max(step, kNoStep), std::string(fields.text(field::kText))});
    return true;
}

void EntryReader::read_metadata(const JournalFields& fields) {
    const auto json = [&](std::string_view name) { return value(fields, name); };
    if (const Bytes actors = json(field::kActors); !actors.empty()) {
        actors_from_json(as_text(actors), recording_.actors);
    }
    if (const Bytes story = json(field::kStory); !story.empty()) story_from_json(as_text(story), recording_.story);
    if (const Bytes facts = json(field::kFacts); !facts.empty()) facts_from_json(as_text(facts), recording_.facts);
    if (const Bytes wire = json(field::kWire); !wire.empty()) wire_from_json(as_text(wire), recording_);
    if (fields.text(field::kComplete) == "1") recording_.complete = true;
}

Bytes EntryReader::value(const JournalFields& fields, std::string_view name) {
    if (const auto inline_value = fields.find(name)) return {inline_value->begin(), inline_value->end()};
    const auto id = fields.number<std::uint64_t>(std::string(name) + std::string(field::kPartsSuffix));
    if (!id) return {};
    const auto node = parts_.extract(*id);
    return node.empty() ? Bytes{} : std::move(node.mapped());
}

void EntryReader::finish() {
    sort_by_time(recording_.calls, &Call::enter_ns);
    sort_by_time(recording_.samples, &Sample::time_ns);
    sort_by_time(recording_.tx_reports, &TxReport::time_ns);
    for (WireFate& fate : recording_.fates) {
        for (TimeNs* time : {&fate.sent_ns, &fate.due_ns, &fate.left_ns}) *time = sane_time_ns(*time);
    }
    sort_by_time(recording_.fates, &WireFate::entered_ns);
    sort_by_time(recording_.wire_changes, &WireChange::time_ns);
    drop_dangling();
}

void EntryReader::drop_dangling() {
    Recording& r = recording_;
    const auto fix_actor = [&](ActorId& actor) {
        if (actor >= r.actors.size()) actor = kNoActor;
    };
    const auto fix_socket = [&](SocketId& socket) {
        if (socket >= r.sockets.size()) socket = kNoSocket;
    };
    for (SocketInfo& socket : r.sockets) fix_actor(socket.actor);
    for (Call& call : r.calls) {
        fix_actor(call.actor);
        fix_socket(call.socket);
        fix_socket(call.accepted);
        if (call.step >= static_cast<std::int64_t>(r.story.steps.size())) call.step = kNoStep;
    }
    for (Tap& tap : r.taps) fix_actor(tap.actor);
    for (WireFate& fate : r.fates) {
        fix_actor(fate.from);
        fix_actor(fate.to);
        if (fate.rule >= static_cast<std::int64_t>(r.wire_rules.size())) fate.rule = -1;
    }
    for (WireChange& change : r.wire_changes) {
        if (change.step >= static_cast<std::int64_t>(r.story.steps.size())) change.step = kNoStep;
    }
    for (Sample& sample : r.samples) fix_socket(sample.socket);
    for (TxReport& report : r.tx_reports) fix_socket(report.socket);
    for (StoryStep& step : r.story.steps) fix_actor(step.actor);
    for (TourStop& stop : r.story.tour) {
        const std::size_t count = stop.event.kind == EventKind::kCall       ? r.calls.size()
                                  : stop.event.kind == EventKind::kPacket   ? r.packets.size()
                                  : stop.event.kind == EventKind::kSample   ? r.samples.size()
                                  : stop.event.kind == EventKind::kTxReport ? r.tx_reports.size()
                                                                            : 0;
        // Findings are counted by whoever analyses; here nothing can be said about them.
        if (stop.event.kind != EventKind::kFinding && stop.event.index >= count) stop.event = {};
    }
}

}  // namespace wirestory

// Fills the figures of a finding into its words (findings/words.hpp).
#include <algorithm>
#include <array>

#include <fmt/args.h>
#include <fmt/format.h>

#include "analysis/finding.hpp"
#include "analysis/findings/words.hpp"
#include "analysis/flow_table.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "recording/actor_address.hpp"

namespace wirestory::analysis {
namespace {

constexpr const char* kConcluded = tr_later("Concluded from what {receiver} read later.");
constexpr const char* kCounted = tr_later("The kernel's drop counter says so.");
constexpr const char* kCountedOfBuffer =
    tr_later("The kernel's drop counter says so; the buffer holds {buffer} with bookkeeping.");

using Rows = std::array<const FindingWords*, kFindingKindCount>;

template <class Visit>
void visit_rows(Visit visit) {
    for (const auto rows : {call_words(), connection_words(), segment_words()}) {
        for (const FindingWords& row : rows) visit(row);
    }
}

const Rows& plain_rows() {
    static const Rows rows = [] {
        Rows found{};
        visit_rows([&](const FindingWords& row) {
            if (row.cause == FindingCause::kPlain) found[static_cast<std::size_t>(row.kind)] = &row;
        });
        return found;
    }();
    return rows;
}

using Arguments = fmt::dynamic_format_arg_store<fmt::format_context>;

Arguments figures(const Finding& finding) {
    Arguments all;
    all.push_back(fmt::arg("count", finding.count));
    all.push_back(fmt::arg("s", std::string(finding.count == 1 ? "" : "s")));
    all.push_back(fmt::arg("was", std::string(finding.count == 1 ? "was" : "were")));
    all.push_back(fmt::arg("sends", finding.count == 1 ? std::string("send") : fmt::format("{} sends", finding.count)));
    const std::uint64_t bytes = finding.range.empty() ? 0 : finding.range.size();
    all.push_back(fmt::arg("n", bytes));
    all.push_back(fmt::arg("ns", std::string(bytes == 1 ? "" : "s")));
    all.push_back(fmt::arg("bytes", format_bytes(bytes)));
    all.push_back(fmt::arg("number", finding.amount));
    all.push_back(fmt::arg("amount", format_bytes(finding.amount)));
    all.push_back(fmt::arg("took", format_duration(finding.end_ns - finding.begin_ns)));
    return all;
}

std::string fill(const char* words, Language language, const Arguments& arguments) {
    return fmt::vformat(tr_in(language, words), arguments);
}

std::string actor_name(const Recording& recording, ActorId actor) {
    return actor < recording.actors.size() ? recording.actors[actor].name : std::string();
}

std::string name_at(const Recording& recording, const Endpoint& endpoint) {
    const ActorId actor = actor_at(recording.actors, endpoint.address);
    if (actor != kNoActor) return actor_name(recording, actor);
    return endpoint.port == 0 ? endpoint.address.to_string() : endpoint.to_string();
}

// Both parties, by the first packet among the finding's events; the actor where it names none.
struct Parties {
    std::string sender;    // of that packet
    std::string receiver;  // of that packet
};
Parties parties(const Recording& recording, const Finding& finding) {
    for (const EventRef& event : finding.events) {
        if (event.kind != EventKind::kPacket || event.index >= recording.packets.size()) continue;
        const capture::DecodedPacket packet = decode_packet(recording, event.index);
        return {name_at(recording, packet.source_endpoint()), name_at(recording, packet.destination_endpoint())};
    }
    const std::string name = actor_name(recording, finding.actor);
    return {name, name};
}

// SO_RCVBUF of the receiver as the kernel gave it with the drop counter; 0 when it was not sampled.
std::uint32_t receive_buffer_bytes(const Recording& recording, const Finding& finding) {
    for (const EventRef& event : finding.events) {
        if (event.kind == EventKind::kSample && event.index < recording.samples.size()) {
            return recording.samples[event.index].memory.rcvbuf_bytes;
        }
    }
    return 0;
}

// How a dropped datagram is known.
std::string how_known(const Recording& recording, const Finding& finding, Language language, Arguments& arguments) {
    if (finding.evidence != Evidence::kMeasured) return fill(kConcluded, language, arguments);
    const std::uint32_t buffer = receive_buffer_bytes(recording, finding);
    if (buffer == 0) return fill(kCounted, language, arguments);
    arguments.push_back(fmt::arg("buffer", format_bytes(buffer)));
    return fill(kCountedOfBuffer, language, arguments);
}

}  // namespace

const FindingWords& words_of(FindingKind kind, FindingCause cause) {
    const FindingWords* found = plain_rows()[static_cast<std::size_t>(kind)];
    if (cause == FindingCause::kPlain) return *found;
    visit_rows([&](const FindingWords& row) {
        if (row.kind == kind && row.cause == cause) found = &row;
    });
    return *found;
}

std::string_view to_string(FindingKind kind) { return words_of(kind, FindingCause::kPlain).id; }

std::optional<FindingKind> finding_kind_named(std::string_view name) {
    for (const FindingWords* row : plain_rows()) {
        if (row->id == name) return row->kind;
    }
    return std::nullopt;
}

std::string describe(const Recording& recording, const Finding& finding, Language language) {
    const Parties packet = parties(recording, finding);
    std::string actor = actor_name(recording, finding.actor);
    if (actor.empty()) actor = packet.sender;
    Arguments arguments = figures(finding);
    arguments.push_back(fmt::arg("actor", actor));
    arguments.push_back(fmt::arg("sender", packet.sender));
    arguments.push_back(fmt::arg("receiver", packet.receiver));
    std::string said = fill(words_of(finding.kind, finding.cause).sentence, language, arguments);
    if (finding.kind != FindingKind::kDatagramDroppedInReceiveBuffer) return said;
    if (language == Language::kEnglish) said += " ";
    return said + how_known(recording, finding, language, arguments);
}

const char* name_of(FindingKind kind, Language language) {
    return tr_in(language, words_of(kind, FindingCause::kPlain).name);
}

std::string note_of(const Finding& finding, Language language) {
    return fill(words_of(finding.kind, finding.cause).note, language, figures(finding));
}

std::string short_note_of(const Finding& finding, Language language) {
    return fill(words_of(finding.kind, finding.cause).brief, language, figures(finding));
}

}  // namespace wirestory::analysis

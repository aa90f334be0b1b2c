// Findings: something worth knowing at a place in time, with its cause and the events it rests on. They carry figures,
// not sentences; describe() makes the sentence, so that every language and every output says the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/flow.hpp"
#include "analysis/ledger.hpp"
#include "base/locale.hpp"
#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory::analysis {

enum class FindingKind : std::uint8_t {
    kNagleHold,       // unsent bytes wait although the window has room: RFC 9293 3.7.4
    kDelayedAck,      // an ACK came later than the data it acknowledges could have been: RFC 9293 3.8.6.3
    kCoalescedWrite,  // one segment carries bytes of several sends
    kStickyRead,      // one recv took bytes of several messages
    kHalfClose,       // one end has sent FIN, the other goes on sending
    kDatagramDroppedInReceiveBuffer,
};
constexpr std::size_t kFindingKindCount = 6;

std::string_view to_string(FindingKind kind);  // "nagle-hold"
std::optional<FindingKind> finding_kind_named(std::string_view name);

struct Finding {
    FindingKind kind = FindingKind::kNagleHold;
    FlowId flow = kNoFlow;
    Side from = Side::kInitiator;  // whose bytes it is about
    ActorId actor = kNoActor;      // who caused it
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    ByteRange range;          // of the stream `from` sends; empty when it is about no bytes
    std::uint32_t count = 0;  // sends coalesced, messages read, datagrams dropped ...
    Evidence evidence = Evidence::kDerived;
    std::vector<EventRef> events;  // what it rests on; the first is where it is shown
};

// One or two plain sentences: what happened, the cause, the figures. The language is the caller's choice, for a window
// switches it without a locale.
std::string describe(const Recording& recording, const Finding& finding, Language language = Language::kEnglish);
// Every character that describe() may use in this language apart from the recording's own: what a font must have.
std::string describing_characters(Language language);

}  // namespace wirestory::analysis

// Findings: something worth knowing at a place in time, with its cause and the events it rests on. They carry figures,
// not sentences; describe() makes the sentence, so that every language and every output says the same. Each kind, how
// it is concluded and from which source, stands in docs/findings.md.
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
    // Calls against segments.
    kNagleHold,       // unsent bytes wait although the window has room: RFC 9293 3.7.4
    kDelayedAck,      // an ACK came later than the data it acknowledges could have been: RFC 9293 3.8.6.3
    kCoalescedWrite,  // one segment carries bytes of several sends
    kStickyRead,      // one recv took bytes of several messages
    kHalfClose,       // one end has sent FIN, the other goes on sending
    kDatagramDroppedInReceiveBuffer,
    kCorkHold,     // unsent bytes wait because the program said so: TCP_CORK, MSG_MORE
    kSplitWrite,   // one send left in several segments
    kPartialRead,  // one recv took a part of what one send wrote
    kBlockedSend,  // a send slept
    kShortWrite,   // a send that does not block took less than it was given
    // Segments sent again, and what tells of loss.
    kRetransmission,
    kFastRetransmission,
    kSpuriousRetransmission,
    kTailLossProbe,
    kRetransmissionTimeout,
    kSynRetry,
    kOutOfOrder,
    kDuplicateAck,
    kLostSegment,
    kOverlapConflict,  // the same place of the stream, other bytes
    // Flow control and probes.
    kZeroWindow,
    kWindowFull,
    kWindowUpdate,
    kKeepAlive,
    kZeroWindowProbe,
    kPortReuse,
    // How connections begin and end.
    kConnectionRefused,
    kResetUnreadData,
    kResetLingerZero,
    kResetDataAfterClose,
    kResetUnknownConnection,
    kReset,  // for a reason that nothing recorded tells
    kSimultaneousOpen,
    kSimultaneousClose,
    kSynDropped,
    kConnectTimeout,
    // Datagrams.
    kDatagramLostOnWire,
    kDatagramTruncated,
    kFragmented,
    kIcmpUnreachable,
};
constexpr std::size_t kFindingKindCount = 41;

// Where one kind has several causes, which one; kPlain elsewhere.
enum class FindingCause : std::uint8_t {
    kPlain,
    kFin,              // delayed-ack: of a FIN, not of data
    kNobodyUncorked,   // cork-hold: ended by the kernel's patience
    kPeerWindow,       // blocked-send: the peer does not read
    kNothingTaken,     // short-write: EAGAIN
    kRestUnread,       // partial-read: the rest of the message was never read
    kLostOnWire,       // syn-retry, retransmission: the wire lost the first copy, and says so
    kAcceptQueueFull,  // syn-retry: see syn-dropped
    kHostOrNetwork,    // icmp-unreachable: not the port
    kTooBig,           // icmp-unreachable: fragmentation needed, packet too big
};

std::string_view to_string(FindingKind kind);  // "nagle-hold"
std::optional<FindingKind> finding_kind_named(std::string_view name);

struct Finding {
    FindingKind kind = FindingKind::kNagleHold;
    FindingCause cause = FindingCause::kPlain;
    FlowId flow = kNoFlow;
    Side from = Side::kInitiator;  // whose bytes it is about
    ActorId actor = kNoActor;      // who caused it
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    ByteRange range;           // of the stream `from` sends; empty when it is about no bytes
    std::uint32_t count = 0;   // sends coalesced, messages read, datagrams dropped, segments sent again ...
    std::uint64_t amount = 0;  // a second figure: what was asked for, where `range` is what was done
    Evidence evidence = Evidence::kDerived;
    std::vector<EventRef> events;  // what it rests on; the first is where it is shown
};

// One or two plain sentences: what happened, the cause, the figures. The language is the caller's choice, for a window
// switches it without a locale.
std::string describe(const Recording& recording, const Finding& finding, Language language = Language::kEnglish);
// "Nagle hold": a heading.
const char* name_of(FindingKind kind, Language language);
// A few words for a lane ("Nagle holds 6 bytes for 40 ms"), and fewer ("held 40 ms").
std::string note_of(const Finding& finding, Language language);
std::string short_note_of(const Finding& finding, Language language);

}  // namespace wirestory::analysis

// The names of our own fields in journal entries (docs/recording.md, "Entries"). They are the file format: names are
// never given another meaning; new ones may be added, and readers skip those they do not know.
#pragma once

#include <cstdint>
#include <string_view>

namespace wirestory::field {

constexpr std::uint32_t kFormatVersion = 1;
// editcap refuses entries above 256 KiB and tcpdump blocks above 16 MiB, so longer values stand in entries of their
// own.
constexpr std::size_t kMaxInlineBytes = 128U << 10U;

constexpr std::string_view kFormat = "WIRESTORY_FORMAT";
constexpr std::string_view kRun = "WIRESTORY_RUN";
constexpr std::string_view kRecord = "WIRESTORY_RECORD";

constexpr std::string_view kActors = "WIRESTORY_ACTORS";
constexpr std::string_view kStory = "WIRESTORY_STORY";
constexpr std::string_view kFacts = "WIRESTORY_FACTS";
constexpr std::string_view kComplete = "WIRESTORY_COMPLETE";
constexpr std::string_view kWire = "WIRESTORY_WIRE";

constexpr std::string_view kSocket = "WIRESTORY_SOCKET";
constexpr std::string_view kActor = "WIRESTORY_ACTOR";
constexpr std::string_view kName = "WIRESTORY_NAME";
constexpr std::string_view kFamily = "WIRESTORY_FAMILY";

constexpr std::string_view kCall = "WIRESTORY_CALL";
constexpr std::string_view kPhase = "WIRESTORY_PHASE";
constexpr std::string_view kKey = "WIRESTORY_KEY";
constexpr std::string_view kThread = "WIRESTORY_THREAD";
constexpr std::string_view kStep = "WIRESTORY_STEP";
constexpr std::string_view kAccepted = "WIRESTORY_ACCEPTED";
constexpr std::string_view kEnterNs = "WIRESTORY_ENTER_NS";
constexpr std::string_view kExitNs = "WIRESTORY_EXIT_NS";
constexpr std::string_view kSlept = "WIRESTORY_SLEPT";
constexpr std::string_view kArguments = "WIRESTORY_ARGUMENTS";
constexpr std::string_view kRequested = "WIRESTORY_REQUESTED_BYTES";
constexpr std::string_view kReturned = "WIRESTORY_RETURNED";
constexpr std::string_view kErrno = "WIRESTORY_ERRNO";
constexpr std::string_view kPayload = "WIRESTORY_PAYLOAD";
constexpr std::string_view kReturnedText = "WIRESTORY_RETURNED_TEXT";
constexpr std::string_view kLocal = "WIRESTORY_LOCAL";
constexpr std::string_view kPeer = "WIRESTORY_PEER";

constexpr std::string_view kTimeNs = "WIRESTORY_TIME_NS";
constexpr std::string_view kText = "WIRESTORY_TEXT";

constexpr std::string_view kRows = "WIRESTORY_ROWS";

// A long value: its name with this behind it holds the number under which its parts came, in order, just before.
constexpr std::string_view kPartsSuffix = "_PARTS";
constexpr std::string_view kPart = "WIRESTORY_PART";
constexpr std::string_view kData = "WIRESTORY_DATA";

// Values of kRecord.
constexpr std::string_view kRecordBegin = "begin";
constexpr std::string_view kRecordEnd = "end";
constexpr std::string_view kRecordSocket = "socket";
constexpr std::string_view kRecordCall = "call";
constexpr std::string_view kRecordSamples = "samples";
constexpr std::string_view kRecordTxReports = "tx-reports";
constexpr std::string_view kRecordFates = "wire-fates";
constexpr std::string_view kRecordWireChange = "wire-change";
constexpr std::string_view kRecordPart = "part";

// Values of kPhase.
constexpr std::string_view kPhaseWhole = "whole";
constexpr std::string_view kPhaseUnfinished = "unfinished";
constexpr std::string_view kPhaseResumed = "resumed";

}  // namespace wirestory::field

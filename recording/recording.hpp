// A recording in memory: what a .pcapng file of ours holds, or what any capture file holds (then without calls).
// Immutable once loaded, so any thread may read it. calls, samples and tx_reports are sorted by time after load.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "recording/call.hpp"
#include "recording/packet_table.hpp"
#include "recording/sample.hpp"
#include "recording/story.hpp"
#include "recording/wire_fate.hpp"

namespace wirestory {

enum class SocketFamily : std::uint8_t { kTcp, kUdp, kTcp6, kUdp6, kUnixStream, kUnixDatagram };
std::string_view to_string(SocketFamily family);  // "tcp", "udp6", "unix-stream"

struct Actor {
    std::string name;
    IpAddress address;
};

struct SocketInfo {
    ActorId actor = kNoActor;
    std::string name;  // as the story names it; empty for the actor's only, unnamed one
    SocketFamily family = SocketFamily::kTcp;
};

struct Tap {
    std::string name;              // "lo", "eth0"
    std::uint32_t link_type = 1;   // LINKTYPE_*; 1 is Ethernet
    std::uint32_t snap_bytes = 0;  // 0: no limit
    std::uint64_t received = 0;    // from the Interface Statistics Block
    std::uint64_t dropped = 0;     // lost by the kernel before the tap could take them
    bool has_statistics = false;
    ActorId actor = kNoActor;  // whose device, on a wire; kNoActor: not one host's
};

enum class FileFault : std::uint8_t {
    kNone,
    kTruncated,      // the file ends inside a packet or a block
    kCorrupt,        // a length or a field that contradicts itself
    kUnsupported,    // a format, version or link type that is known to exist, and not read here
    kUnknownFormat,  // no capture file
    kNoInterface,    // a packet of an interface that was never described
    kOther,
};
std::string_view to_string(FileFault fault);  // "truncated", "unknown_format"

// Where and why something of the file could not be read.
struct Damage {
    std::uint64_t file_offset = 0;  // in what a compressed file unpacks to
    std::string what;
    FileFault fault = FileFault::kNone;  // kNone: worth knowing, but no packet is missing for it
};

// Blocks of a pcapng file that hold nothing we use; passed over.
struct PassedBlocks {
    std::uint32_t type = 0;
    std::uint64_t count = 0;
};

// How the run was made: kernel, sandbox, pinned settings; key and value as shown to people.
struct RunFact {
    std::string name;
    std::string value;
};

struct Recording {
    std::string path;
    std::string file_format;  // "pcap" or "pcapng", of what a compressed file unpacks to; empty: of no file
    std::vector<Tap> taps;
    PacketTable packets;
    std::vector<Actor> actors;
    std::vector<SocketInfo> sockets;
    std::vector<Call> calls;
    std::vector<Sample> samples;
    std::vector<TxReport> tx_reports;
    std::vector<WireFate> fates;           // by entered_ns
    std::vector<WireChange> wire_changes;  // by time_ns
    std::vector<std::string> wire_rules;   // "drop client > server: PSH ACK #2"
    std::vector<RunFact> facts;
    Story story;
    bool complete = false;  // the run ended and said so; false for cut files and foreign captures
    std::vector<Damage> damages;
    std::vector<PassedBlocks> passed_blocks;  // by type, in the order of their first one

    // Why not all of the file could be read; kNone when it could.
    [[nodiscard]] FileFault fault() const;
    [[nodiscard]] TimeNs first_time_ns() const;  // earliest packet or call; 0 when empty
    [[nodiscard]] TimeNs last_time_ns() const;
};

// `send("hello") = 5`, `conn.recv(1024) = -1 EAGAIN`, `accept() <unfinished ...>`; without the actor.
std::string format_call(const Recording& recording, const Call& call);
// The name of an errno as the story spells it: "ECONNREFUSED"; "errno 999" when the C library has none.
std::string errno_name(int error_number);

}  // namespace wirestory

// Short texts of an analysis, so that a test compares one line with one line.
#pragma once

#include <string>

#include "analysis/analysis.hpp"
#include "tests/support/recording_builder.hpp"

namespace wirestory::test {

// "SYN_SENT ESTABLISHED ..."
std::string states_text(const analysis::Analysis& analysis, analysis::FlowId flow, analysis::Side side);
// "nagle-hold delayed-ack", by time
std::string findings_text(const Recording& recording, const analysis::Analysis& analysis);
// "microseconds:acknowledged/sent/written ..."
std::string send_steps_text(const analysis::StreamLedger& ledger);
// "microseconds:read/arrived ..."
std::string receive_steps_text(const analysis::StreamLedger& ledger);
// "read dropped unread refused unknown"
std::string fates_text(const analysis::Analysis& analysis);
std::string disagreements_text(const Recording& recording, const analysis::Analysis& analysis);

// The one finding of this kind; throws when there is none or more.
const analysis::Finding& find_one(const analysis::Analysis& analysis, analysis::FindingKind kind);
std::size_t count_of(const analysis::Analysis& analysis, analysis::FindingKind kind);
// Index of the nth call of this kind, from 0.
std::uint32_t call_index(const Recording& recording, CallKind kind, std::size_t nth);

// Checks what must hold at every step of every ledger; returns the first breach as text, empty when there is none.
std::string broken_invariant(const analysis::Analysis& analysis);

// A client and a server with an accepted connection (handshake at 100 us), as most tests need it. Sockets: 0 listener,
// 1 client, 2 accepted.
struct Pair {
    RecordingBuilder builder;
    Endpoint client_endpoint = endpoint("127.0.0.3", 40001);
    Endpoint server_endpoint = endpoint("127.0.0.2", 9000);
    TcpLink link{builder, client_endpoint, server_endpoint};
    SocketId listener = 0;
    SocketId client = 0;
    SocketId conn = 0;

    Pair();
};

// A connection without calls: what a foreign capture has. 10.0.0.1 initiates.
struct CaptureOfPair {
    RecordingBuilder builder;
    Endpoint client = endpoint("10.0.0.1", 40001);
    Endpoint server = endpoint("10.0.0.2", 80);
    TcpLink link{builder, client, server};
};

}  // namespace wirestory::test

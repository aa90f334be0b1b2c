// One-line texts of events, for tables, tool tips and search: pure functions of recording and analysis.
#pragma once

#include <string>

#include "analysis/analysis.hpp"
#include "capture/wire/packet.hpp"
#include "recording/recording.hpp"

namespace wirestory::viz {

// "client" where the recording names an actor at this address and it is unambiguous, else "127.0.0.2".
std::string party_name(const Recording& recording, const Endpoint& endpoint);
std::string actor_name(const Recording& recording, ActorId actor);
const char* transport_name(capture::Transport transport);
capture::DecodedPacket decode_packet(const Recording& recording, std::uint32_t packet);
// "PSH ACK  seq 1  ack 1  len 5  "hello"": sequence numbers relative to the stream's first byte.
std::string packet_info(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet);
// "client: send("hello") = 5", "client > server: PSH ACK ...".
// Findings are told in `language`; calls and packets read the same in every one.
std::string event_text(const Recording& recording, const analysis::Analysis& analysis, EventRef event,
                       Language language = Language::kEnglish);
// Without the numbers: for narrow lists.
std::string short_event_text(const Recording& recording, const analysis::Analysis& analysis, EventRef event);
// "client > server" of a stream.
std::string stream_name(const Recording& recording, const analysis::Analysis& analysis, analysis::StreamId stream);
// "41.234 ms" since the recording's first event; always milliseconds, so that columns compare.
std::string since_start(const Recording& recording, TimeNs time);
// The content of a stream as the calls wrote it (or, without calls, as packets carried it) between two offsets.
// Bytes nobody recorded are left out; at most `limit` bytes.
Bytes stream_bytes(const Recording& recording, const analysis::Analysis& analysis, analysis::StreamId stream,
                   std::size_t limit);

}  // namespace wirestory::viz

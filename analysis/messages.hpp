// name_messages(): cuts what a stream's calls wrote into the application's messages. With framing in the story they are
// what the framing says, whatever sends they were written by; without, what one step of the story wrote (a send, or all
// sends of one sendall), and in a recording without story what one send wrote. Pure; knows no packets.
#pragma once

#include "analysis/ledger.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

// Fills ledger.messages from ledger.written. A rest that is no whole message is one of its own.
void name_messages(const Recording& recording, StreamLedger& ledger);

}  // namespace wirestory::analysis

// A packet in one line, as packet lists and exports write it: who, to whom, what, in Wireshark's words.
#pragma once

#include <string>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"

namespace wirestory::cli {

struct PacketLine {
    std::string source;  // actor's name, or address
    std::string destination;
    std::string protocol;  // "TCP", "UDP", "ICMP", "ARP", "0x88cc"
    std::string info;      // "40001→9000 [SYN,ACK] Seq=0 Ack=1 Len=0 Win=65535 MSS=1460"
};

PacketLine packet_line(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet);

// "retransmission", "duplicate ack"; empty when the analysis has nothing to say of the segment.
std::string analysis_words(const analysis::Analysis& analysis, std::uint32_t packet);

}  // namespace wirestory::cli

// The words of the latency ledger's parts; the Chinese stands in po/zh_CN.po.
#include <array>

#include "analysis/latency.hpp"
#include "base/messages.hpp"

namespace wirestory::analysis {
namespace {

struct PartWords {
    std::string_view id;
    const char* name;
    const char* why;
};

constexpr std::array<PartWords, kLatencyPartCount> kWords{{
    {"sender-busy", tr_later("sender not done"),
     tr_later("The sending program had not written the whole message yet.")},
    {"send-buffer-full", tr_later("send buffer full"),
     tr_later("send slept until its bytes found room in the send buffer.")},
    {"sending", tr_later("sending"), tr_later("The kernel at work: inside send, or between release and departure.")},
    {"cork", tr_later("held by the cork"), tr_later("TCP_CORK or MSG_MORE kept the bytes in the send buffer.")},
    {"nagle", tr_later("Nagle"), tr_later("Nagle's algorithm waited for an ACK: the way to the peer and back.")},
    {"delayed-ack", tr_later("delayed ACK"),
     tr_later("Nagle's algorithm waited for an ACK, and the peer held that ACK back.")},
    {"receive-window", tr_later("peer's window full"),
     tr_later("The peer's receive window had no room for the next segment.")},
    {"congestion-window", tr_later("congestion window full"),
     tr_later("As many segments were in flight as the congestion window allows.")},
    {"wire-queue", tr_later("queue of the wire"),
     tr_later("In the queue of the wire, until its last bit had left it.")},
    {"wire-delay", tr_later("way through the wire"), tr_later("On the way through the wire.")},
    {"loss", tr_later("loss and recovery"),
     tr_later("Lost or out of order: until it, and all bytes before it, had arrived after all.")},
    {"not-reading", tr_later("nobody called recv"),
     tr_later("In the receive buffer: the program had not called recv.")},
    {"receiver-busy", tr_later("reader in other calls"),
     tr_later("In the receive buffer: the reading thread was inside another call.")},
    {"waits-for-more", tr_later("recv waits for more"),
     tr_later("recv had been told to wait for more bytes (MSG_WAITALL).")},
    {"wake-up", tr_later("wake-up of the reader"),
     tr_later("The reader slept in recv: waking it up and copying the bytes.")},
    {"reading", tr_later("inside recv"), tr_later("Inside recv, which found the bytes there.")},
    {"unexplained", tr_later("unexplained"), tr_later("Nothing recorded explains this part.")},
}};

const PartWords& words(LatencyPart part) { return kWords.at(static_cast<std::size_t>(part)); }

}  // namespace

std::string_view to_string(LatencyPart part) { return words(part).id; }

const char* name_of(LatencyPart part, Language language) { return tr_in(language, words(part).name); }

const char* explain(LatencyPart part, Language language) { return tr_in(language, words(part).why); }

}  // namespace wirestory::analysis

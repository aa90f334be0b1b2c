// EventIndex: from a call or packet to the bytes it moved and the message they belong to, and the words all layouts use
// for them. Built once a recording, O(n log n); every question after that is O(log n). Refers to the recording and the
// analysis it was built of, which must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

class EventIndex {
public:
    struct Bytes {
        analysis::StreamId stream;
        analysis::ByteRange range;
        std::uint32_t datagram = analysis::kNoIndex;
    };
    struct Part {  // one message's share of what an event moved
        std::int16_t message = -1;
        std::uint64_t bytes = 0;
    };

    EventIndex(const Recording& recording, const analysis::Analysis& analysis);

    [[nodiscard]] Bytes bytes_of(EventRef event) const;
    // In the order of the bytes; at most `limit` of them. Empty when the event moved none.
    [[nodiscard]] std::vector<Part> parts_of(EventRef event, std::size_t limit = 16) const;
    [[nodiscard]] std::int16_t first_message(EventRef event) const;
    [[nodiscard]] const analysis::Datagram* datagram_of(EventRef event) const;
    [[nodiscard]] bool is_retransmission(std::uint32_t packet) const;

    [[nodiscard]] const Recording& recording() const { return *recording_; }
    [[nodiscard]] const analysis::Analysis& analysis() const { return *analysis_; }

private:
    const Recording* recording_;
    const analysis::Analysis* analysis_;
    std::vector<Bytes> by_call_;
    std::vector<std::uint32_t> datagram_by_packet_;  // empty without datagrams
};

// What is said of one packet, from most to least detail; the first that fits is shown.
struct PacketWords {
    std::string flags;    // "PSH ACK", "UDP", "ICMP"
    std::string numbers;  // "seq 6 ack 1"
    std::string extras;   // "win 65536 mss 65495": for wide pictures
    std::uint32_t payload_bytes = 0;
    ByteView payload;  // what of it was captured
};
PacketWords packet_words(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet);

std::int16_t message_colour(std::uint32_t number);  // of message or datagram `number`, which counts from 1
// Few words beside the place itself: "held 40.1 ms: 6 bytes wait for an ACK". describe() says it in full.
std::string finding_note(const analysis::Finding& finding, Language language = Language::kEnglish);
// Where there is no room for that.
std::string short_finding_note(const analysis::Finding& finding, Language language);

// All events that carry the same bytes as what is selected, sorted; empty when nothing is.
std::vector<EventRef> selected_events(const Recording& recording, const analysis::Analysis& analysis,
                                      const ViewState& view);

}  // namespace wirestory::viz

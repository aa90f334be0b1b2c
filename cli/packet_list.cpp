#include "cli/packet_list.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/packet_line.hpp"

namespace wirestory::cli {

namespace {

constexpr std::uint32_t kFirstPackets = 100;  // a screen of them is written at once
constexpr std::size_t kRowsAtOnce = 4096;
constexpr int kLeastAddress = 9;  // what is left of an address in a narrow terminal
constexpr int kLeastInfo = 16;

// In tshark's order with short titles, so that 80 columns have room for the last.
std::vector<TextTable::Column> columns(const std::string& time_title) {
    return {
        {"No.", true, 0},    {time_title, true, 0}, {"Source", false, kLeastAddress}, {"Dest", false, kLeastAddress},
        {"Proto", false, 0}, {"Len", true, 0},      {"Info", false, kLeastInfo}};
}

}  // namespace

PacketList::PacketList(const Recording& recording, const analysis::Filter& filter, TimeStyle time, int width,
                       bool unicode)
    : filter_(filter), time_(recording, time), table_(columns(time_.title()), width, unicode) {}

bool PacketList::write(const Recording& recording, const analysis::Analysis& analysis) {
    analysis::FilterMatcher matcher(filter_, recording, analysis);
    const auto end = static_cast<std::uint32_t>(recording.packets.size());
    for (; next_ < end; ++next_) {
        if (next_ == kFirstPackets && end >= kPacketsListedByTime && !flush()) return false;
        // On a wire each packet is listed once, where it left.
        if (!analysis.sightings.is_logical(next_) || !matcher.packet(next_)) continue;
        const PacketLine line = packet_line(recording, analysis, next_);
        table_.add({fmt::format("{}", recording.packets.number(next_)), time_(recording.packets.time_ns(next_)),
                    line.source, line.destination, line.protocol,
                    fmt::format("{}", recording.packets.original_bytes(next_)), line.info});
        if (table_.rows_waiting() >= kRowsAtOnce && !write_out(table_.take_lines())) return false;
    }
    return true;
}

bool PacketList::flush() { return write_out(table_.take_lines()) && std::fflush(stdout) == 0; }

}  // namespace wirestory::cli

#include "cli/packet_list.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/packet_line.hpp"

namespace wirestory::cli {

namespace {

constexpr std::uint32_t kFirstPackets = 100;
constexpr std::size_t kLarge = 100'000;  // packets; fewer are analysed before anybody can read a line
constexpr std::size_t kRowsAtOnce = 4096;
constexpr int kLeastAddress = 9;  // what is left of an address in a narrow terminal
constexpr int kLeastInfo = 16;

// In tshark's order with short titles, so that 80 columns have room for the last.
std::vector<TextTable::Column> columns(const std::string& time_title) {
    return {
        {"No.", true, 0},    {time_title, true, 0}, {"Source", false, kLeastAddress}, {"Dest", false, kLeastAddress},
        {"Proto", false, 0}, {"Len", true, 0},      {"Info", false, kLeastInfo}};
}

// A capture of the first packets; they are copied.
Recording beginning_of(const Recording& recording, std::uint32_t count) {
    Recording part;
    part.path = recording.path;
    part.taps = recording.taps;
    part.actors = recording.actors;
    for (std::uint32_t i = 0; i < count; ++i) part.packets.append_copy(recording.packets.record(i));
    return part;
}

}  // namespace

PacketList::PacketList(const Recording& recording, const analysis::Filter& filter, TimeStyle time, int width,
                       bool unicode)
    : recording_(recording), filter_(filter), time_(recording, time), table_(columns(time_.title()), width, unicode) {}

bool PacketList::write_first() {
    if (recording_.packets.size() < kLarge || !recording_.calls.empty()) return true;
    const Recording part = beginning_of(recording_, kFirstPackets);
    return write(part, analysis::analyse(part), kFirstPackets);
}

bool PacketList::write_all(const analysis::Analysis& analysis) {
    return write(recording_, analysis, static_cast<std::uint32_t>(recording_.packets.size()));
}

bool PacketList::write(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t end) {
    analysis::FilterMatcher matcher(filter_, recording, analysis);
    for (; next_ < end; ++next_) {
        // On a wire each packet is listed once, where it left.
        if (!analysis.sightings.is_logical(next_) || !matcher.packet(next_)) continue;
        const PacketLine line = packet_line(recording, analysis, next_);
        table_.add({fmt::format("{}", recording_.packets.number(next_)), time_(recording_.packets.time_ns(next_)),
                    line.source, line.destination, line.protocol,
                    fmt::format("{}", recording_.packets.original_bytes(next_)), line.info});
        if (table_.rows_waiting() >= kRowsAtOnce && !write_out(table_.take_lines())) return false;
    }
    return write_out(table_.take_lines()) && std::fflush(stdout) == 0;
}

}  // namespace wirestory::cli

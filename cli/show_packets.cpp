// One line a packet, in tshark's columns with short titles, so that 80 columns have room for the last. Lines are
// written in pieces, so that the first ones stand there at once.
#include <fmt/format.h>

#include "cli/packet_line.hpp"
#include "cli/show_views.hpp"
#include "cli/text_table.hpp"

namespace wirestory::cli {

namespace {

constexpr std::size_t kFirstPiece = 64;
constexpr std::size_t kLaterPieces = 4096;
constexpr int kLeastAddress = 9;  // what is left of an address in a narrow terminal
constexpr int kLeastInfo = 16;

}  // namespace

bool show_packets(const ShowContext& context) {
    TimeWriter time(context.recording, context.time);
    TextTable table({{"No.", true, 0},
                     {time.title(), true, 0},
                     {"Source", false, kLeastAddress},
                     {"Dest", false, kLeastAddress},
                     {"Proto", false, 0},
                     {"Len", true, 0},
                     {"Info", false, kLeastInfo}},
                    context.width);
    const auto count = static_cast<std::uint32_t>(context.recording.packets.size());
    std::size_t piece = kFirstPiece;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!context.analysis.sightings.is_logical(i) || !context.matcher.packet(i)) continue;
        const PacketLine line = packet_line(context.recording, context.analysis, i);
        table.add({fmt::format("{}", i + 1), time(context.recording.packets.time_ns(i)), line.source, line.destination,
                   line.protocol, fmt::format("{}", context.recording.packets.original_bytes(i)), line.info});
        if (table.rows_waiting() < piece) continue;
        if (!write_out(table.take_lines()) || std::fflush(stdout) != 0) return false;
        piece = kLaterPieces;
    }
    return write_out(table.take_lines());
}

}  // namespace wirestory::cli

// `wirestory show --packets`: one line a packet, in tshark's columns, written in pieces. The first lines of a large
// capture need not wait for the rest of it: what the analysis says of a packet rests on the packets before only.
#pragma once

#include "cli/show_views.hpp"
#include "cli/text_table.hpp"

namespace wirestory::cli {

// Captures of more packets are listed in the order of the file, as it is read; smaller ones in the order of time.
constexpr std::uint32_t kPacketsListedByTime = 100'000;

class PacketList {
public:
    PacketList(const Recording& recording, const analysis::Filter& filter, TimeStyle time, int width, bool unicode);

    // Lines from where the last call ended to the last packet of `recording`: the whole, or (first) a beginning of it.
    // False when nobody reads any more.
    bool write(const Recording& recording, const analysis::Analysis& analysis);
    // What was written so far must be seen now.
    bool flush();

private:
    const analysis::Filter& filter_;
    TimeWriter time_;
    TextTable table_;
    std::uint32_t next_ = 0;
};

}  // namespace wirestory::cli

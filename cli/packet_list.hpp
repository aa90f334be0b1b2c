// `wirestory show --packets`: one line a packet, in tshark's columns, written in pieces. The first lines of a large
// capture need not wait for the analysis of all of it: what it says of a packet rests on the packets before only.
#pragma once

#include "cli/show_views.hpp"
#include "cli/text_table.hpp"

namespace wirestory::cli {

class PacketList {
public:
    PacketList(const Recording& recording, const analysis::Filter& filter, TimeStyle time, int width, bool unicode);

    // The first lines, by an analysis of their packets alone; does nothing where the whole one takes no time. False
    // when nobody reads any more.
    bool write_first();
    // The rest.
    bool write_all(const analysis::Analysis& analysis);

private:
    bool write(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t end);

    const Recording& recording_;
    const analysis::Filter& filter_;
    TimeWriter time_;
    TextTable table_;
    std::uint32_t next_ = 0;
};

}  // namespace wirestory::cli

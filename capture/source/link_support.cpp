#include "capture/source/link_support.hpp"

#include <algorithm>
#include <iterator>

namespace wirestory::capture {

namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Found by asking tshark 4.0.17 to open a file of each number; 205, 206 and 219 are ours.
constexpr Range kSupported[] = {{0, 3},     {6, 14},    {16, 16},   {18, 19},   {32, 32},   {50, 51},   {99, 101},
                                {104, 109}, {112, 114}, {117, 119}, {121, 123}, {127, 131}, {133, 133}, {135, 144},
                                {147, 163}, {165, 165}, {167, 167}, {169, 173}, {177, 181}, {183, 184}, {186, 190},
                                {192, 192}, {195, 197}, {199, 206}, {209, 215}, {219, 220}, {224, 231}, {235, 237},
                                {239, 243}, {245, 245}, {248, 256}, {258, 260}, {264, 264}, {266, 266}, {268, 268},
                                {270, 276}, {279, 280}, {283, 283}, {287, 288}, {290, 290}, {292, 295}};

constexpr std::uint32_t kMaxPacketBytes = 262'144;  // libpcap's MAXIMUM_SNAPLEN
constexpr std::uint32_t kMaxMessageBytes = 128U << 20U;

}  // namespace

bool supported_link_type(std::uint32_t link_type) {
    const auto* range = std::find_if(std::begin(kSupported), std::end(kSupported),
                                     [&](const Range& candidate) { return link_type <= candidate.last; });
    return range != std::end(kSupported) && link_type >= range->first;
}

// libpcap's max_snaplen_for_dlt (pcap-common.c): D-Bus messages and USB transfers are longer than any frame.
std::uint32_t max_packet_bytes(std::uint32_t link_type) {
    switch (link_type) {
        case 186:
        case 189:
        case 220:
        case 231:
        case 249:
        case 266: return kMaxMessageBytes;
        case 279: return 8U << 20U;
        default: return kMaxPacketBytes;
    }
}

}  // namespace wirestory::capture

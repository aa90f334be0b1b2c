// libFuzzer: read_pcap() of any bytes.
#include <cstdlib>

#include "capture/source/pcap_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace wirestory;
    const auto read = capture::read_pcap(ByteView(reinterpret_cast<const std::byte*>(data), size), nullptr);
    if (!read) return 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < read->packets.size(); ++i) {
        for (const std::byte b : read->packets.frame(i)) bytes += std::to_integer<unsigned>(b);
    }
    if (read->last_time_ns() < read->first_time_ns()) std::abort();
    return bytes == ~std::size_t{0} ? 1 : 0;
}

// libFuzzer: read_pcapng() of any bytes; what was read must hold together and be printable.
#include <cstdlib>
#include <memory>

#include "recording/recording_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace wirestory;
    const auto read = read_pcapng(ByteView(reinterpret_cast<const std::byte*>(data), size), nullptr);
    if (!read) return 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < read->packets.size(); ++i) {
        if (read->packets.tap(i) >= read->taps.size()) std::abort();
        for (const std::byte b : read->packets.frame(i)) bytes += std::to_integer<unsigned>(b);
    }
    for (const Call& call : read->calls) {
        if (format_call(*read, call).empty() || call.exit_ns < call.enter_ns) std::abort();
        if (call.actor != kNoActor && call.actor >= read->actors.size()) std::abort();
    }
    if (read->last_time_ns() < read->first_time_ns()) std::abort();
    return bytes == ~std::size_t{0} ? 1 : 0;
}

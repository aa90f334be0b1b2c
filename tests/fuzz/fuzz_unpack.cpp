// libFuzzer: any bytes through the unpackers, within a limit; what comes out is read as a capture.
#include <cstdlib>

#include "capture/source/pcap_file.hpp"
#include "capture/source/unpack.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace wirestory;
    constexpr std::uint64_t kLimit = 256U << 10U;
    const ByteView file(reinterpret_cast<const std::byte*>(data), size);
    const capture::Packing packing = capture::packing_of(file);
    if (packing == capture::Packing::kNone) return 0;
    capture::GrowingBuffer out;
    const capture::UnpackEnd end = capture::unpack(file, packing, kLimit, {}, out);
    if (out.size() > kLimit || (end.fault == FileFault::kNone) != end.what.empty()) std::abort();
    const auto read = capture::read_pcap(out.view(), nullptr);
    return read && read->last_time_ns() < read->first_time_ns() ? 1 : 0;
}

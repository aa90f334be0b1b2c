// libFuzzer: a sequence of packets (each behind two bytes of length and one of time) through the reassembler, with
// limits small enough to be reached.
#include <algorithm>
#include <cstdlib>

#include "capture/wire/reassembly.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace wirestory;
    capture::Reassembler::Limits limits;
    limits.datagrams = 8;
    limits.bytes = 256U << 10U;
    capture::Reassembler reassembler(limits);
    TimeNs now_ns = 0;
    while (size >= 3) {
        const std::size_t length = std::min<std::size_t>(data[0] * 256U + data[1], size - 3);
        now_ns += data[2] * kSecondNs;
        const ByteView frame(reinterpret_cast<const std::byte*>(data) + 3, length);
        const capture::DecodedPacket packet =
            capture::decode(frame, capture::kLinkRaw, static_cast<std::uint32_t>(length));
        const capture::Reassembly outcome = reassembler.add(frame, packet, now_ns);
        if (outcome == capture::Reassembly::kComplete) {
            const capture::DecodedPacket& whole = reassembler.datagram();
            if (whole.payload.size() > reassembler.datagram_bytes().size()) std::abort();
        }
        if (reassembler.held_datagrams() > limits.datagrams || reassembler.held_bytes() > limits.bytes) std::abort();
        if (reassembler.held_datagrams() == 0 && reassembler.held_bytes() != 0) std::abort();
        data += 3 + length;
        size -= 3 + length;
    }
    return 0;
}

// libFuzzer: decode() of any bytes as each link type. The first two bytes choose the link type and the claimed length.
#include <cstdlib>
#include <iterator>

#include "capture/wire/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace wirestory;
    constexpr std::uint32_t kLinks[] = {0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9999};
    if (size < 2) return 0;
    const ByteView frame(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
    const capture::DecodedPacket packet = capture::decode(frame, kLinks[data[0] % std::size(kLinks)], data[1] * 300U);
    // What is shown as payload lies inside the frame and is no longer than the length fields say.
    if (packet.payload.size() > packet.payload_bytes) std::abort();
    if (!packet.payload.empty() && (packet.payload.data() < frame.data() || &packet.payload.back() > &frame.back())) {
        std::abort();
    }
    (void)capture::tcp_flags_text(packet.tcp.flags);
    return 0;
}

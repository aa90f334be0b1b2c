// libFuzzer: decode() of any bytes as each link type, what tunnels and ICMP errors carry in them, and their checksums.
// The first byte chooses the link type, the second the claimed length.
#include <cstdlib>
#include <iterator>

#include "capture/wire/checksum.hpp"
#include "capture/wire/packet.hpp"
#include "capture/wire/tunnel.hpp"

namespace {

using namespace wirestory;

// What is shown as payload lies inside the frame and is no longer than the length fields say.
void check(ByteView frame, const capture::DecodedPacket& packet) {
    if (packet.payload.size() > packet.payload_bytes) std::abort();
    if (packet.vlan_count > packet.vlan_ids.size()) std::abort();
    if (packet.payload.empty()) return;
    if (packet.payload.data() < frame.data() || &packet.payload.back() > &frame.back()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    constexpr std::uint32_t kLinks[] = {0,   1,   6,   7,   9,   10,  12,  14,  50,  51,  100, 101, 104,
                                        105, 107, 108, 113, 119, 122, 123, 127, 129, 138, 149, 163, 192,
                                        204, 205, 206, 219, 226, 228, 229, 239, 258, 274, 276, 9999};
    if (size < 2) return 0;
    const ByteView frame(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
    const std::uint32_t original = data[1] == 255 ? 0xFFFFFFFF : data[1] * 300U;
    capture::DecodedPacket packet = capture::decode(frame, kLinks[data[0] % std::size(kLinks)], original);
    check(frame, packet);
    check(frame, capture::decode_quoted(frame, packet));
    (void)capture::verify_checksums(frame, packet);
    (void)capture::header_destination(frame, packet);
    (void)capture::tcp_flags_text(packet.tcp.flags);
    for (int i = 0; i < capture::kMaxTunnels && packet.tunnel != capture::Tunnel::kNone; ++i) {
        packet = capture::decode_inner(frame, packet);
        check(frame, packet);
        (void)capture::verify_checksums(frame, packet);
    }
    return 0;
}

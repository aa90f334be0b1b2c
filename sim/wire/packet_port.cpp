#include "sim/wire/packet_port.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>

#include "sim/wire/frame_fields.hpp"

namespace wirestory::sim {
namespace {

constexpr std::uint32_t kBlockBytes = 256 * 1024;
// Before the network header the kernel leaves room for tpacket2_hdr, sockaddr_ll and at least 16 bytes of link header
// (net/packet/af_packet.c, tpacket_rcv).
constexpr std::uint32_t kHeadroomBytes = TPACKET_ALIGN(TPACKET2_HDRLEN + 16);

template <class T>
Status set_option(int fd, int option, const T& value, const std::string& attempt) {
    if (::setsockopt(fd, SOL_PACKET, option, &value, sizeof value) != 0) return fail_errno(attempt, errno);
    return {};
}

std::uint32_t frame_bytes_for(std::uint32_t mtu_bytes) {
    const std::uint32_t needed = kHeadroomBytes + mtu_bytes + 4;  // a VLAN tag may come on top
    return needed <= kBlockBytes / 8 ? std::bit_ceil(needed) : static_cast<std::uint32_t>(TPACKET_ALIGN(needed));
}

}  // namespace

Result<PacketPort> PacketPort::open(const std::string& device, int device_index, std::uint32_t mtu_bytes,
                                    std::size_t ring_bytes) {
    PacketPort port;
    if (Status status = port.set_up(device, device_index, mtu_bytes, ring_bytes); !status)
        return tl::unexpected(status.error());
    return port;
}

Status PacketPort::set_up(const std::string& device, int device_index, std::uint32_t mtu_bytes,
                          std::size_t ring_bytes) {
    // Protocol 0: nothing is received before bind names the device.
    fd_ = UniqueFd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd_) {
        const int error = errno;
        auto failed = fail_errno(fmt::format("wire: open a packet socket on {}", device), error);
        if (error == EPERM)
            failed.value().message += "; it needs CAP_NET_RAW, in a container: --cap-add NET_RAW";
        else if (error == EAFNOSUPPORT)
            failed.value().message += "; the kernel lacks AF_PACKET: load the module (modprobe af_packet)";
        return failed;
    }
    const std::string attempt = fmt::format("wire: set up the packet socket on {}", device);
    if (Status status = set_option(fd_.get(), PACKET_VERSION, static_cast<int>(TPACKET_V2), attempt); !status)
        return status;
    if (Status status = map_ring(device, mtu_bytes, ring_bytes); !status) return status;
    // What we send must not come back as if a host had sent it. Linux 4.20; older ones never hand it back to the
    // sender's own socket anyway, which is the only one here.
    constexpr int kOn = 1;
    (void)set_option(fd_.get(), PACKET_IGNORE_OUTGOING, kOn, attempt);
    // veth has no queue to bypass, but the way to it is shorter.
    (void)set_option(fd_.get(), PACKET_QDISC_BYPASS, kOn, attempt);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = device_index;
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail_errno(fmt::format("wire: bind the packet socket to {}", device), errno);
    return {};
}

Status PacketPort::map_ring(const std::string& device, std::uint32_t mtu_bytes, std::size_t ring_bytes) {
    frame_bytes_ = frame_bytes_for(mtu_bytes);
    block_bytes_ = kBlockBytes;
    frames_per_block_ = block_bytes_ / frame_bytes_;
    tpacket_req request{};
    request.tp_block_size = block_bytes_;
    request.tp_frame_size = frame_bytes_;
    request.tp_block_nr = std::max(1U, static_cast<std::uint32_t>(ring_bytes / block_bytes_));
    request.tp_frame_nr = request.tp_block_nr * frames_per_block_;
    ring_bytes_ = static_cast<std::size_t>(request.tp_block_nr) * block_bytes_;
    const std::string attempt = fmt::format("wire: make a packet ring of {} MiB on {}", ring_bytes_ >> 20U, device);
    if (Status status = set_option(fd_.get(), PACKET_RX_RING, request, attempt); !status) return status;
    void* mapped = ::mmap(nullptr, ring_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
    if (mapped == MAP_FAILED) return fail_errno(attempt, errno);
    ring_ = static_cast<std::byte*>(mapped);
    frame_count_ = request.tp_frame_nr;
    return {};
}

PacketPort::PacketPort(PacketPort&& other) noexcept { *this = std::move(other); }

PacketPort& PacketPort::operator=(PacketPort&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(ring_, other.ring_);
    std::swap(ring_bytes_, other.ring_bytes_);
    std::swap(frame_bytes_, other.frame_bytes_);
    std::swap(frames_per_block_, other.frames_per_block_);
    std::swap(block_bytes_, other.block_bytes_);
    std::swap(frame_count_, other.frame_count_);
    std::swap(first_, other.first_);
    return *this;
}

PacketPort::~PacketPort() {
    if (ring_ != nullptr) ::munmap(ring_, ring_bytes_);
}

std::byte* PacketPort::slot(std::uint32_t index) const {
    const std::uint32_t place = (first_ + index) % frame_count_;
    return ring_ + static_cast<std::size_t>(place / frames_per_block_) * block_bytes_ +
           static_cast<std::size_t>(place % frames_per_block_) * frame_bytes_;
}

bool PacketPort::peek(std::uint32_t ahead, RingFrame& frame) const {
    if (ahead >= frame_count_) return false;
    auto* header = reinterpret_cast<tpacket2_hdr*>(slot(ahead));
    // Pairs with the kernel's barrier before it hands over the slot.
    const std::uint32_t status = std::atomic_ref(header->tp_status).load(std::memory_order_acquire);
    if ((status & TP_STATUS_USER) == 0) return false;
    frame.bytes = {reinterpret_cast<std::byte*>(header) + header->tp_mac, header->tp_snaplen};
    frame.arrived_ns = static_cast<TimeNs>(header->tp_sec) * kSecondNs + header->tp_nsec;
    frame.checksum_ready = (status & TP_STATUS_CSUMNOTREADY) == 0;
    frame.cut = header->tp_snaplen < header->tp_len;
    return true;
}

void PacketPort::release(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        auto* header = reinterpret_cast<tpacket2_hdr*>(slot(i));
        std::atomic_ref(header->tp_status).store(TP_STATUS_KERNEL, std::memory_order_release);
    }
    first_ = (first_ + count) % frame_count_;
}

int PacketPort::send(std::span<mmsghdr> messages) const {
    for (;;) {
        const int taken = ::sendmmsg(fd_.get(), messages.data(), static_cast<unsigned>(messages.size()), MSG_DONTWAIT);
        if (taken >= 0 || errno != EINTR) return std::max(taken, 0);
    }
}

std::uint64_t PacketPort::take_losses() const {
    tpacket_stats statistics{};
    socklen_t size = sizeof statistics;
    if (::getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
    return statistics.tp_drops;
}

}  // namespace wirestory::sim

#include "capture/source/live_capture.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.hpp"

namespace wirestory::capture {

namespace {

constexpr std::uint16_t kMarkerEtherType = 0x88B5;  // IEEE 802 local experimental
constexpr std::string_view kMarkerText = "wirestory marker";
constexpr std::size_t kEthernetBytes = 14;
constexpr std::size_t kMarkerBytes = 60;     // the shortest Ethernet frame, without its check sequence
constexpr int kMaxPacketsADrain = 1 << 16U;  // under a flood a drain must end, too

struct PcapCloser {
    void operator()(pcap_t* handle) const { ::pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapCloser>;
using Marker = std::array<std::byte, kMarkerBytes>;

Marker make_marker(std::uint64_t token) {
    Marker frame{};
    frame[12] = static_cast<std::byte>(kMarkerEtherType >> 8U);
    frame[13] = static_cast<std::byte>(kMarkerEtherType & 0xFFU);
    std::memcpy(&frame[kEthernetBytes], kMarkerText.data(), kMarkerText.size());
    std::memcpy(&frame[kEthernetBytes + kMarkerText.size()], &token, sizeof token);
    return frame;
}

// The token of a marker frame, also of other processes' markers, which are no packets either.
bool read_marker(ByteView frame, std::uint64_t& token) {
    ByteReader in(frame);
    in.skip(12);
    if (in.be16() != kMarkerEtherType || as_text(in.take(kMarkerText.size())) != kMarkerText) return false;
    const ByteView bytes = in.take(sizeof token);
    if (in.failed()) return false;
    std::memcpy(&token, bytes.data(), sizeof token);
    return true;
}

std::string cure_for(int status, const std::string& device) {
    if (status == PCAP_ERROR_PERM_DENIED) return " (capturing needs CAP_NET_RAW: run as root, or in a sandbox)";
    if (status == PCAP_ERROR_NO_SUCH_DEVICE) return " (`ip link` lists the devices there are)";
    if (status == PCAP_ERROR_IFACE_NOT_UP) return fmt::format(" (`ip link set {} up` brings it up)", device);
    return {};
}

Error pcap_failure(const std::string& attempt, pcap_t* handle, int status, const std::string& device) {
    const char* detail = ::pcap_geterr(handle);
    // PCAP_ERROR has its reason in the handle's text; the other codes have one of their own.
    const char* reason = status == PCAP_ERROR && *detail != '\0' ? detail : ::pcap_statustostr(status);
    return {fmt::format("{}: {}{}", attempt, reason, cure_for(status, device)), 0};
}

bool is_loopback(const std::string& device) { return device == "lo"; }

// On `lo` each packet passes the tap twice, leaving and arriving; libpcap hands over the arriving one. Refusing the
// other in the kernel keeps it from taking room in the ring, and makes the count of drops true.
std::string whole_filter(const LiveOptions& options) {
    std::string filter = is_loopback(options.device) ? "inbound" : "";
    if (options.filter.empty()) return filter;
    if (!filter.empty()) filter += " and ";
    return fmt::format("{}(({}) or ether proto {:#x})", filter, options.filter, kMarkerEtherType);
}

// pcap_setfilter() also filters in user space what was in the ring before, and there `inbound` matches nothing
// (pcap_filter(3) knows no packet type). So on `lo` the kernel alone filters.
int attach_in_kernel(pcap_t* handle, const bpf_program& program) {
    static_assert(sizeof(sock_filter) == sizeof(bpf_insn));
    std::vector<sock_filter> code(program.bf_len);
    std::memcpy(code.data(), program.bf_insns, code.size() * sizeof(sock_filter));
    const sock_fprog kernel_program{static_cast<unsigned short>(code.size()), code.data()};
    const int fd = ::pcap_fileno(handle);
    return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &kernel_program, sizeof kernel_program);
}

// A filter is installed even when everything is wanted: only then does the kernel cut packets to the snap length.
Status install_filter(pcap_t* handle, const LiveOptions& options) {
    bpf_program program{};
    const std::string filter = whole_filter(options);
    const std::string attempt = fmt::format("compile capture filter \"{}\"", options.filter);
    if (::pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
        return tl::unexpected(pcap_failure(attempt, handle, PCAP_ERROR, options.device));
    }
    const bool in_kernel = is_loopback(options.device);
    const int status = in_kernel ? attach_in_kernel(handle, program) : ::pcap_setfilter(handle, &program);
    const int error_number = errno;
    ::pcap_freecode(&program);
    if (status == 0) return {};
    if (in_kernel) return fail_errno("install capture filter on " + options.device, error_number);
    return tl::unexpected(pcap_failure("install capture filter", handle, status, options.device));
}

// What came before the filter was there is no part of the capture.
void discard_waiting(pcap_t* handle) {
    ::pcap_dispatch(
        handle, kMaxPacketsADrain, [](u_char*, const pcap_pkthdr*, const u_char*) {}, nullptr);
}

void configure(pcap_t* handle, const LiveOptions& options) {
    // These fail only on handles that are active already.
    const std::uint32_t snap_bytes = std::clamp<std::uint32_t>(options.snap_bytes, kMarkerBytes, 1U << 18U);
    ::pcap_set_snaplen(handle, static_cast<int>(snap_bytes));
    ::pcap_set_buffer_size(handle, static_cast<int>(std::min<std::uint32_t>(options.buffer_bytes, 1U << 30U)));
    ::pcap_set_promisc(handle, 0);
    ::pcap_set_immediate_mode(handle, 1);
    ::pcap_set_timeout(handle, 1);
    ::pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
}

// The kernel hides from a packet socket what it sent itself, except on `lo`, where it comes back as arriving. So other
// devices need a second socket for markers; `lo` does without, as closing one costs an RCU grace period (about 10 ms).
Result<UniqueFd> open_marker_socket(const std::string& device) {
    if (is_loopback(device)) return UniqueFd{};
    UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!fd) return fail_errno("open marker socket on " + device, errno);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail_errno("bind marker socket to " + device, errno);
    }
    return fd;
}

}  // namespace

class LiveCapture::Impl {
public:
    Impl(PcapHandle handle, UniqueFd marker_socket, const LiveOptions& options)
        : handle_(std::move(handle)), marker_socket_(std::move(marker_socket)), device_(options.device) {}

    [[nodiscard]] pcap_t* handle() const { return handle_.get(); }

    Result<int> drain(const OnPacket& on_packet) {
        Hand hand{this, &on_packet, 0};
        const auto take = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
            auto* to = reinterpret_cast<Hand*>(user);
            to->count += to->self->hand_over(*header, bytes, *to->on_packet);
        };
        const int status = ::pcap_dispatch(handle(), kMaxPacketsADrain, take, reinterpret_cast<u_char*>(&hand));
        if (status < 0) return tl::unexpected(pcap_failure("capture on " + device_, handle(), status, device_));
        return hand.count;
    }

    Status synchronise(const OnPacket& on_packet, DurationNs timeout) {
        const std::uint64_t token = tokens_() | 1U;  // 0 means none yet
        const Marker marker = make_marker(token);
        if (inject(marker) < 0) return fail_errno("send a marker on " + device_, errno);
        const TimeNs deadline = monotonic_now_ns() + timeout;
        for (;;) {
            if (auto drained = drain(on_packet); !drained) return tl::unexpected(drained.error());
            if (last_marker_ == token) return {};
            const DurationNs left = deadline - monotonic_now_ns();
            if (left <= 0) {
                return fail(fmt::format("capture on {}: the marker did not come back within {} ms", device_,
                                        timeout / kMillisecondNs));
            }
            pollfd waiting{::pcap_get_selectable_fd(handle()), POLLIN, 0};
            const auto wait_ms = static_cast<int>(std::min<DurationNs>(left / kMillisecondNs + 1, 60'000));
            if (::poll(&waiting, 1, wait_ms) < 0 && errno != EINTR) return fail_errno("wait for packets", errno);
        }
    }

    [[nodiscard]] LiveStatistics statistics() const {
        pcap_stat counted{};
        LiveStatistics statistics{received_, 0};
        if (::pcap_stats(handle(), &counted) == 0) statistics.dropped = counted.ps_drop;
        return statistics;
    }

private:
    struct Hand {
        Impl* self;
        const OnPacket* on_packet;
        int count;
    };

    ssize_t inject(const Marker& marker) {
        if (marker_socket_) return ::send(marker_socket_.get(), marker.data(), marker.size(), 0);
        return ::pcap_inject(handle(), marker.data(), marker.size());
    }

    int hand_over(const pcap_pkthdr& header, const u_char* bytes, const OnPacket& on_packet) {
        PacketRecord packet;
        packet.frame = ByteView(reinterpret_cast<const std::byte*>(bytes), header.caplen);
        if (std::uint64_t token = 0; read_marker(packet.frame, token)) {
            last_marker_ = token;
            return 0;
        }
        // With nanosecond precision libpcap puts nanoseconds into tv_usec.
        packet.time_ns = static_cast<TimeNs>(header.ts.tv_sec) * kSecondNs + header.ts.tv_usec;
        packet.original_bytes = header.len;
        ++received_;
        on_packet(packet);
        return 1;
    }

    PcapHandle handle_;
    UniqueFd marker_socket_;
    std::string device_;
    std::mt19937_64 tokens_{std::random_device{}()};
    std::uint64_t last_marker_ = 0;
    std::uint64_t received_ = 0;
};

LiveCapture::LiveCapture(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveCapture::LiveCapture(LiveCapture&&) noexcept = default;
LiveCapture& LiveCapture::operator=(LiveCapture&&) noexcept = default;
LiveCapture::~LiveCapture() = default;

Result<LiveCapture> LiveCapture::open(const LiveOptions& options) {
    const std::string attempt = fmt::format("capture on {}", options.device);
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    PcapHandle handle(::pcap_create(options.device.c_str(), reason.data()));
    if (!handle) return fail(fmt::format("{}: {}", attempt, reason.data()));
    configure(handle.get(), options);
    // Positive values are warnings; without nanoseconds or a wish granted the capture is still one.
    if (const int status = ::pcap_activate(handle.get()); status < 0) {
        return tl::unexpected(pcap_failure(attempt, handle.get(), status, options.device));
    }
    if (::pcap_get_tstamp_precision(handle.get()) != PCAP_TSTAMP_PRECISION_NANO) {
        return fail(attempt + ": this libpcap gives no nanosecond time stamps");
    }
    if (::pcap_setnonblock(handle.get(), 1, reason.data()) != 0) {
        return fail(fmt::format("{}: {}", attempt, reason.data()));
    }
    if (Status filter = install_filter(handle.get(), options); !filter) return tl::unexpected(filter.error());
    discard_waiting(handle.get());
    auto marker_socket = open_marker_socket(options.device);
    if (!marker_socket) return tl::unexpected(marker_socket.error());
    return LiveCapture(std::make_unique<Impl>(std::move(handle), std::move(*marker_socket), options));
}

int LiveCapture::poll_fd() const { return ::pcap_get_selectable_fd(impl_->handle()); }

std::uint32_t LiveCapture::link_type() const {
    // DLT_ and LINKTYPE_ numbers agree for all that live devices give here, but for raw IP.
    const int dlt = ::pcap_datalink(impl_->handle());
    return dlt == DLT_RAW ? 101U : static_cast<std::uint32_t>(dlt);
}

Result<int> LiveCapture::drain(const OnPacket& on_packet) { return impl_->drain(on_packet); }

Status LiveCapture::synchronise(const OnPacket& on_packet, DurationNs timeout) {
    return impl_->synchronise(on_packet, timeout);
}

LiveStatistics LiveCapture::statistics() const { return impl_->statistics(); }

}  // namespace wirestory::capture

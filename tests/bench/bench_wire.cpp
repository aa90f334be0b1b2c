// What the wire costs: packets a second without an unasked loss, delay added at idle, and how near delays are to what
// was asked, each beside a bare veth pair (no relay). Runs as root or as an ordinary user. Figures of a shared machine
// are noisy: compare within one run.
//   cmake --build build/release --target bench_wire && build/release/tests/bench/bench_wire [SECONDS a step]
//   [throughput|idle|delays]
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/unique_fd.hpp"
#include "sim/sandbox/sandbox.hpp"
#include "sim/wire/topology.hpp"
#include "sim/wire/wire.hpp"

namespace {

using namespace wirestory;

constexpr std::uint16_t kPort = 9000;
constexpr std::size_t kBatch = 32;
constexpr std::size_t kPayloadBytes = 18;  // a frame of 60 bytes, the shortest that Ethernet has
constexpr double kBusyPace = 150e3;
double seconds_a_step = 1.0;

template <class T>
T need(Result<T> result) {
    if (result) return std::move(*result);
    fmt::print("{}\n", result.error().message);
    std::exit(1);
}
void need(Status status) {
    if (status) return;
    fmt::print("{}\n", status.error().message);
    std::exit(1);
}

sockaddr_in host_address(unsigned host) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl((10U << 24U) + 1 + host);
    address.sin_port = htons(kPort);
    return address;
}

UniqueFd udp_socket(int network_namespace, unsigned host) {
    UniqueFd fd;
    need(sim::run_in_namespace(network_namespace, [&]() -> Status {
        fd = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const int bytes = 4 << 20;
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        const int on = 1;
        ::setsockopt(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        const sockaddr_in here = host_address(host);
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0)
            return fail_errno("bind", errno);
        const sockaddr_in there = host_address(1 - host);
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
            return fail_errno("connect", errno);
        return {};
    }));
    return fd;
}

std::uint64_t device_received(int network_namespace, const std::string& device) {
    std::uint64_t packets = 0;
    need(sim::run_in_namespace(network_namespace, [&]() -> Status {
        std::ifstream file("/proc/thread-self/net/dev");
        for (std::string line; std::getline(file, line);) {
            const auto colon = line.find(':');
            if (colon == std::string::npos || line.find(device) == std::string::npos) continue;
            std::uint64_t bytes = 0;
            std::sscanf(line.c_str() + colon + 1, "%lu %lu", &bytes, &packets);
        }
        return {};
    }));
    return packets;
}

// Two hosts by whatever means: where each lives and what its device is called.
struct Pair {
    std::array<int, 2> network_namespaces{};
    std::array<std::string, 2> devices;
};

// The middle's end of the first veth pair plays the second host: no relay between.
struct BarePair {
    sim::Topology topology = need(sim::build_topology({{"client", "server"}, 1500, {}}));
    Pair pair;

    BarePair() {
        const sim::HostPlace& client = topology.hosts[0];
        pair = {{client.network_namespace.get(), topology.middle_namespace.get()}, {"eth0", client.middle_device}};
        need(sim::run_in_namespace(topology.middle_namespace.get(), [&]() -> Status {
            const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
            ifreq request{};
            std::strncpy(request.ifr_name, client.middle_device.c_str(), IFNAMSIZ - 1);
            request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
            std::memcpy(request.ifr_hwaddr.sa_data, topology.hosts[1].mac.data(), 6);
            if (::ioctl(fd.get(), SIOCSIFHWADDR, &request) != 0) return fail_errno("set the MAC address", errno);
            const sockaddr_in address = host_address(1);
            std::memcpy(&request.ifr_addr, &address, sizeof address);
            if (::ioctl(fd.get(), SIOCSIFADDR, &request) != 0) return fail_errno("set the address", errno);
            return {};
        }));
    }
};

struct WirePair {
    sim::Wire wire;
    Pair pair;

    explicit WirePair(const sim::WireSpec& spec, const sim::WireOptions& options = {})
        : wire(need(sim::Wire::open(spec, options))) {
        for (std::size_t i = 0; i < 2; ++i) {
            pair.network_namespaces[i] = wire.hosts()[i].network_namespace;
            pair.devices[i] = wire.hosts()[i].device;
        }
    }
};

// Sends numbered datagrams at an even pace (0: as fast as it goes); returns how many. Slow paces sleep between small
// bursts, so that what is measured is the wire and not the competition for a core.
std::uint64_t send_datagrams(int fd, double packets_a_second, std::size_t batch) {
    std::array<std::array<char, kPayloadBytes>, kBatch> payloads{};
    std::array<iovec, kBatch> vectors{};
    std::array<mmsghdr, kBatch> messages{};
    for (std::size_t i = 0; i < kBatch; ++i) {
        vectors[i] = {payloads[i].data(), kPayloadBytes};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const TimeNs start = monotonic_now_ns();
    const auto length = static_cast<DurationNs>(seconds_a_step * 1e9);
    std::uint64_t sent = 0;
    for (TimeNs now = start; now - start < length; now = monotonic_now_ns()) {
        if (packets_a_second > 0 &&
            static_cast<double>(sent) > packets_a_second * static_cast<double>(now - start) / 1e9) {
            if (packets_a_second < kBusyPace) {
                const timespec pause{0, 100 * kMicrosecondNs};
                ::nanosleep(&pause, nullptr);
            }
            continue;
        }
        for (std::size_t i = 0; i < batch; ++i) {
            const std::uint64_t number = sent + i;
            std::memcpy(payloads[i].data(), &number, sizeof number);
        }
        const int taken = ::sendmmsg(fd, messages.data(), static_cast<unsigned>(batch), 0);
        if (taken > 0) sent += static_cast<std::uint64_t>(taken);
    }
    return sent;
}

// The receiving socket takes nothing: its filter refuses every datagram, so that only the way there is measured.
void refuse_all(int fd) {
    sock_filter refuse = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{1, &refuse};
    ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void flood(const char* what, const Pair& pair, double rate, sim::Wire* wire) {
    const auto client = udp_socket(pair.network_namespaces[0], 0);
    const auto server = udp_socket(pair.network_namespaces[1], 1);
    refuse_all(server.get());
    const std::uint64_t before = device_received(pair.network_namespaces[1], pair.devices[1]);
    const sim::WireStatistics statistics_before = wire != nullptr ? wire->statistics() : sim::WireStatistics{};
    const TimeNs start = monotonic_now_ns();
    const std::uint64_t sent = send_datagrams(client.get(), rate, kBatch);
    const double took = static_cast<double>(monotonic_now_ns() - start) / 1e9;
    if (wire != nullptr) wire->drain(kSecondNs);
    const std::uint64_t arrived = device_received(pair.network_namespaces[1], pair.devices[1]) - before;
    const std::uint64_t losses =
        wire != nullptr ? wire->statistics().unasked_losses() - statistics_before.unasked_losses() : sent - arrived;
    fmt::print("  {:<22} offered {:>9.0f}/s  arrived {:>9.0f}/s  lost {:>8} ({:.3f} %)\n", what,
               static_cast<double>(sent) / took, static_cast<double>(arrived) / took, losses,
               sent == 0 ? 0.0 : 100.0 * static_cast<double>(losses) / static_cast<double>(sent));
}

void throughput() {
    fmt::print("Small packets (60-byte frames) a second, one sender, nobody but the kernel at the far side:\n");
    {
        const BarePair bare;
        flood("bare veth, unpaced", bare.pair, 0, nullptr);
    }
    for (const double rate : {100e3, 250e3, 500e3, 600e3, 700e3, 0.0}) {
        sim::WireSpec spec;
        spec.hosts = {"client", "server"};
        WirePair through(spec);
        flood(rate == 0 ? "wire, unpaced" : "wire", through.pair, rate, &through.wire);
    }
}

double percentile(std::vector<DurationNs>& values, double part) {
    if (values.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return static_cast<double>(values[at]) / 1e3;
}

void print_spread(const std::string& what, std::vector<DurationNs> values) {
    fmt::print("  {:<44} median {:>8.1f} us  99 % {:>8.1f} us  99.9 % {:>8.1f} us  worst {:>8.1f} us  ({} values)\n",
               what, percentile(values, 0.5), percentile(values, 0.99), percentile(values, 0.999),
               percentile(values, 1.0), values.size());
}

// Question and answer with a pause between, so that everything sleeps in between.
std::vector<DurationNs> round_trips(const Pair& pair, int count, DurationNs pause_ns) {
    const auto client = udp_socket(pair.network_namespaces[0], 0);
    const auto server = udp_socket(pair.network_namespaces[1], 1);
    std::thread echo([fd = server.get()] {
        char text[64];
        for (ssize_t length = 0; (length = ::recv(fd, text, sizeof text, 0)) > 1;)
            if (::send(fd, text, static_cast<std::size_t>(length), 0) < 0) return;
    });
    std::vector<DurationNs> values;
    char text[kPayloadBytes] = "question";
    for (int i = 0; i < count; ++i) {
        const timespec pause{0, pause_ns};
        ::nanosleep(&pause, nullptr);
        const TimeNs start = monotonic_now_ns();
        if (::send(client.get(), text, sizeof text, 0) < 0) break;
        if (::recv(client.get(), text, sizeof text, 0) < 0) break;
        values.push_back(monotonic_now_ns() - start);
    }
    (void)!::send(client.get(), text, 1, 0);
    echo.join();
    return values;
}

void idle_delay() {
    constexpr int kCount = 2000;
    constexpr DurationNs kPauseNs = kMillisecondNs;
    fmt::print("Delay at idle (one question and answer every {} ms):\n", kPauseNs / kMillisecondNs);
    {
        const BarePair bare;
        print_spread("round trip, bare veth", round_trips(bare.pair, kCount, kPauseNs));
    }
    sim::WireSpec spec;
    spec.hosts = {"client", "server"};
    WirePair through(spec);
    print_spread("round trip, wire (two passes)", round_trips(through.pair, kCount, kPauseNs));
    std::vector<sim::FateEntry> fates;
    through.wire.take_fates(fates);
    std::vector<DurationNs> added;
    for (const sim::FateEntry& fate : fates) added.push_back(fate.left_ns - fate.entered_ns);
    print_spread("one pass through the relay", std::move(added));
}

// The far socket's own stamps against the relay's: datagram k of the socket is packet k of the path, as none is lost.
void delay_precision(double rate, DurationNs delay_ns) {
    sim::WireSpec spec;
    spec.hosts = {"client", "server"};
    spec.path.delay_ns = delay_ns;
    sim::WireOptions options;
    options.log_entries = 1U << 20U;
    WirePair through(spec, options);
    const auto client = udp_socket(through.pair.network_namespaces[0], 0);
    const auto server = udp_socket(through.pair.network_namespaces[1], 1);
    std::vector<TimeNs> stamps;
    std::thread receiver([&] {
        for (;;) {
            std::uint64_t number = 0;
            char control[128];
            iovec vector{&number, sizeof number};
            msghdr message{};
            message.msg_iov = &vector;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = sizeof control;
            if (::recvmsg(server.get(), &message, 0) <= 1) return;
            timespec stamp{};
            if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr)
                std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
            if (number >= stamps.size()) stamps.resize(number + 1);
            stamps[number] = stamp.tv_sec * kSecondNs + stamp.tv_nsec;
        }
    });
    const std::uint64_t sent = send_datagrams(client.get(), rate, 1);
    through.wire.drain(kSecondNs + delay_ns);
    (void)!::send(client.get(), "x", 1, 0);
    receiver.join();
    std::vector<sim::FateEntry> fates;
    through.wire.take_fates(fates);
    std::vector<DurationNs> off;
    for (const sim::FateEntry& fate : fates)
        if (fate.cause == sim::DropCause::kNone && fate.packet_number <= stamps.size() &&
            stamps[fate.packet_number - 1] != 0)
            off.push_back(stamps[fate.packet_number - 1] - fate.due_ns);
    const std::uint64_t near =
        static_cast<std::uint64_t>(std::ranges::count_if(off, [](DurationNs d) { return d < 200 * kMicrosecondNs; }));
    print_spread(fmt::format("{:.0f}/s asked for {} ms: later than due by", static_cast<double>(sent) / seconds_a_step,
                             delay_ns / kMillisecondNs),
                 off);
    fmt::print("    within 200 us: {:.3f} %, unasked losses: {}\n",
               off.empty() ? 0.0 : 100.0 * static_cast<double>(near) / static_cast<double>(off.size()),
               through.wire.statistics().unasked_losses());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) seconds_a_step = std::atof(argv[1]);
    const std::string only = argc > 2 ? argv[2] : "";
    const auto wanted = [&](std::string_view part) { return only.empty() || only == part; };
    const auto sandbox = need(sim::enter_sandbox({}));
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    fmt::print("{}; {} cores\n", to_string(sandbox.kind), std::thread::hardware_concurrency());
    if (wanted("throughput")) throughput();
    if (wanted("idle")) idle_delay();
    if (wanted("delays")) {
        fmt::print("Delays asked for:\n");
        for (const double rate : {1e3, 50e3, 200e3}) delay_precision(rate, 10 * kMillisecondNs);
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("Largest memory: {} MiB\n", usage.ru_maxrss / 1024);
    return 0;
}

#include "capture/source/live_capture.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "capture/wire/packet.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;
using namespace wirestory::capture;

namespace {

constexpr int kNoNamespace = 77;
constexpr DurationNs kTimeout = 10 * kSecondNs;

bool enter_private_network() {
    if (::unshare(::geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    return ::ioctl(fd.get(), SIOCSIFFLAGS, &request) == 0;
}

// Runs `body` in a child with a network of its own; what it returns is what went wrong.
template <class Body>
void in_private_network(Body body) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(60);
        if (!enter_private_network()) ::_exit(kNoNamespace);
        const std::string failure = body();
        const ssize_t written = ::write(ends[1], failure.data(), failure.size());
        ::_exit(written == static_cast<ssize_t>(failure.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string failure(4096, '\0');
    const ssize_t length = ::read(ends[0], failure.data(), failure.size());
    ::close(ends[0]);
    failure.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kNoNamespace) {
        WARN("not tried: this machine refuses private network namespaces to this user");
        return;
    }
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(failure == "");
}

void send_datagrams(int count) {
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM, 0));
    const UniqueFd receiver(::socket(AF_INET, SOCK_DGRAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(9999);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(receiver.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return;
    for (int i = 0; i < count; ++i) {
        const std::string text = "datagram " + std::to_string(i);
        ::sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
}

std::string capture_datagrams(const LiveOptions& options, int wanted) {
    auto capture = LiveCapture::open(options);
    if (!capture) return capture.error().message;
    PacketTable packets;
    const auto keep = [&](const PacketRecord& packet) { packets.append_copy(packet); };
    if (Status ready = capture->synchronise(keep, kTimeout); !ready) return ready.error().message;
    if (!packets.empty()) return "packets before the first was sent";
    const TimeNs before = realtime_now_ns();
    send_datagrams(40);
    if (Status done = capture->synchronise(keep, kTimeout); !done) return done.error().message;
    const TimeNs after = realtime_now_ns();

    if (packets.size() != static_cast<std::size_t>(wanted)) return std::to_string(packets.size()) + " packets";
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const DecodedPacket packet = decode(packets.frame(i), capture->link_type(), packets.original_bytes(i));
        const std::string text = "datagram " + std::to_string(i);
        if (packet.payload_bytes != text.size()) return "packet " + std::to_string(i) + " has another length";
        if (as_text(packet.payload) != std::string_view(text).substr(0, packet.payload.size())) {
            return "packet " + std::to_string(i) + " carries " + std::string(as_text(packet.payload));
        }
        if (packets.time_ns(i) < before || packets.time_ns(i) > after) return "stamped outside of its time";
        if (packets.captured_bytes(i) > options.snap_bytes) return "longer than the snap length";
    }
    const LiveStatistics statistics = capture->statistics();
    if (statistics.received != packets.size() || statistics.dropped != 0) return "statistics do not agree";
    return {};
}

}  // namespace

TEST_CASE("a tap on lo sees each datagram once, in order, and no marker") {
    in_private_network([] { return capture_datagrams({}, 40); });
}

TEST_CASE("a filter and a snap length hold, and markers pass the filter") {
    LiveOptions cut;
    cut.filter = "udp port 9999";
    cut.snap_bytes = 60;
    in_private_network([&] { return capture_datagrams(cut, 40); });
    LiveOptions other;
    other.filter = "tcp";
    in_private_network([&] { return capture_datagrams(other, 0); });
}

TEST_CASE("what a full ring loses is counted, each packet once") {
    in_private_network([]() -> std::string {
        LiveOptions small;
        small.buffer_bytes = 1U << 20U;
        auto capture = LiveCapture::open(small);
        if (!capture) return capture.error().message;
        const auto ignore = [](const PacketRecord&) {};
        if (Status ready = capture->synchronise(ignore, kTimeout); !ready) return ready.error().message;
        send_datagrams(500);
        if (auto drained = capture->drain(ignore); !drained) return drained.error().message;
        const LiveStatistics statistics = capture->statistics();
        if (statistics.dropped == 0) return "nothing was lost: the test tests nothing";
        return statistics.received + statistics.dropped == 500 ? "" : "received and dropped do not add up";
    });
}

TEST_CASE("what cannot be captured is refused with the device and the reason") {
    in_private_network([]() -> std::string {
        LiveOptions absent;
        absent.device = "nosuch0";
        auto capture = LiveCapture::open(absent);
        if (capture) return "opened a device that is not there";
        if (capture.error().message.find("capture on nosuch0") != 0) return capture.error().message;
        LiveOptions wrong;
        wrong.filter = "udp porrt 1";
        capture = LiveCapture::open(wrong);
        if (capture) return "took a filter that is none";
        return capture.error().message.find("udp porrt 1") == std::string::npos ? capture.error().message : "";
    });
}

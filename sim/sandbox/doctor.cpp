// examine_machine(): each need of a run is tried for real in a forked child, which tells by a pipe what it saw. The
// caller's process stays where it is; sockets and namespaces end with the child.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "base/unique_fd.hpp"
#include "sim/run/thread_probe.hpp"
#include "sim/run/tx_reports.hpp"
#include "sim/sandbox/private_namespace.hpp"
#include "sim/sandbox/sandbox.hpp"
#include "sim/wire/wire.hpp"

namespace wirestory::sim {
namespace {

constexpr int kAnswerWithinMs = 2000;
constexpr const char* kNotTried = tr_later("not tried: there is no sandbox");

// Works: what was seen. Fails: what was refused.
using Trial = std::function<Result<std::string>()>;

struct Pair {
    UniqueFd near;
    UniqueFd far;
};

sockaddr_in loopback_address() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

Result<UniqueFd> bound_socket(int type, sockaddr_in& address) {
    UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    if (!fd) return fail_errno(tr("open a socket"), errno);
    address = loopback_address();
    socklen_t length = sizeof address;
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        return fail_errno(tr("bind 127.0.0.1"), errno);
    return fd;
}

Result<Pair> tcp_pair() {
    sockaddr_in address{};
    auto listener = bound_socket(SOCK_STREAM, address);
    if (!listener) return tl::unexpected(listener.error());
    Pair pair;
    pair.near.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::listen(listener->get(), 1) != 0 ||
        ::connect(pair.near.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return fail_errno(tr("connect over lo"), errno);
    pair.far.reset(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!pair.far) return fail_errno(tr("accept over lo"), errno);
    return pair;
}

Result<Pair> udp_pair() {
    sockaddr_in address{};
    auto receiver = bound_socket(SOCK_DGRAM, address);
    if (!receiver) return tl::unexpected(receiver.error());
    Pair pair{UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), std::move(*receiver)};
    if (::connect(pair.near.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return fail_errno(tr("connect a UDP socket"), errno);
    return pair;
}

Status exchange(const Result<Pair>& pair) {
    if (!pair) return tl::unexpected(pair.error());
    char byte = 0;
    if (::send(pair->near.get(), "x", 1, MSG_NOSIGNAL) != 1) return fail_errno(tr("send over lo"), errno);
    pollfd arrival{pair->far.get(), POLLIN, 0};
    if (::poll(&arrival, 1, kAnswerWithinMs) != 1) return fail(tr("what was sent over lo did not arrive"));
    if (::recv(pair->far.get(), &byte, 1, 0) != 1) return fail_errno(tr("receive over lo"), errno);
    return {};
}

Result<std::string> try_sandbox() {
    const auto sandbox = enter_sandbox({});
    if (!sandbox) return tl::unexpected(sandbox.error());
    return tr_format("{}, lo is up", tr(std::string(to_string(sandbox->kind)).c_str()));
}

// The rest run inside the sandbox; without one they say so.
Trial inside(Trial trial) {
    return [trial = std::move(trial)]() -> Result<std::string> {
        if (const auto sandbox = enter_sandbox({}); !sandbox) return fail(tr(kNotTried));
        return trial();
    };
}

Result<std::string> try_capture() {
    const UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)));
    if (!fd) return fail_errno(tr("open a packet socket"), errno);
    return tr("packet socket opened");
}

Result<std::string> try_loopback() {
    if (Status status = exchange(tcp_pair()); !status) return fail("TCP: " + status.error().message);
    if (Status status = exchange(udp_pair()); !status) return fail("UDP: " + status.error().message);
    return tr("TCP and UDP exchange a byte");
}

Result<std::string> try_probe() {
    if (const auto probe = ThreadProbe::open(static_cast<pid_t>(syscall(SYS_gettid))); !probe)
        return tl::unexpected(probe.error());
    const UniqueFd fd(::open("/proc/self/syscall", O_RDONLY | O_CLOEXEC));
    char text[16];
    if (!fd || ::read(fd.get(), text, sizeof text) <= 0) return fail_errno(tr("read /proc/self/syscall"), errno);
    return tr("readable");
}

Result<std::string> try_reports() {
    const auto pair = tcp_pair();
    if (!pair) return tl::unexpected(pair.error());
    if (!enable_tx_reports(pair->near.get())) return fail_errno("SO_TIMESTAMPING", errno);
    if (::send(pair->near.get(), "x", 1, MSG_NOSIGNAL) != 1) return fail_errno(tr("send over lo"), errno);
    pollfd queue{pair->near.get(), 0, 0};  // POLLERR is always reported
    std::vector<TxReport> reports;
    if (::poll(&queue, 1, kAnswerWithinMs) == 1) drain_tx_reports(pair->near.get(), 0, reports);
    if (reports.empty()) return fail(tr("no report came back for a send"));
    return tr("reports of a send come back");
}

Result<std::string> try_sysctls() {
    const auto sandbox = enter_sandbox({});
    if (!sandbox) return fail(tr(kNotTried));
    std::size_t pinned = 0;
    std::string left;
    for (const RunFact& fact : sandbox->facts) {
        if (fact.name.starts_with("sysctl ") && !fact.value.ends_with("(host)")) ++pinned;
        if (fact.name == "not pinned") left = tr_format("; left alone: {}", fact.value);
    }
    if (pinned == 0) return fail(tr("none could be pinned") + left);
    return tr_format("{} of {} pinned{}", pinned, pinned_sysctls().size(), left);
}

// A datagram from one host of a wire to another.
Result<std::string> try_wire() {
    const auto sandbox = enter_sandbox({{}, false});
    if (!sandbox) return fail(kNotTried);
    WireSpec spec;
    spec.hosts = {"one", "two"};
    const auto wire = Wire::open(spec);
    if (!wire) return tl::unexpected(wire.error());
    UniqueFd receiver;
    std::thread([&] {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        if (!wire->enter_host(1)) return;
        receiver.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        address.sin_port = htons(9000);
        (void)::bind(receiver.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }).join();
    std::thread([&] {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(9000);
        address.sin_addr.s_addr = htonl(wire->hosts()[1].address.v4_host_order());
        if (!wire->enter_host(0)) return;
        const UniqueFd sender(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        (void)::sendto(sender.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }).join();
    pollfd arrival{receiver.get(), POLLIN, 0};
    if (::poll(&arrival, 1, kAnswerWithinMs) != 1) return fail(tr("a datagram from one host did not reach the other"));
    return tr("two hosts, and a datagram from one to the other");
}

Result<std::string> try_temporary_file() {
    const char* folder = std::getenv("TMPDIR");
    std::string path = std::string(folder != nullptr && *folder != 0 ? folder : "/tmp") + "/wirestory-doctor-XXXXXX";
    const UniqueFd fd(::mkstemp(path.data()));
    if (!fd) return fail_errno(tr_format("write a file like {}", path), errno);
    ::unlink(path.c_str());
    return path.substr(0, path.rfind('/'));
}

// The child's answer: "+" or "-", then the text.
std::string answer_of_child(const Trial& trial) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return std::string("-pipe: ") + std::strerror(errno);
    UniqueFd in(ends[0]);
    UniqueFd out(ends[1]);
    const pid_t child = fork();
    if (child < 0) return std::string("-fork: ") + std::strerror(errno);
    if (child == 0) {
        alarm(10);  // a machine that hangs here is a finding too
        const auto result = trial();
        const std::string answer = result ? "+" + *result : "-" + result.error().message;
        _exit(::write(out.get(), answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1);
    }
    out.reset();
    std::string answer;
    char buffer[1024];
    for (ssize_t length = 0; (length = ::read(in.get(), buffer, sizeof buffer)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(length));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!answer.empty()) return answer;
    return WIFSIGNALED(status) ? "-" + tr_format("the trial ended by {}", strsignal(WTERMSIG(status)))
                               : std::string("-") + tr("no answer");
}

DoctorCheck checked(const char* name, const Trial& trial, std::string cure) {
    const std::string answer = answer_of_child(trial);
    DoctorCheck check;
    check.name = name;
    check.works = answer.starts_with('+');
    check.detail = answer.substr(1);
    if (check.works) return check;
    // enter_sandbox() names the cure itself; here it stands on a line of its own.
    if (check.detail.ends_with("; " + cure)) check.detail.resize(check.detail.size() - cure.size() - 2);
    check.cure = check.detail == tr(kNotTried) ? tr("make the sandbox work first") : std::move(cure);
    return check;
}

DoctorCheck told(const char* name, bool works, std::string detail, const char* cure) {
    DoctorCheck check{name, works, false, std::move(detail), {}};
    if (!works) check.cure = cure;
    return check;
}

}  // namespace

std::vector<DoctorCheck> examine_machine() {
    std::vector<DoctorCheck> checks;
    utsname machine{};
    uname(&machine);
    checks.push_back(told(tr_later("kernel"), true, fmt::format("{} {}", machine.sysname, machine.release), ""));
    checks.push_back(checked(tr_later("sandbox"), try_sandbox, namespace_cure()));
    checks.push_back(checked(tr_later("packet capture"), inside(try_capture),
                             tr_format("the sandbox gives CAP_NET_RAW by itself once it works: {}", namespace_cure())));
    checks.push_back(checked(tr_later("loopback exchange"), inside(try_loopback),
                             tr("a firewall or security module stands between two sockets of this machine: "
                                "try again as root in a plain shell")));
    checks.push_back(
        checked(tr_later("watching threads"), inside(try_probe),
                tr("mount /proc, with a kernel that has CONFIG_HAVE_ARCH_TRACEHOOK (all of x86-64 and arm64)")));
    checks.push_back(checked(tr_later("send reports"), inside(try_reports), tr("a kernel of 4.0 or later is needed")));
    checks.push_back(checked(tr_later("pinned sysctls"), try_sysctls,
                             tr("/proc/sys is read-only here: in a container run with --security-opt "
                                "systempaths=unconfined; runs work, but show this machine's own settings")));
    checks.back().needed = false;
    checks.push_back(checked(tr_later("wire between hosts"), try_wire,
                             tr_format("scenarios on loopback run all the same; a wire needs network namespaces, veth "
                                       "devices (modprobe veth) and packet sockets: {}",
                                       namespace_cure())));
    checks.back().needed = false;
    checks.push_back(
        checked(tr_later("temporary folder"), try_temporary_file, tr("set TMPDIR to a folder that you can write to")));
    const char* x11 = std::getenv("DISPLAY");
    const char* wayland = std::getenv("WAYLAND_DISPLAY");
    const char* display = x11 != nullptr && *x11 != 0 ? x11 : wayland;
    checks.push_back(
        told(tr_later("display"), display != nullptr && *display != 0, display != nullptr ? display : tr("none"),
             tr("`wirestory show` prints the same as text; for `wirestory view` start it under Xvfb or on a "
                "desktop")));
    return checks;
}

}  // namespace wirestory::sim

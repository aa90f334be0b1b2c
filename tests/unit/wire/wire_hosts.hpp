// Sockets on the hosts of a wire, for its tests: opened on a thread that joined the host, used from anywhere.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.hpp"
#include "sim/wire/wire.hpp"
#include "tests/support/sandboxed.hpp"

namespace wirestory::test {

constexpr std::uint16_t kPort = 9000;
constexpr int kPatienceMs = 20'000;  // how long a test waits for what must come, before it fails

inline sockaddr_in address_of(const IpAddress& address, std::uint16_t port) {
    sockaddr_in socket_address{};
    socket_address.sin_family = AF_INET;
    socket_address.sin_addr.s_addr = htonl(address.v4_host_order());
    socket_address.sin_port = htons(port);
    return socket_address;
}

template <class Body>
void on_host(const sim::Wire& wire, sim::HostId host, Body body) {
    std::thread([&] {
        if (wire.enter_host(host)) body();
    }).join();
}

inline UniqueFd socket_on(const sim::Wire& wire, sim::HostId host, int type, std::uint16_t port) {
    UniqueFd fd;
    on_host(wire, host, [&] {
        fd = UniqueFd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
        const int on = 1;
        ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        const sockaddr_in address = address_of(wire.hosts()[host].address, port);
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    });
    return fd;
}

inline bool send_to(int fd, const IpAddress& to, std::uint16_t port, const std::string& text) {
    const sockaddr_in address = address_of(to, port);
    return ::sendto(fd, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           static_cast<ssize_t>(text.size());
}

// The next datagram or piece of stream; nothing when none comes in time.
inline std::optional<std::string> receive(int fd, int patience_ms = kPatienceMs) {
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) return std::nullopt;
    std::string text(65536, '\0');
    const ssize_t length = ::recv(fd, text.data(), text.size(), 0);
    if (length < 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(length));
    return text;
}

// Opens or says why not, in the checks.
inline std::optional<sim::Wire> open_wire(Checks& checks, const sim::WireSpec& spec,
                                          const sim::WireOptions& options = {}) {
    auto wire = sim::Wire::open(spec, options);
    EXPECT_EQUAL_IN(checks, wire ? "" : wire.error().message, "");
    if (!wire) return std::nullopt;
    return std::move(*wire);
}

// What the relay wrote, all of it.
inline std::vector<sim::FateEntry> close_and_take(sim::Wire& wire) {
    wire.close();
    std::vector<sim::FateEntry> fates;
    wire.take_fates(fates);
    return fates;
}

inline std::size_t count_cause(const std::vector<sim::FateEntry>& fates, sim::DropCause cause) {
    return static_cast<std::size_t>(
        std::ranges::count_if(fates, [cause](const sim::FateEntry& fate) { return fate.cause == cause; }));
}

inline sim::WireSpec two_hosts() {
    sim::WireSpec spec;
    spec.hosts = {"client", "server"};
    return spec;
}

}  // namespace wirestory::test

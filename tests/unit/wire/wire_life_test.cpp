// The wire's life: changes while it runs, its end, and that nothing of it stays behind.
#include <csignal>
#include <cstdio>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "sim/sandbox/private_namespace.hpp"
#include "sim/wire/netlink.hpp"
#include "sim/wire/wire.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_entries.hpp"
#include "tests/support/sandboxed.hpp"
#include "tests/unit/wire/wire_hosts.hpp"

namespace wirestory::test {
namespace {

using namespace sim;

TEST_CASE("cut and restore hold from the moment they return, one direction at a time") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  auto wire = open_wire(checks, two_hosts());
                  if (!wire) return;
                  const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
                  const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
                  for (int round = 0; round < 20; ++round) {
                      EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "before"));
                      const auto cut = wire->cut(0, 1);
                      EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "cut"));
                      EXPECT_IN(checks, send_to(server.get(), wire->hosts()[0].address, kPort, "back"));
                      const auto restored = wire->restore(0, 1);
                      EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "after"));
                      EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), "before");
                      EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), "after");
                      EXPECT_EQUAL_IN(checks, receive(client.get()).value_or("nothing"), "back");
                      EXPECT_IN(checks, cut && restored && *cut < *restored);
                  }
                  const auto fates = close_and_take(*wire);
                  EXPECT_EQUAL_IN(checks, count_cause(fates, DropCause::kCut), 20U);
                  EXPECT_EQUAL_IN(checks, fates.size(), 80U);
              }) == "");
}

TEST_CASE("a path and a port change while the wire runs; packets on their way keep their fate") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec = two_hosts();
              spec.path.delay_ns = 50 * kMillisecondNs;
              auto wire = open_wire(checks, spec);
              if (!wire) return;
              const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
              const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
              EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "slow"));
              PathSpec path;
              path.loss.every = 3;
              EXPECT_IN(checks, wire->set_path(0, 1, path).has_value());
              PortSpec port;
              port.rate_bits_per_s = 10'000'000;
              EXPECT_IN(checks, wire->set_port(1, port).has_value());
              for (const char* text : {"second", "third", "fourth"})
                  EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, text));
              for (const char* text : {"slow", "second", "fourth"})
                  EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), text);
              path.loss.probability = 2;
              EXPECT_IN(checks, !wire->set_path(0, 1, path));
              EXPECT_IN(checks, !wire->set_path(0, 0, PathSpec{}));
              EXPECT_IN(checks, !wire->set_port(9, port));
              EXPECT_IN(checks, !wire->cut(0, 7));
              wire->close();
              EXPECT_IN(checks, !wire->cut());
          }) == "");
}

TEST_CASE("packets still on their way when the wire closes are told") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec = two_hosts();
              spec.path.delay_ns = 100 * kSecondNs;
              auto wire = open_wire(checks, spec);
              if (!wire) return;
              const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
              for (int i = 0; i < 3; ++i)
                  EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "late"));
              EXPECT_IN(checks, wire->cut().has_value());  // so the relay has taken up all three
              EXPECT_IN(checks, !wire->drain(kMicrosecondNs));
              EXPECT_EQUAL_IN(checks, count_cause(close_and_take(*wire), DropCause::kClosed), 3U);
          }) == "");
}

TEST_CASE("no more packets are on their way than there is room for") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec = two_hosts();
              spec.path.delay_ns = 100 * kSecondNs;
              WireOptions options;
              options.in_flight_packets = 4;
              auto wire = open_wire(checks, spec, options);
              if (!wire) return;
              const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
              for (int i = 0; i < 10; ++i)
                  EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "much"));
              EXPECT_IN(checks, wire->cut().has_value());
              EXPECT_EQUAL_IN(checks, wire->statistics().unasked_losses(), 6U);
              EXPECT_EQUAL_IN(checks, count_cause(close_and_take(*wire), DropCause::kOverload), 6U);
          }) == "");
}

TEST_CASE("what was sent before it is with the relay when catching up returns") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  auto wire = open_wire(checks, two_hosts());
                  if (!wire) return;
                  const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
                  const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
                  for (std::uint64_t round = 0; round < 400; round += 2) {
                      EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "there"));
                      EXPECT_IN(checks, send_to(server.get(), wire->hosts()[0].address, kPort, "back"));
                      EXPECT_IN(checks, wire->catch_up(20 * kSecondNs));
                      EXPECT_EQUAL_IN(checks, wire->statistics().offered, round + 2);
                  }
              }) == "");
}

TEST_CASE("frames that only mark a tap are not carried and not counted") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              auto wire = open_wire(checks, two_hosts());
              if (!wire) return;
              on_host(*wire, 0, [&] {
                  const UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
                  sockaddr_ll device{};
                  device.sll_family = AF_PACKET;
                  device.sll_ifindex = 2;
                  unsigned char marker[60] = {};
                  marker[0] = 0xFF;
                  marker[12] = 0x88;
                  marker[13] = 0xB5;
                  EXPECT_IN(checks, ::sendto(fd.get(), marker, sizeof marker, 0, reinterpret_cast<sockaddr*>(&device),
                                             sizeof device) == sizeof marker);
              });
              EXPECT_IN(checks, wire->drain(20 * kSecondNs));
              EXPECT_EQUAL_IN(checks, wire->statistics().offered, 0U);
              EXPECT_EQUAL_IN(checks, wire->statistics().strangers, 0U);
              EXPECT_EQUAL_IN(checks, close_and_take(*wire).size(), 0U);
          }) == "");
}

TEST_CASE("a destroyed wire leaves no descriptor and no thread") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  const std::size_t descriptors = open_descriptors();
                  const std::size_t threads = entries_of("/proc/self/task");
                  { (void)open_wire(checks, two_hosts()); }
                  EXPECT_EQUAL_IN(checks, open_descriptors(), descriptors);
                  EXPECT_EQUAL_IN(checks, threads_left(threads), threads);
              }) == "");
}

// A veth pair between this namespace and that of `network_namespace`: our end dies with that namespace, and only with
// it.
Status plant_canary(int network_namespace) {
    auto netlink = NetlinkSocket::open(0);
    if (!netlink) return tl::unexpected(netlink.error());
    ifinfomsg link{};
    NetlinkMessage message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, link);
    message.attribute(IFLA_IFNAME, "canary");
    message.begin_nested(IFLA_LINKINFO).attribute(IFLA_INFO_KIND, "veth").begin_nested(IFLA_INFO_DATA);
    message.begin_nested(VETH_INFO_PEER).body(link).attribute(IFLA_IFNAME, "canary0");
    message.attribute_u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(network_namespace));
    message.end_nested().end_nested().end_nested();
    return netlink->request(message, "plant a canary");
}

// Waits for the kernel's notice that a device has gone; asks for a device that is not there, which changes nothing.
Status await_death_of_canary(NetlinkSocket& listener) {
    ifinfomsg link{};
    link.ifi_index = 1;
    NetlinkMessage question(RTM_GETLINK, NLM_F_REQUEST, link);
    return listener.ask_until(question, "wait for the canary", 60 * kSecondNs,
                              [](const nlmsghdr& notice) { return notice.nlmsg_type == RTM_DELLINK; });
}

// The child makes a wire and hangs; the parent kills it and sees that its namespaces die, in spite of packets on their
// way.
void kill_and_watch(Checks& checks) {
    int ends[2];
    EXPECT_IN(checks, pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        WireSpec spec = two_hosts();
        spec.path.delay_ns = 100 * kSecondNs;
        const auto wire = Wire::open(spec);
        int answer[3] = {-1, -1, -1};
        if (wire) {
            const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
            for (int i = 0; i < 100; ++i) (void)send_to(client.get(), wire->hosts()[1].address, kPort, "on its way");
            answer[0] = wire->hosts()[0].network_namespace;
            answer[1] = wire->hosts()[1].network_namespace;
            (void)!write(ends[1], answer, sizeof answer);
            pause();
        }
        (void)!write(ends[1], answer, sizeof answer);
        _exit(0);
    }
    int descriptors[3] = {-1, -1, -1};
    EXPECT_IN(checks, read(ends[0], descriptors, sizeof descriptors) == sizeof descriptors);
    EXPECT_IN(checks, descriptors[0] >= 0);
    auto listener = NetlinkSocket::open(RTMGRP_LINK);
    EXPECT_IN(checks, listener.has_value());
    {
        const std::string path = "/proc/" + std::to_string(child) + "/fd/" + std::to_string(descriptors[1]);
        const UniqueFd server_namespace(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        EXPECT_IN(checks, server_namespace.get() >= 0);
        const Status planted = plant_canary(server_namespace.get());
        EXPECT_EQUAL_IN(checks, planted ? "" : planted.error().message, "");
    }
    EXPECT_IN(checks, ::kill(child, SIGKILL) == 0);
    EXPECT_IN(checks, ::waitpid(child, nullptr, 0) == child);
    const Status died = await_death_of_canary(*listener);
    EXPECT_EQUAL_IN(checks, died ? "" : died.error().message, "");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("after kill -9 the namespaces and devices are gone") {
    for (const User user : users_to_try()) CHECK(in_sandbox(user, kill_and_watch) == "");
}

TEST_CASE("where namespaces are refused, one sentence names it and the cure") {
    const std::string said = in_child([]() -> std::string {
        if (std::string failure = become_nobody(); !failure.empty()) return failure;
        const auto wire = Wire::open(two_hosts());  // not in a sandbox, so without any privilege
        return wire ? "it opened" : wire.error().message;
    });
    CHECK(said.find("wire: make a network namespace for the relay: Operation not permitted; ") == 0);
    CHECK(said.size() > std::string("wire: make a network namespace for the relay: Operation not permitted; ").size());
    CHECK(said.find('\n') == std::string::npos);
}

TEST_CASE("sysctls hold on every host, and a wrong one is refused by name") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec = two_hosts();
              spec.sysctls = {{"net.ipv4.tcp_sack", "0"}};
              {
                  const auto wire = open_wire(checks, spec);
                  if (!wire) return;
                  for (HostId host = 0; host < 2; ++host)
                      on_host(*wire, host, [&] {
                          EXPECT_EQUAL_IN(checks, read_sysctl("net.ipv4.tcp_sack").value_or("?"), "0");
                          EXPECT_EQUAL_IN(checks, read_sysctl("net.ipv4.tcp_no_metrics_save").value_or("?"), "1");
                      });
                  EXPECT_EQUAL_IN(checks, wire->facts().size(), 0U);
              }
              spec.sysctls = {{"net.ipv4.no_such_thing", "1"}};
              const auto wire = Wire::open(spec);
              EXPECT_IN(checks, !wire && wire.error().message.find("net.ipv4.no_such_thing") != std::string::npos);
          }) == "");
}

}  // namespace
}  // namespace wirestory::test

// The wire with real sockets between hosts, as oneself and as an ordinary user: what arrives, what does not, what the
// relay tells about it.
#include "sim/wire/wire.hpp"

#include <array>
#include <fstream>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/sandboxed.hpp"
#include "tests/unit/wire/wire_hosts.hpp"

namespace wirestory::test {
namespace {

using namespace sim;

void exchange_datagrams(Checks& checks) {
    auto wire = open_wire(checks, two_hosts());
    if (!wire) return;
    const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
    const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
    EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, "hello"));
    EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), "hello");
    EXPECT_IN(checks, send_to(server.get(), wire->hosts()[0].address, kPort, "world"));
    EXPECT_EQUAL_IN(checks, receive(client.get()).value_or("nothing"), "world");
    const auto fates = close_and_take(*wire);
    EXPECT_EQUAL_IN(checks, fates.size(), 2U);  // no ARP, no IPv6, nothing else
    for (const FateEntry& fate : fates) {
        EXPECT_EQUAL_IN(checks, fate.packet_number, 1U);
        EXPECT_EQUAL_IN(checks, fate.size_bytes, 14U + 20U + 8U + 5U);
        EXPECT_IN(checks, fate.cause == DropCause::kNone);
        EXPECT_IN(checks, fate.left_ns >= fate.entered_ns);
        EXPECT_IN(checks, fate.fingerprint == fate.left_fingerprint);
    }
    EXPECT_EQUAL_IN(checks, wire->statistics().unasked_losses(), 0U);
}

TEST_CASE("two hosts exchange datagrams, and nothing else is on the wire") {
    for (const User user : users_to_try()) CHECK(in_sandbox(user, exchange_datagrams) == "");
}

// Numbered datagrams over a lossy wire: those that did not arrive.
std::set<std::uint64_t> lose_some(Checks& checks, const WireSpec& spec) {
    constexpr std::uint64_t kCount = 2'000;
    constexpr std::uint64_t kChunk = 100;  // fits any receive buffer
    auto wire = open_wire(checks, spec);
    if (!wire) return {};
    const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
    const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
    std::set<std::uint64_t> lacking;
    std::set<std::uint64_t> said;
    std::vector<FateEntry> fates;
    for (std::uint64_t number = 1; number <= kCount; ++number) {
        lacking.insert(number);
        EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, std::to_string(number)));
        if (number % kChunk != 0) continue;
        EXPECT_IN(checks, wire->drain(20 * kSecondNs));
        fates.clear();
        wire->take_fates(fates);
        EXPECT_EQUAL_IN(checks, fates.size(), kChunk);
        for (const FateEntry& fate : fates) {
            if (fate.cause == DropCause::kNone)
                lacking.erase(std::stoull(receive(server.get()).value_or("0")));
            else
                said.insert(fate.packet_number);
        }
    }
    EXPECT_IN(checks, !receive(server.get(), 0));
    EXPECT_IN(checks, lacking == said);
    const WireStatistics statistics = wire->statistics();
    EXPECT_EQUAL_IN(checks, statistics.offered, kCount);
    EXPECT_EQUAL_IN(checks, statistics.delivered + statistics.dropped_by(DropCause::kLoss), kCount);
    EXPECT_EQUAL_IN(checks, statistics.unasked_losses(), 0U);
    return lacking;
}

TEST_CASE("what the relay says it dropped is exactly what the far side lacks, the same each time for one seed") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  WireSpec spec = two_hosts();
                  spec.path.loss.probability = 0.05;
                  spec.path.bursts = GilbertElliott{0.01, 0.3, 0.0, 1.0};
                  const auto once = lose_some(checks, spec);
                  EXPECT_IN(checks, once.size() > 50 && once.size() < 400);
                  EXPECT_IN(checks, lose_some(checks, spec) == once);
                  spec.seed = 7;
                  EXPECT_IN(checks, lose_some(checks, spec) != once);
              }) == "");
}

// A connection between the hosts: the client's and the server's end.
std::pair<UniqueFd, UniqueFd> connect_hosts(Checks& checks, const Wire& wire) {
    const auto listener = socket_on(wire, 1, SOCK_STREAM, kPort);
    EXPECT_IN(checks, ::listen(listener.get(), 1) == 0);
    auto client = socket_on(wire, 0, SOCK_STREAM, 0);
    const sockaddr_in address = address_of(wire.hosts()[1].address, kPort);
    EXPECT_IN(checks, ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    UniqueFd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    EXPECT_IN(checks, server.get() >= 0);
    return {std::move(client), std::move(server)};
}

void transfer_with_loss(Checks& checks) {
    WireSpec spec = two_hosts();
    spec.path.delay_ns = kMillisecondNs;
    spec.path.loss.probability = 0.02;
    spec.path.reorder.every = 50;
    spec.path.reorder_by_ns = 2 * kMillisecondNs;
    spec.path.duplicate.every = 70;
    auto wire = open_wire(checks, spec);
    if (!wire) return;
    auto [client, server] = connect_hosts(checks, *wire);
    std::string text(300'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 >> 3U);
    std::thread sender([&text, fd = client.get()] {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t length = ::send(fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
            if (length <= 0) break;
            done += static_cast<std::size_t>(length);
        }
        ::shutdown(fd, SHUT_WR);
    });
    std::string received;
    for (auto piece = receive(server.get()); piece && !piece->empty(); piece = receive(server.get()))
        received += *piece;
    sender.join();
    EXPECT_IN(checks, received == text);
    const auto fates = close_and_take(*wire);
    EXPECT_IN(checks, count_cause(fates, DropCause::kLoss) > 0);
    std::uint32_t longest = 0;
    for (const FateEntry& fate : fates) {
        longest = std::max(longest, fate.size_bytes);
        if (fate.cause == DropCause::kNone)
            EXPECT_IN(checks, fate.left_ns - fate.entered_ns >= kMillisecondNs - kMicrosecondNs);
    }
    EXPECT_EQUAL_IN(checks, longest, 1514U);  // 1448 bytes of data: no offload glues segments together
}

TEST_CASE("TCP brings everything over a wire that loses, swaps and doubles, in segments of the real size") {
    for (const User user : users_to_try()) CHECK(in_sandbox(user, transfer_with_loss) == "");
}

TEST_CASE("a rule drops the first SYN, and the second gets through") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  constexpr std::uint16_t kSyn = 0x02;
                  WireSpec spec = two_hosts();
                  PacketPattern syn;
                  syn.from = 0;
                  syn.protocol = "tcp";
                  syn.tcp_flags = kSyn;
                  spec.rules.push_back({syn, 1, WireAction::kDrop, 0});
                  auto wire = open_wire(checks, spec);
                  if (!wire) return;
                  (void)connect_hosts(checks, *wire);
                  const auto fates = close_and_take(*wire);
                  EXPECT_EQUAL_IN(checks, count_cause(fates, DropCause::kRule), 1U);
                  EXPECT_IN(checks, fates.at(0).cause == DropCause::kRule && fates.at(0).rule == 0);
                  EXPECT_IN(checks, fates.at(1).from == 0 && fates.at(1).cause == DropCause::kNone);
                  EXPECT_IN(checks, fates.at(1).entered_ns - fates.at(0).entered_ns > 900 * kMillisecondNs);
              }) == "");
}

void join_group(int fd, const IpAddress& group) {
    ip_mreqn membership{};
    membership.imr_multiaddr.s_addr = htonl(group.v4_host_order());
    membership.imr_ifindex = 2;
    ::setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership);
}

void three_on_a_segment(Checks& checks) {
    WireSpec spec;
    spec.hosts = {"a", "b", "c"};
    auto wire = open_wire(checks, spec);
    if (!wire) return;
    std::vector<UniqueFd> sockets;
    for (HostId host = 0; host < 3; ++host) {
        sockets.emplace_back();
        on_host(*wire, host, [&] {
            sockets.back() = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
            const sockaddr_in any = address_of(IpAddress::v4(0), kPort);
            EXPECT_IN(checks, ::bind(sockets.back().get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
            const int on = 1;
            ::setsockopt(sockets.back().get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        });
    }
    // Many to one, to one only.
    for (HostId host = 0; host < 2; ++host) {
        EXPECT_IN(checks, send_to(sockets[host].get(), wire->hosts()[2].address, kPort, std::to_string(host)));
        EXPECT_EQUAL_IN(checks, receive(sockets[2].get()).value_or("nothing"), std::to_string(host));
    }
    // One to all others, and to those who joined.
    const IpAddress group = IpAddress::v4(0xEF01'0203);
    join_group(sockets[1].get(), group);
    join_group(sockets[2].get(), group);
    for (const IpAddress& to : {IpAddress::v4(0x0A00'00FF), group}) {
        EXPECT_IN(checks, send_to(sockets[0].get(), to, kPort, "all"));
        for (const std::size_t host : {std::size_t{1}, std::size_t{2}})
            EXPECT_EQUAL_IN(checks, receive(sockets[host].get()).value_or("nothing"), "all");
    }
    // (The sender hears its own broadcast, from its own kernel.)
    for (const std::size_t host : {std::size_t{1}, std::size_t{2}}) EXPECT_IN(checks, !receive(sockets[host].get(), 0));
    EXPECT_EQUAL_IN(checks, wire->statistics().strangers, 0U);
}

TEST_CASE("three hosts on one segment: one, many, broadcast and multicast") {
    for (const User user : users_to_try()) CHECK(in_sandbox(user, three_on_a_segment) == "");
}

// The value of a counter in a host's /proc/net/snmp, by the name in the heading line.
std::string snmp_counter(const Wire& wire, HostId host, const std::string& protocol, const std::string& name) {
    std::string value = "absent";
    on_host(wire, host, [&] {
        std::ifstream file("/proc/thread-self/net/snmp");
        for (std::string heading, values; std::getline(file, heading) && std::getline(file, values);) {
            std::istringstream names(heading);
            std::istringstream numbers(values);
            for (std::string column, number; names >> column && numbers >> number;)
                if (heading.starts_with(protocol + ":") && column == name) value = number;
        }
    });
    return value;
}

// Two hosts in turn, faster than the relay wakes: the third gets the datagrams in the order in which they were sent.
void speak_in_turn(Checks& checks) {
    constexpr int kRounds = 500;
    constexpr int kChunk = 50;  // fits any receive buffer
    WireSpec spec;
    spec.hosts = {"alice", "bob", "server"};
    auto wire = open_wire(checks, spec);
    if (!wire) return;
    const std::array<UniqueFd, 2> senders{socket_on(*wire, 0, SOCK_DGRAM, kPort),
                                          socket_on(*wire, 1, SOCK_DGRAM, kPort)};
    const auto server = socket_on(*wire, 2, SOCK_DGRAM, kPort);
    for (int number = 0; number < kRounds; number += kChunk) {
        for (int i = number; i < number + kChunk; ++i)
            EXPECT_IN(checks, send_to(senders[static_cast<std::size_t>(i % 2)].get(), wire->hosts()[2].address, kPort,
                                      std::to_string(i)));
        for (int i = number; i < number + kChunk; ++i)
            EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), std::to_string(i));
    }
}

TEST_CASE("packets of several hosts to one keep the order in which they were sent") {
    for (const User user : users_to_try()) CHECK(in_sandbox(user, speak_in_turn) == "");
}

TEST_CASE("a corrupted datagram reaches the receiver's checksum counter and not the receiver") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  WireSpec spec = two_hosts();
                  spec.path.corrupt.every = 2;
                  auto wire = open_wire(checks, spec);
                  if (!wire) return;
                  const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
                  const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
                  for (const char* text : {"1", "2", "3", "4", "5"})
                      EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, text));
                  for (const char* text : {"1", "3", "5"})
                      EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), text);
                  EXPECT_EQUAL_IN(checks, snmp_counter(*wire, 1, "Udp", "InCsumErrors"), "2");
                  for (const FateEntry& fate : close_and_take(*wire)) {
                      EXPECT_EQUAL_IN(checks, fate.corrupted, fate.packet_number % 2 == 0);
                      EXPECT_EQUAL_IN(checks, fate.fingerprint != fate.left_fingerprint, fate.corrupted);
                  }
              }) == "");
}

TEST_CASE("a slow line paces, and its full queue drops what the log says") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec = two_hosts();
              spec.port.rate_bits_per_s = 1'000'000;
              spec.port.queue_packets = 5;
              auto wire = open_wire(checks, spec);
              if (!wire) return;
              const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
              const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
              const std::string filler(1250 - 42 - 2, '.');
              std::set<std::string> lacking;
              for (int i = 10; i < 30; ++i) {
                  EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, std::to_string(i) + filler));
                  lacking.insert(std::to_string(i));
              }
              EXPECT_IN(checks, wire->drain(20 * kSecondNs));
              std::set<std::string> said;
              TimeNs last_left_ns = 0;
              for (const FateEntry& fate : close_and_take(*wire)) {
                  EXPECT_IN(checks, fate.queue_packets <= 5);
                  if (fate.cause == DropCause::kQueueFull) {
                      EXPECT_EQUAL_IN(checks, fate.queue_packets, 5U);
                      said.insert(std::to_string(9 + fate.packet_number));
                      continue;
                  }
                  lacking.erase(receive(server.get()).value_or("nothing").substr(0, 2));
                  EXPECT_IN(checks, fate.left_ns >= fate.due_ns - kMicrosecondNs);
                  EXPECT_IN(checks, fate.due_ns >= last_left_ns);
                  last_left_ns = fate.due_ns;
              }
              EXPECT_IN(checks, !said.empty());
              EXPECT_IN(checks, lacking == said);
          }) == "");
}

TEST_CASE("devices take the mtu they are given, small and large") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              for (const std::uint32_t mtu : {576U, 9'000U, 65'535U}) {
                  WireSpec spec = two_hosts();
                  spec.mtu_bytes = mtu;
                  auto wire = open_wire(checks, spec);
                  if (!wire) return;
                  const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
                  const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
                  const std::string text(mtu - 28, 'x');  // as long as one packet can carry
                  EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, text));
                  EXPECT_IN(checks, receive(server.get()) == text);
                  const auto fates = close_and_take(*wire);
                  EXPECT_EQUAL_IN(checks, fates.size(), 1U);
                  EXPECT_EQUAL_IN(checks, fates.at(0).size_bytes, mtu + 14);
              }
          }) == "");
}

TEST_CASE("as many hosts as there may be hear one of them") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec;
              for (std::size_t i = 0; i < kMaxWireHosts; ++i) spec.hosts.push_back("host" + std::to_string(i));
              auto wire = open_wire(checks, spec);
              if (!wire) return;
              const HostId last = kMaxWireHosts - 1;
              const auto speaker = socket_on(*wire, last, SOCK_DGRAM, kPort);
              for (HostId host = 0; host < last; ++host) {
                  const auto listener = socket_on(*wire, host, SOCK_DGRAM, kPort);
                  EXPECT_IN(checks, send_to(speaker.get(), wire->hosts()[host].address, kPort, spec.hosts[host]));
                  EXPECT_EQUAL_IN(checks, receive(listener.get()).value_or("nothing"), spec.hosts[host]);
              }
              EXPECT_IN(checks, wire->drain(20 * kSecondNs));
              EXPECT_EQUAL_IN(checks, wire->statistics().delivered, std::uint64_t{last});
          }) == "");
}

TEST_CASE("a datagram longer than the mtu travels in pieces, and one lost piece loses all") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              WireSpec spec = two_hosts();
              spec.mtu_bytes = 1000;
              spec.path.loss.every = 5;
              auto wire = open_wire(checks, spec);
              if (!wire) return;
              const auto client = socket_on(*wire, 0, SOCK_DGRAM, kPort);
              const auto server = socket_on(*wire, 1, SOCK_DGRAM, kPort);
              for (const char letter : {'a', 'b'})  // three pieces each: the fifth is the second one's
                  EXPECT_IN(checks, send_to(client.get(), wire->hosts()[1].address, kPort, std::string(2500, letter)));
              EXPECT_EQUAL_IN(checks, receive(server.get()).value_or("nothing"), std::string(2500, 'a'));
              EXPECT_IN(checks, wire->drain(20 * kSecondNs));
              const auto fates = close_and_take(*wire);
              EXPECT_EQUAL_IN(checks, fates.size(), 6U);
              EXPECT_EQUAL_IN(checks, count_cause(fates, DropCause::kLoss), 1U);
              for (const FateEntry& fate : fates) EXPECT_IN(checks, fate.size_bytes <= 1014);
              EXPECT_IN(checks, !receive(server.get(), 0));
          }) == "");
}

}  // namespace
}  // namespace wirestory::test

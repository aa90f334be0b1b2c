// The sandbox as root and as an ordinary user: what it is, what it pins, what it refuses.
#include <cstring>
#include <set>

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sim/sandbox/private_namespace.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sandboxed.hpp"

namespace wirestory::test {
namespace {

ino_t own_network() {
    struct stat status {};
    return stat("/proc/self/ns/net", &status) == 0 ? status.st_ino : 0;
}

bool loopback_is_up() {
    const UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    return ioctl(fd.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
}

TEST_CASE("a private network for root and for an ordinary user, with lo up and packet capture allowed") {
    const ino_t outside = own_network();
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [&](Checks& checks) {
                  const bool ordinary = user == User::kNobody || geteuid() != 0;
                  const auto wanted =
                      ordinary ? sim::SandboxKind::kUserNetworkNamespace : sim::SandboxKind::kNetworkNamespace;
                  EXPECT_IN(checks, checks.sandbox->kind == wanted);
                  EXPECT_IN(checks, own_network() != outside);
                  EXPECT_IN(checks, loopback_is_up());
                  EXPECT_EQUAL_IN(checks, checks.sandbox->capture_filter, "");
                  EXPECT_EQUAL_IN(checks, checks.sandbox->address_block, 127U << 24U);
                  EXPECT_IN(checks, sim::has_effective_capability(CAP_NET_RAW));
              }) == "");
    CHECK(own_network() == outside);
}

TEST_CASE("sysctls are pinned inside, listed as facts, and left alone outside") {
    const std::string outside = sim::read_sysctl("net.ipv4.tcp_tw_reuse").value_or("?");
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  EXPECT_EQUAL_IN(checks, sim::read_sysctl("net.ipv4.tcp_tw_reuse").value_or("?"), "0");
                  std::set<std::string> told;
                  std::string left;
                  for (const RunFact& fact : checks.sandbox->facts) {
                      told.insert(fact.name);
                      if (fact.name == "not pinned") left = fact.value;
                  }
                  for (const auto& sysctl : sim::pinned_sysctls())
                      EXPECT_IN(checks, told.contains(std::string("sysctl ") + sysctl.key) !=
                                            (left.find(sysctl.key) != std::string::npos));
                  EXPECT_IN(checks, told.contains("sandbox") && told.contains("kernel"));
              }) == "");
    CHECK(sim::read_sysctl("net.ipv4.tcp_tw_reuse").value_or("?") == outside);
}

TEST_CASE("a scenario's own sysctl is set after the pinned ones") {
    sim::SandboxOptions options;
    options.sysctls = {{"net.ipv4.tcp_sack", "0"}};
    for (const User user : users_to_try())
        CHECK(in_sandbox(
                  user,
                  [](Checks& checks) {
                      EXPECT_EQUAL_IN(checks, sim::read_sysctl("net.ipv4.tcp_sack").value_or("?"), "0");
                  },
                  options) == "");
}

TEST_CASE("a scenario's sysctl that cannot be set is an error that names it") {
    const auto message_for = [](const char* key, const char* value) {
        sim::SandboxOptions options;
        options.sysctls = {{key, value}};
        return in_sandbox(
            User::kSelf, [](Checks&) {}, options);
    };
    CHECK(message_for("net.ipv4.no_such_setting", "1") ==
          "sysctl net.ipv4.no_such_setting = 1: No such file or directory");
    CHECK(message_for("net.ipv4.tcp_sack", "many") == "sysctl net.ipv4.tcp_sack = many: Invalid argument");
    const std::string only_net = ": only settings below net. can be pinned in a sandbox";
    CHECK(message_for("kernel.hostname", "x") == "sysctl kernel.hostname" + only_net);
    CHECK(message_for("net./../kernel.hostname", "x") == "sysctl net./../kernel.hostname" + only_net);
}

TEST_CASE("without the right to make namespaces, and to capture, it refuses and names a cure") {
    CHECK(in_child([]() -> std::string {
              // What a machine does that forbids user namespaces; only a namespace of our own lets us set it up.
              if (!sim::enter_user_and_network_namespace()) return "no user namespace to try it in";
              const UniqueFd limit(open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC));
              if (!limit || write(limit.get(), "0", 1) != 1) return {};  // not ours to set here
              __user_cap_header_struct header{};
              header.version = _LINUX_CAPABILITY_VERSION_3;
              __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
              if (syscall(SYS_capset, &header, none) != 0) return "capabilities cannot be dropped";
              const auto sandbox = sim::enter_sandbox({});
              if (sandbox) return "it was entered all the same";
              const std::string& message = sandbox.error().message;
              if (message.find("run as root") == std::string::npos) return "no cure: " + message;
              return {};
          }) == "");
}

TEST_CASE("doctor finds everything a run needs, and leaves nothing behind") {
    const auto checks = sim::examine_machine();
    REQUIRE(checks.size() >= 8);
    for (const sim::DoctorCheck& check : checks) {
        INFO(check.name << ": " << check.detail << " " << check.cure);
        CHECK((check.works || !check.needed));
        CHECK(check.works == check.cure.empty());
    }
}

}  // namespace
}  // namespace wirestory::test

// Samples and reports: the kernel's own figures at entry and exit of calls, and what SO_TIMESTAMPING tells of sends.
#include <set>

#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

// The sample taken by the call of a step.
Sample sample_at(const Played& played, std::int32_t step, SampleTrigger trigger) {
    const Call call = played.call_of(step);
    for (const Sample& sample : played.samples) {
        const bool enters = sample.trigger == SampleTrigger::kCallEnter && sample.time_ns == call.enter_ns;
        const bool exits = sample.trigger == SampleTrigger::kCallExit && sample.time_ns >= call.exit_ns;
        if (sample.socket == call.socket && sample.trigger == trigger && (enters || exits)) return sample;
    }
    return {};
}

TEST_CASE("Nagle: with a delayed ACK the second write is held, and samples and reports tell so") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - server: conn.setsockopt(TCP_QUICKACK, 0)\n"  // 7
                                                     "  - client: send(\"hello\") = 5\n"               // 8
                                                     "  - client: send(\"world\") = 5\n"               // 9
                                                     "  - client: send(\"!\") = 1\n"                   // 10
                                                     "  - until: client.unacked_bytes == 0\n"          // 11
                                                     "  - until: conn.unread_bytes == 11\n"
                                                     "  - until: client.queued_bytes == 0\n"
                                                     "  - server: conn.recv(1024) = \"helloworld!\"\n"  // 14
                                                     "  - client: close()\n"
                                                     "  - server: conn.close()\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const Sample first = sample_at(played, 8, SampleTrigger::kCallExit);
              const Sample held = sample_at(played, 9, SampleTrigger::kCallExit);
              const Sample more = sample_at(played, 10, SampleTrigger::kCallExit);
              EXPECT_EQUAL_IN(checks, first.unsent_bytes, 0U);
              EXPECT_EQUAL_IN(checks, first.unacked_and_unsent_bytes, 5U);
              EXPECT_EQUAL_IN(checks, held.unsent_bytes, 5U);
              EXPECT_EQUAL_IN(checks, held.unacked_and_unsent_bytes, 10U);
              EXPECT_EQUAL_IN(checks, more.unsent_bytes, 6U);
              EXPECT_IN(checks, more.tcp.state == TcpState::kEstablished);
              EXPECT_EQUAL_IN(checks, sample_at(played, 10, SampleTrigger::kCallEnter).unacked_and_unsent_bytes, 10U);
              EXPECT_EQUAL_IN(checks, sample_at(played, 14, SampleTrigger::kCallEnter).unread_bytes, 11U);
              EXPECT_EQUAL_IN(checks, sample_at(played, 14, SampleTrigger::kCallExit).unread_bytes, 0U);
              // One id for "hello" (offset 4), one for "world!" (offset 10); the merged "world" has none of its own.
              std::set<std::uint32_t> ids;
              for (const TxReport& report : played.reports)
                  if (report.kind == TxReportKind::kSoftware) ids.insert(report.id);
              EXPECT_IN(checks, (ids == std::set<std::uint32_t>{4, 10}));
              const auto acknowledged = [](const TxReport& report) {
                  return report.kind == TxReportKind::kAcknowledged && report.id == 10;
              };
              EXPECT_EQUAL_IN(checks, std::ranges::count_if(played.reports, acknowledged), 1);
              for (const TxReport& report : played.reports)
                  EXPECT_IN(checks, report.time_ns >= played.call_of(8).enter_ns);
          }) == "");
}

TEST_CASE("UDP: a full receive buffer drops, and SO_MEMINFO counts") {
    CHECK(for_each_user([](Checks& checks) {
              std::string steps =
                  "  - server: socket(udp)\n"
                  "  - server: setsockopt(SO_RCVBUF, 4096)\n"
                  "  - server: getsockopt(SO_RCVBUF) = 8192\n"
                  "  - server: bind(9000)\n"
                  "  - client: socket(udp)\n"
                  "  - client: connect(server:9000)\n";
              for (int i = 0; i < 10; ++i) steps += "  - client: send(bytes(500)) = 500\n";
              steps += "  - until: server.drops == 4\n";                                    // 16
              for (int i = 0; i < 6; ++i) steps += "  - server: recv(600) = bytes(500)\n";  // 17 to 22
              steps += "  - server: recv(600, MSG_DONTWAIT) = EAGAIN\n";
              const Played played = play(checks, steps);
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const Sample full = sample_at(played, 17, SampleTrigger::kCallEnter);
              EXPECT_EQUAL_IN(checks, full.memory.drops, 4U);
              EXPECT_EQUAL_IN(checks, full.memory.rcvbuf_bytes, 8192U);
              EXPECT_IN(checks, full.memory.rmem_alloc_bytes > 3000);
              EXPECT_EQUAL_IN(checks, full.unread_bytes, 500U);
              EXPECT_EQUAL_IN(checks, sample_at(played, 22, SampleTrigger::kCallExit).memory.rmem_alloc_bytes, 0U);
              // UDP numbers the datagrams of a socket.
              std::set<std::uint32_t> ids;
              for (const TxReport& report : played.reports) ids.insert(report.id);
              EXPECT_EQUAL_IN(checks, ids.size(), 10U);
          }) == "");
}

}  // namespace
}  // namespace wirestory::test

// The inspector's part on time: which messages it shows for what is selected, and their sums.
#include <algorithm>

#include "analysis/analysis.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "viz/app/inspect_latency.hpp"

namespace wirestory::viz {
namespace {

TEST_CASE("a send, its segment and its recv show the latency of the messages they carry") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    REQUIRE_FALSE(analysis.latencies.empty());
    const analysis::MessageLatency& wanted = analysis.latencies.back();
    for (const std::uint32_t call : {wanted.send_call, wanted.recv_call}) {
        const EventRef event{EventKind::kCall, call};
        const auto found = latencies_of(analysis, event, analysis::trace(recording, analysis, event), 10);
        CHECK(std::find(found.begin(), found.end(), &wanted) != found.end());
    }
    const EventRef recv{EventKind::kCall, wanted.recv_call};
    CHECK(latencies_of(analysis, recv, analysis::trace(recording, analysis, recv), 1).size() == 1);
}

TEST_CASE("a datagram shows its own latency, and the sums of its parts are the whole") {
    const Recording recording = test::udp_loss_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    REQUIRE_FALSE(analysis.latencies.empty());
    const analysis::MessageLatency& wanted = analysis.latencies.front();
    const EventRef event{EventKind::kCall, wanted.send_call};
    const auto found = latencies_of(analysis, event, analysis::trace(recording, analysis, event), 3);
    REQUIRE(found.size() == 1);
    CHECK(found.front() == &wanted);
    DurationNs sum = 0;
    for (const PartSum& part : part_sums(wanted)) sum += part.sum_ns;
    CHECK(sum == wanted.total_ns());
}

}  // namespace
}  // namespace wirestory::viz

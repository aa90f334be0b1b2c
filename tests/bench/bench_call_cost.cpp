// What recording adds to a call: run by hand in a Release build, on an idle machine.
//   sudo ./bench_call_cost        (or as an ordinary user; it enters a sandbox of its own)
// Each variant sends a byte over a real loopback TCP connection, in batches that take turns, so that a slow moment of
// the machine hits all alike; the peer is drained between batches. Figures are medians over the batches.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/run/call_recorder.hpp"
#include "sim/run/stage_state.hpp"
#include "sim/run/tx_reports.hpp"
#include "sim/sandbox/sandbox.hpp"

namespace {

using namespace wirestory;
using namespace wirestory::sim;

constexpr int kBatches = 401;
constexpr int kCallsInBatch = 64;

struct Pair {
    int near = -1;
    int far = -1;
};

Pair connected_pair() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 1) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        return {};
    Pair pair;
    pair.near = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(pair.near, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
    pair.far = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    const int on = 1;
    setsockopt(pair.near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return pair;
}

void drain(int fd) {
    char buffer[4096];
    while (::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
    }
}

std::int64_t send_one(int fd) { return ::send(fd, "x", 1, MSG_NOSIGNAL); }

// A call as perform_call() makes it: outline, stamps, samples (with `slot`), log.
void recorded_send(StageState& stage, CallWindow& window, int fd, SocketSlot* slot) {
    CallProgress progress = stage.start_call();
    Call call;
    call.kind = CallKind::kSend;
    call.arguments = "\"x\"";
    call.requested_bytes = 1;
    CallSamples samples;
    record_call(window, SYS_sendto, slot, call, samples, [fd] { return send_one(fd); });
    stage.log_return(progress, std::move(call), samples);
}

struct Variant {
    const char* name;
    Pair pair;
    std::function<void(int)> call;
    std::vector<double> ns_per_call;
};

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

void run_batch(Variant& variant) {
    const std::int64_t begin = clock_now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < kCallsInBatch; ++i) variant.call(variant.pair.near);
    const std::int64_t end = clock_now_ns(CLOCK_MONOTONIC);
    variant.ns_per_call.push_back(static_cast<double>(end - begin) / kCallsInBatch);
    drain(variant.pair.far);
    std::vector<TxReport> reports;
    drain_tx_reports(variant.pair.near, 0, reports);
}

}  // namespace

int main() {
    if (const auto sandbox = enter_sandbox({}); !sandbox) {
        std::fprintf(stderr, "bench_call_cost: %s\n", sandbox.error().message.c_str());
        return 3;
    }
    StageState stage({});
    CallWindow window;
    std::vector<Variant> variants;
    const auto add = [&variants](const char* name, std::function<void(int)> call) {
        variants.push_back({name, connected_pair(), std::move(call), {}});
        return variants.back().pair.near;
    };
    add("bare send", [](int fd) { send_one(fd); });
    add("recorded, no samples", [&](int fd) { recorded_send(stage, window, fd, nullptr); });
    SocketSlot* slot = nullptr;
    const int sampled = add("recorded, with samples", [&](int fd) { recorded_send(stage, window, fd, slot); });
    slot = &stage.add_socket(0, "", SocketFamily::kTcp, sampled);
    const int stamped = add("bare send, SO_TIMESTAMPING", [](int fd) { send_one(fd); });
    const bool reports = enable_tx_reports(stamped);

    std::vector<LoggedCall> calls;
    std::vector<Sample> samples;
    for (int batch = 0; batch < kBatches; ++batch) {
        for (Variant& variant : variants) run_batch(variant);
        calls.clear();
        samples.clear();
        stage.take_calls(calls);
        stage.take_call_samples(samples);
    }
    const double bare = median(variants.front().ns_per_call);
    std::printf("%-28s %10s %12s\n", "one call", "ns", "over bare");
    for (const Variant& variant : variants) {
        const double ns = median(variant.ns_per_call);
        std::printf("%-28s %10.0f %+12.0f\n", variant.name, ns, ns - bare);
    }
    if (!reports) std::printf("(SO_TIMESTAMPING was refused here: its line shows a bare send)\n");
    return 0;
}

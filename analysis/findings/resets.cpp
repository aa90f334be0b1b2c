// Why a connection was reset. The kernel sends a RST (net/ipv4/tcp.c, tcp_ipv4.c, tcp_input.c)
// - to a SYN for a port nobody listens on (tcp_v4_send_reset()),
// - from close() when data is unread, which is checked first, or SO_LINGER is 0 (__tcp_close()),
// - to data that comes after close(), for nobody can read it (tcp_rcv_state_process()),
// - to a segment of a connection that it does not have: then, unlike close(), without the ACK flag.
// Where no calls were recorded only the packets speak, and a RST with ACK does not tell its reason.
#include <algorithm>
#include <cerrno>
#include <charconv>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

constexpr DurationNs kCallSlack = 2 * kMillisecondNs;  // a device's queue may send the RST when close() is over

class ResetFinder {
public:
    ResetFinder(const FinderContext& context, FlowId id)
        : context_(context), flow_(context.analysis.flows[id]), id_(id), rst_(flow_.marks.rst) {}

    void find(std::vector<Finding>& findings) {
        if (rst_ == kNoPacket) return;
        side_ = context_.from(rst_);
        when_ = context_.packet_time(rst_);
        find_provoker();
        const std::uint32_t close = context_.calls.closing(flow_.end(side_).socket);
        Finding finding = finding_about(context_, kind(close), {id_, side_});
        finding.begin_ns = finding.end_ns = when_;
        finding.count = 1;
        finding.events.push_back({EventKind::kPacket, rst_});
        if (answers()) finding.events.push_back({EventKind::kPacket, provoker_});
        if (close != kNoIndex) finding.events.push_back({EventKind::kCall, close});
        if (finding.kind == FindingKind::kResetUnreadData) {
            finding.range = unread(context_.calls.call(close).enter_ns);
            finding.from = other(side_);
        }
        if (linger_call_ != kNoIndex) finding.events.push_back({EventKind::kCall, linger_call_});
        if (finding.kind == FindingKind::kReset) finding.evidence = Evidence::kInferred;
        findings.push_back(std::move(finding));
    }

private:
    // The other end's last packet before the RST.
    void find_provoker() {
        const auto& packets = flow_.packets;
        auto at = std::lower_bound(packets.begin(), packets.end(), rst_);
        while (at != packets.begin()) {
            if (context_.from(*--at) == side_) continue;
            provoker_ = *at;
            return;
        }
    }
    [[nodiscard]] bool answers() const { return provoker_ != kNoPacket; }

    [[nodiscard]] FindingKind kind(std::uint32_t close) {
        const bool to_syn = answers() && context_.has(provoker_, capture::kSyn) &&
                            !context_.has(provoker_, capture::kAck) && flow_.marks.syn_ack == kNoPacket;
        if (to_syn) return FindingKind::kConnectionRefused;
        if (close != kNoIndex && context_.calls.call(close).enter_ns <= when_)
            return by_call(context_.calls.call(close));
        const std::uint32_t fin = flow_.marks.fin[index_of(side_)];
        const bool after_data = answers() && context_.payload_bytes(provoker_) > 0;
        if (fin != kNoPacket && fin < rst_ && after_data) return FindingKind::kResetDataAfterClose;
        const bool bare = !context_.has(rst_, capture::kAck);
        return bare && answers() ? FindingKind::kResetUnknownConnection : FindingKind::kReset;
    }

    [[nodiscard]] FindingKind by_call(const Call& close) {
        // Closed by the program, but long before by the kernel: a RST now says that there is no such connection.
        const bool bare = !context_.has(rst_, capture::kAck);
        if (bare && answers() && timed_out(close)) return FindingKind::kResetUnknownConnection;
        const bool during = !close.returned_at_all() || when_ <= close.exit_ns + kCallSlack;
        if (during && !unread(close.enter_ns).empty()) return FindingKind::kResetUnreadData;
        if (during && lingers_not(close)) return FindingKind::kResetLingerZero;
        const bool after_data = answers() && context_.payload_bytes(provoker_) > 0;
        return after_data ? FindingKind::kResetDataAfterClose : FindingKind::kReset;
    }

    // A call before the close heard from the kernel that it had given the connection up (tcp_write_err()).
    [[nodiscard]] bool timed_out(const Call& close) const {
        const auto calls = context_.calls.calls_of(close.socket);
        return std::any_of(calls.begin(), calls.end(), [&](std::uint32_t index) {
            const Call& call = context_.calls.call(index);
            return call.enter_ns < close.enter_ns && call.failed() && call.error_number == ETIMEDOUT;
        });
    }

    // What waited in the resetting end's receive buffer.
    [[nodiscard]] ByteRange unread(TimeNs when) const {
        const StreamLedger* ledger = context_.stream({id_, other(side_)});
        if (ledger == nullptr) return {};
        const auto& steps = ledger->receive_buffer;
        const auto after =
            std::partition_point(steps.begin(), steps.end(), [&](const ReceiveStep& s) { return s.time_ns < when; });
        return after == steps.begin() ? ByteRange{} : ByteRange{(after - 1)->read, (after - 1)->arrived};
    }

    // SO_LINGER on with 0 seconds: the last setsockopt before the close says so.
    [[nodiscard]] bool lingers_not(const Call& close) {
        bool zero = false;
        for (const std::uint32_t index : context_.calls.calls_of(close.socket)) {
            const Call& call = context_.calls.call(index);
            if (call.enter_ns >= close.enter_ns) break;
            if (call.kind != CallKind::kSetsockopt || call.failed()) continue;
            if (call.arguments.find("SO_LINGER") == std::string::npos) continue;
            zero = on_with_zero(call.arguments);
            linger_call_ = zero ? index : kNoIndex;
        }
        return zero;
    }

    // Of the numbers behind the option's name the first is on or off, the second the seconds.
    static bool on_with_zero(std::string_view arguments) {
        std::vector<long> numbers;
        for (std::size_t at = arguments.find("SO_LINGER") + 9; at < arguments.size();) {
            long value = 0;
            const auto [end, error] =
                std::from_chars(arguments.data() + at, arguments.data() + arguments.size(), value);
            if (error != std::errc{}) {
                ++at;
                continue;
            }
            numbers.push_back(value);
            at = static_cast<std::size_t>(end - arguments.data());
        }
        return numbers.size() >= 2 && numbers[0] != 0 && numbers[1] == 0;
    }

    const FinderContext& context_;
    const Flow& flow_;
    FlowId id_;
    std::uint32_t rst_;
    Side side_ = Side::kInitiator;
    TimeNs when_ = 0;
    std::uint32_t provoker_ = kNoPacket;
    std::uint32_t linger_call_ = kNoIndex;
};

}  // namespace

void find_resets(const FinderContext& context, FlowId flow, std::vector<Finding>& findings) {
    ResetFinder(context, flow).find(findings);
}

}  // namespace wirestory::analysis

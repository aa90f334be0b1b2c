#include "tests/unit/analysis/support.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "analysis/kernel_agreement.hpp"

namespace wirestory::test {

using namespace wirestory::analysis;

namespace {

std::int64_t microseconds(TimeNs time) { return (time - kRecordingStart) / kMicrosecondNs; }

void append(std::string& text, const std::string& word) { text += (text.empty() ? "" : " ") + word; }

}  // namespace

std::string states_text(const Analysis& analysis, FlowId flow, Side side) {
    std::string text;
    for (const StateSpan& span : analysis.states) {
        if (span.flow == flow && span.side == side) append(text, std::string(to_string(span.state)));
    }
    return text;
}

std::string findings_text(const Recording& recording, const Analysis& analysis) {
    std::string text;
    for (const Finding& finding : analysis.findings) {
        append(text, std::string(to_string(finding.kind)));
        if (describe(recording, finding).empty()) append(text, "(no words)");
    }
    return text;
}

std::string send_steps_text(const StreamLedger& ledger) {
    std::string text;
    for (const SendStep& s : ledger.send_buffer) {
        append(text, fmt::format("{}:{}/{}/{}", microseconds(s.time_ns), s.acknowledged, s.sent, s.written));
    }
    return text;
}

std::string receive_steps_text(const StreamLedger& ledger) {
    std::string text;
    for (const ReceiveStep& s : ledger.receive_buffer) {
        append(text, fmt::format("{}:{}/{}", microseconds(s.time_ns), s.read, s.arrived));
    }
    return text;
}

std::string fates_text(const Analysis& analysis) {
    std::string text;
    for (const Datagram& datagram : analysis.datagrams) {
        switch (datagram.fate) {
            case DatagramFate::kRead: append(text, "read"); break;
            case DatagramFate::kUnread: append(text, "unread"); break;
            case DatagramFate::kDroppedInReceiveBuffer: append(text, "dropped"); break;
            case DatagramFate::kNoListener: append(text, "refused"); break;
            case DatagramFate::kLostOnWire: append(text, "lost"); break;
            case DatagramFate::kUnknown: append(text, "unknown"); break;
        }
    }
    return text;
}

std::string disagreements_text(const Recording& recording, const Analysis& analysis) {
    std::string text;
    AgreementOptions options;
    options.compare_times = false;  // built recordings have no times in their TCP_INFO
    for (const Disagreement& each : compare_with_kernel(recording, analysis, options)) text += each.to_string() + "\n";
    return text;
}

const Finding& find_one(const Analysis& analysis, FindingKind kind) {
    const Finding* found = nullptr;
    for (const Finding& finding : analysis.findings) {
        if (finding.kind != kind) continue;
        if (found != nullptr) throw std::runtime_error("more than one " + std::string(to_string(kind)));
        found = &finding;
    }
    if (found == nullptr) throw std::runtime_error("no " + std::string(to_string(kind)));
    return *found;
}

std::size_t count_of(const Analysis& analysis, FindingKind kind) {
    std::size_t count = 0;
    for (const Finding& finding : analysis.findings) count += finding.kind == kind ? 1U : 0U;
    return count;
}

std::uint32_t call_index(const Recording& recording, CallKind kind, std::size_t nth) {
    for (std::uint32_t i = 0; i < recording.calls.size(); ++i) {
        if (recording.calls[i].kind == kind && nth-- == 0) return i;
    }
    throw std::runtime_error("no such call");
}

std::string broken_invariant(const Analysis& analysis) {
    for (const StreamLedger& ledger : analysis.streams) {
        SendStep last;
        for (const SendStep& s : ledger.send_buffer) {
            const bool ordered = s.acknowledged <= s.sent && s.sent <= s.written;
            const bool grows = s.time_ns >= last.time_ns && s.acknowledged >= last.acknowledged &&
                               s.sent >= last.sent && s.written >= last.written;
            if (!ordered || !grows || !s.cause) return "send buffer: " + send_steps_text(ledger);
            last = s;
        }
        ReceiveStep held;
        for (const ReceiveStep& s : ledger.receive_buffer) {
            const bool grows = s.time_ns >= held.time_ns && s.read >= held.read && s.arrived >= held.arrived;
            if (s.read > s.arrived || !grows || !s.cause) return "receive buffer: " + receive_steps_text(ledger);
            held = s;
        }
        if (held.arrived > last.sent) return "arrived before sent: " + receive_steps_text(ledger);
    }
    return {};
}

Pair::Pair() {
    const ActorId server = builder.actor("server", "127.0.0.2");
    const ActorId client_actor = builder.actor("client", "127.0.0.3");
    listener = builder.socket(server, SocketFamily::kTcp);
    client = builder.socket(client_actor, SocketFamily::kTcp);
    conn = builder.socket(server, SocketFamily::kTcp, "conn");
    builder.set_endpoints(listener, server_endpoint);
    builder.set_endpoints(client, client_endpoint, server_endpoint);
    builder.set_endpoints(conn, server_endpoint, client_endpoint);
    builder.call(CallKind::kListen, listener, {us(50), us(60)}, "5");
    builder.call(CallKind::kConnect, client, {us(90), us(140)}, "server:9000");
    link.handshake(us(100));
    builder.accept(listener, conn, {us(150), us(160)}).returned = 5;
}

}  // namespace wirestory::test

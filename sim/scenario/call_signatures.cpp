#include "sim/scenario/call_signatures.hpp"

#include <algorithm>

namespace wirestory::sim {

namespace {

std::vector<CallSignature> single_calls() {
    using A = ArgumentKind;
    using R = ResultKind;
    return {
        {CallKind::kSocket, "socket", {A::kFamily}, 1, R::kSocket, false, "socket(tcp)"},
        {CallKind::kBind, "bind", {A::kOwnAddress}, 1, R::kZero, false, "bind(9000)"},
        {CallKind::kListen, "listen", {A::kBacklog}, 1, R::kZero, true, "listen(5)"},
        {CallKind::kAccept, "accept", {}, 0, R::kSocket, true, "conn = accept()"},
        {CallKind::kConnect, "connect", {A::kPeerAddress}, 1, R::kZero, false, "connect(server:9000)"},
        {CallKind::kSend, "send", {A::kBytes, A::kFlags}, 1, R::kWritten, false, "send(\"hello\")"},
        {CallKind::kSendto,
         "sendto",
         {A::kBytes, A::kPeerAddress, A::kFlags},
         2,
         R::kWritten,
         false,
         "sendto(\"hello\", server:9000)"},
        {CallKind::kRecv, "recv", {A::kSize, A::kFlags}, 1, R::kRead, false, "recv(1024)"},
        {CallKind::kRecvfrom, "recvfrom", {A::kSize, A::kFlags}, 1, R::kRead, false, "recvfrom(2048)"},
        {CallKind::kShutdown, "shutdown", {A::kShutdownHow}, 1, R::kZero, false, "shutdown(SHUT_WR)"},
        {CallKind::kClose, "close", {}, 0, R::kZero, false, "close()"},
        {CallKind::kSetsockopt,
         "setsockopt",
         {A::kOption, A::kOptionValue, A::kOptionValue},
         2,
         R::kZero,
         false,
         "setsockopt(SO_REUSEADDR, 1)"},
        {CallKind::kGetsockopt,
         "getsockopt",
         {A::kOption, A::kOptionField},
         1,
         R::kOption,
         false,
         "getsockopt(SO_RCVBUF)"},
        {CallKind::kGetsockname, "getsockname", {}, 0, R::kAddress, false, "getsockname()"},
        {CallKind::kGetpeername, "getpeername", {}, 0, R::kAddress, false, "getpeername()"},
        {CallKind::kPoll, "poll", {A::kEvents, A::kTimeout}, 1, R::kEvents, false, "poll(POLLIN, 200ms) = POLLIN"},
        {CallKind::kSetBlocking, "set_blocking", {A::kBool}, 1, R::kZero, false, "set_blocking(false)"},
    };
}

std::vector<CallSignature> compound_calls() {
    using A = ArgumentKind;
    using R = ResultKind;
    return {
        {CallKind::kSend,
         "sendall",
         {A::kBytes, A::kFlags},
         1,
         R::kWritten,
         true,
         "sendall(bytes(1MiB))",
         Compound::kSendall},
        {CallKind::kRecv, "recvall", {A::kSize, A::kSize}, 1, R::kRead, true, "recvall(4)", Compound::kRecvall},
        {CallKind::kSend,
         "send_message",
         {A::kBytes},
         1,
         R::kWritten,
         true,
         "send_message(\"hello\")",
         Compound::kSendMessage},
        {CallKind::kRecv, "recv_message", {}, 0, R::kRead, true, "recv_message() = \"hello\"", Compound::kRecvMessage},
        {CallKind::kSetsockopt,
         "set_timeout",
         {A::kTimeout},
         1,
         R::kZero,
         false,
         "set_timeout(200ms)",
         Compound::kSetTimeout},
    };
}

}  // namespace

const std::vector<CallSignature>& call_signatures() {
    static const std::vector<CallSignature> table = [] {
        std::vector<CallSignature> all = single_calls();
        for (CallSignature& compound : compound_calls()) all.push_back(std::move(compound));
        return all;
    }();
    return table;
}

const CallSignature* signature_named(std::string_view name) {
    const auto& table = call_signatures();
    const auto found = std::find_if(table.begin(), table.end(), [&](const CallSignature& s) { return s.name == name; });
    return found == table.end() ? nullptr : &*found;
}

const CallSignature& signature_of(const CallStep& step) {
    const auto& table = call_signatures();
    return *std::find_if(table.begin(), table.end(),
                         [&](const CallSignature& s) { return s.kind == step.kind && s.compound == step.compound; });
}

}  // namespace wirestory::sim

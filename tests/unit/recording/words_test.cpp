#include <cerrno>

#include "recording/call.hpp"
#include "recording/recording.hpp"
#include "recording/tcp_state.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;

namespace {

Recording two_sockets() {
    Recording recording;
    recording.actors = {{"client", {}}, {"server", {}}};
    recording.sockets = {{0, "", SocketFamily::kTcp}, {1, "conn", SocketFamily::kTcp}};
    return recording;
}

Call returned_call(CallKind kind, SocketId socket, std::string arguments, std::int64_t returned) {
    Call call;
    call.kind = kind;
    call.socket = socket;
    call.arguments = std::move(arguments);
    call.returned = returned;
    call.enter_ns = 1;
    call.exit_ns = 2;
    return call;
}

}  // namespace

TEST_CASE("every call kind has a name and is found by it") {
    for (std::size_t i = 0; i < kCallKindCount; ++i) {
        const auto kind = static_cast<CallKind>(i);
        INFO(to_string(kind));
        CHECK(call_kind_named(to_string(kind)) == kind);
    }
    CHECK(to_string(CallKind::kGetpeername) == "getpeername");
    CHECK_FALSE(call_kind_named("splice"));
}

TEST_CASE("states have the kernel's numbers and RFC names") {
    CHECK(to_string(tcp_state_of_kernel(1)) == "ESTABLISHED");
    CHECK(to_string(tcp_state_of_kernel(6)) == "TIME_WAIT");
    CHECK(tcp_state_of_kernel(11) == TcpState::kClosing);
    CHECK(tcp_state_of_kernel(12) == TcpState::kSynReceived);  // TCP_NEW_SYN_RECV
    CHECK(tcp_state_of_kernel(200) == TcpState::kUnknown);
    CHECK(tcp_state_named("SYN_RECV") == TcpState::kSynReceived);
    CHECK(tcp_state_named("FIN_WAIT2") == TcpState::kFinWait2);
    CHECK_FALSE(tcp_state_named("UNKNOWN"));
    CHECK_FALSE(tcp_state_named("fin_wait2"));
}

TEST_CASE("a call is printed as the story writes it") {
    const Recording recording = two_sockets();
    CHECK(format_call(recording, returned_call(CallKind::kSend, 0, "\"hello\"", 5)) == "send(\"hello\") = 5");

    Call recv = returned_call(CallKind::kRecv, 1, "1024", 3);
    recv.payload = to_bytes("a\nb");
    CHECK(format_call(recording, recv) == "conn.recv(1024) = \"a\\nb\"");
    recv.payload.clear();
    CHECK(format_call(recording, recv) == "conn.recv(1024) = 3");  // the bytes were not kept
    recv.returned = 0;
    CHECK(format_call(recording, recv) == "conn.recv(1024) = \"\"");
    recv.returned = -1;
    recv.error_number = EAGAIN;
    CHECK(format_call(recording, recv) == "conn.recv(1024) = -1 EAGAIN");

    Call accept = returned_call(CallKind::kAccept, 0, "", 7);
    accept.accepted = 1;
    CHECK(format_call(recording, accept) == "accept() = conn");
    accept.exit_ns = kNeverReturned;
    CHECK(format_call(recording, accept) == "accept() <unfinished ...>");

    CHECK(format_call(recording, returned_call(CallKind::kSocket, 0, "tcp", 3)) == "socket(tcp)");
    CHECK(format_call(recording, returned_call(CallKind::kSocket, 1, "tcp", 3)) == "socket(tcp) = conn");
    CHECK(format_call(recording, returned_call(CallKind::kSend, 99, "\"x\"", 1)) == "send(\"x\") = 1");
}

TEST_CASE("errno has the name that the story uses") {
    CHECK(errno_name(ECONNREFUSED) == "ECONNREFUSED");
    CHECK(errno_name(0) == "errno 0");
    CHECK(errno_name(999) == "errno 999");
    CHECK(errno_name(-3) == "errno -3");
}

TEST_CASE("the ends of a recording are those of packets and calls together") {
    Recording recording;
    CHECK(recording.first_time_ns() == 0);
    CHECK(recording.last_time_ns() == 0);
    recording.packets.append_copy({50, 0, 0, 0, 0, {}});
    recording.calls.push_back(returned_call(CallKind::kSend, 0, "", 0));
    recording.calls.back().enter_ns = 40;
    recording.calls.back().exit_ns = 90;
    CHECK(recording.first_time_ns() == 40);
    CHECK(recording.last_time_ns() == 90);
    recording.calls.back().exit_ns = kNeverReturned;
    CHECK(recording.last_time_ns() == 50);
}

#include "recording/call_text.hpp"

#include <cstring>

#include "base/text.hpp"

namespace wirestory {

namespace {

std::string socket_name(const Recording& recording, SocketId socket) {
    return socket < recording.sockets.size() ? recording.sockets[socket].name : std::string();
}

}  // namespace

std::string call_name_text(const Recording& recording, const Call& call) {
    std::string out;
    // socket() makes the socket, so it is not called on it.
    if (call.kind != CallKind::kSocket) out = socket_name(recording, call.socket);
    if (!out.empty()) out += '.';
    out += to_string(call.kind);
    return out;
}

std::string call_result_text(const Recording& recording, const Call& call) {
    if (call.returned < 0) return std::to_string(call.returned) + " " + errno_name(call.error_number);
    if (!call.returned_text.empty()) return call.returned_text;
    // Descriptor numbers differ from run to run and nothing names them: the socket's name stands for them.
    if (call.kind == CallKind::kSocket) return socket_name(recording, call.socket);
    if (call.kind == CallKind::kAccept) return socket_name(recording, call.accepted);
    if (reads_data(call.kind) && static_cast<std::uint64_t>(call.returned) == call.payload.size()) {
        return quote_bytes(call.payload);
    }
    return std::to_string(call.returned);
}

std::string format_call(const Recording& recording, const Call& call) {
    std::string out = call_name_text(recording, call) + "(" + call.arguments + ")";
    if (!call.returned_at_all()) return out + " <unfinished ...>";
    const std::string result = call_result_text(recording, call);
    if (!result.empty()) out += " = " + result;
    return out;
}

std::string errno_name(int error_number) {
    if (const char* name = ::strerrorname_np(error_number); name != nullptr && error_number != 0) return name;
    return "errno " + std::to_string(error_number);
}

}  // namespace wirestory

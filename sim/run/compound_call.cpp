// The steps that make as many system calls as they need: sendall, recvall, send_message, recv_message, set_timeout.
// Each system call is recorded as the call it is, with the step's index, so that nothing is seen that did not happen:
// a program's sendall() is a loop, and the loop is what the kernel and strace see.
#include <algorithm>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/text.hpp"
#include "sim/run/compare_result.hpp"
#include "sim/run/option_values.hpp"
#include "sim/run/prepared_call.hpp"
#include "sim/scenario/framed_message.hpp"

namespace wirestory::sim {
namespace {

// How far recv_message looks ahead for a delimiter.
constexpr std::size_t kPeekBytes = 2048;
// Room for one recv, as such loops have: asked for all that is missing, a long one would make room for it each time.
constexpr std::size_t kMaxPieceBytes = std::size_t{64} << 10U;

class CompoundCall {
public:
    CompoundCall(PreparedCall& whole, const PerformContext& context) : whole_(whole), context_(context) {
        const int flags = fcntl(whole.slot->descriptor(), F_GETFL);
        waits_by_poll_ = (flags >= 0 && (flags & O_NONBLOCK) != 0) || (whole.flags & MSG_DONTWAIT) != 0;
        summary_.kind = whole.step->kind;
        summary_.exit_ns = 0;  // it returns, with what follows
    }

    StepResult run() {
        switch (whole_.step->compound) {
            case Compound::kSendall:
            case Compound::kSendMessage: send_all(); break;
            case Compound::kRecvall: receive_pieces(); break;
            case Compound::kRecvMessage: receive_message(); break;
            case Compound::kSetTimeout: set_timeouts(); break;
            case Compound::kNone: break;
        }
        return conclude();
    }

private:
    PreparedCall part(CallKind kind, std::string arguments) const {
        PreparedCall one;
        one.step = whole_.step;
        one.resolved = whole_.resolved;
        one.kind = kind;
        one.step_index = whole_.step_index;
        one.slot = whole_.slot;
        one.family = whole_.family;
        one.arguments = std::move(arguments);
        return one;
    }

    // One system call; false when the story was ended meanwhile.
    bool make(PreparedCall& one, Bytes* received = nullptr) {
        ended_ = context_.abandoned.load();
        if (ended_) return false;
        CallPart& noted = context_.parts.begin(call_to_be(one), context_.stage.start_call());
        const bool returned = perform_call(one, noted.progress, context_, [&](const Call& call, SocketSlot*) {
            returned_ = call.returned;
            error_number_ = call.error_number;
            if (received != nullptr) *received = call.payload;
        });
        ended_ = !returned;
        return returned;
    }

    // After a call that failed: true when it may be tried again. A socket that does not block is waited for with poll,
    // as every library's sendall does.
    bool retry(short events) {
        if (!waits_by_poll_ || (error_number_ != EAGAIN && error_number_ != EWOULDBLOCK)) return fail_with_errno();
        PreparedCall wait = part(CallKind::kPoll, events == POLLOUT ? "POLLOUT" : "POLLIN");
        wait.flags = events;
        if (!make(wait)) return false;
        return returned_ >= 0 || fail_with_errno();
    }
    bool fail_with_errno() {
        summary_.returned = -1;
        summary_.error_number = error_number_;
        return false;
    }

    void send_all() {
        const Bytes data = std::move(whole_.buffer);
        const std::string flags = whole_.step->arguments.size() > 1 ? ", " + whole_.step->arguments[1].text : "";
        std::size_t sent = 0;
        do {
            const ByteView rest = ByteView(data).subspan(sent);
            const bool first = sent == 0 && whole_.step->compound == Compound::kSendall;
            PreparedCall one =
                part(CallKind::kSend, (first ? whole_.step->arguments[0].text : quote_bytes(rest)) + flags);
            one.rest = rest;
            one.flags = whole_.flags;
            if (!make(one)) return;
            if (returned_ >= 0)
                sent += static_cast<std::size_t>(returned_);
            else if (!retry(POLLOUT))
                return;
        } while (sent < data.size());
        summary_.returned = static_cast<std::int64_t>(sent);
    }

    // At most `most` bytes behind what was received; false at the end of the stream and at a failure.
    bool receive(std::size_t most, int flags, Bytes& got) {
        while (true) {
            PreparedCall one =
                part(CallKind::kRecv, fmt::format("{}{}", most, (flags & MSG_PEEK) != 0 ? ", MSG_PEEK" : ""));
            one.buffer.resize(most);
            one.flags = flags;
            if (!make(one, &got)) return false;
            if (returned_ > 0) return true;
            stream_ended_ = returned_ == 0;
            if (stream_ended_) return false;
            if (!retry(POLLIN)) return false;
        }
    }
    bool receive_until(std::size_t size, std::size_t piece) {
        while (received_.size() < size) {
            Bytes got;
            if (!receive(std::min({piece, size - received_.size(), kMaxPieceBytes}), 0, got)) return false;
            received_.insert(received_.end(), got.begin(), got.end());
        }
        return true;
    }

    void receive_pieces() {
        const auto wanted = static_cast<std::size_t>(whole_.wanted_bytes);
        whole_bytes_ = fmt::format("{} bytes", wanted);
        complete_ = receive_until(wanted, static_cast<std::size_t>(whole_.piece_bytes));
        finish_reading(received_);
    }

    void receive_message() {
        whole_bytes_ = "a whole message";
        complete_ = whole_.framing.kind == FramingKind::kDelimiter ? receive_delimited() : receive_counted();
        // At the end of the stream between two messages there is nothing to miss.
        if (stream_ended_ && received_.empty()) complete_ = true;
        const ByteView body = complete_ ? message_body(whole_.framing, received_) : ByteView(received_);
        finish_reading(Bytes(body.begin(), body.end()));
    }

    bool receive_counted() {
        const Framing& framing = whole_.framing;
        if (framing.kind == FramingKind::kLengthPrefix && !receive_until(framing.prefix_bytes, framing.prefix_bytes))
            return false;
        bool broken = false;
        const auto size = message_bytes(framing, received_, &broken);
        if (broken) trouble_ = fmt::format("a length prefix of {}", hex_of(received_));
        return !broken && size && receive_until(static_cast<std::size_t>(*size), static_cast<std::size_t>(*size));
    }
    static std::string hex_of(ByteView bytes) {
        std::string text = "x\"";
        for (const std::byte b : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
        return text + "\"";
    }

    // Looks first (MSG_PEEK), then takes what belongs to this message: what follows stays for the next.
    bool receive_delimited() {
        const std::size_t mark = whole_.framing.delimiter.size();
        while (received_.size() < static_cast<std::size_t>(kMaxFramedBytes)) {
            Bytes ahead;
            if (!receive(kPeekBytes, MSG_PEEK, ahead)) return false;
            // The delimiter may have begun in what was taken before.
            const std::size_t behind = std::min(received_.size(), mark - 1);
            Bytes window(received_.end() - static_cast<std::ptrdiff_t>(behind), received_.end());
            window.insert(window.end(), ahead.begin(), ahead.end());
            const auto end = message_bytes(whole_.framing, window);
            const std::size_t take = end ? static_cast<std::size_t>(*end) - behind : ahead.size();
            if (!receive_until(received_.size() + take, take)) return false;
            if (end) return true;
        }
        trouble_ = "64 MiB without the delimiter";
        return false;
    }

    void finish_reading(Bytes body) {
        if (summary_.error_number != 0) return;
        summary_.returned = static_cast<std::int64_t>(body.size());
        summary_.payload = std::move(body);
    }

    void set_timeouts() {
        for (const std::string_view name : {"SO_RCVTIMEO", "SO_SNDTIMEO"}) {
            PreparedCall one = part(CallKind::kSetsockopt, fmt::format("{}, {}", name, whole_.arguments));
            set_timeval_option(one, name, whole_.timeout_ns);
            if (!make(one)) return;
            if (returned_ < 0) {
                fail_with_errno();
                return;
            }
        }
        summary_.returned = 0;
    }

    StepResult conclude() {
        StepResult result;
        if (ended_) return result;
        result.returned = true;
        result.value = summary_.returned;
        result.error_number = summary_.error_number;
        const auto& expected = whole_.step->expected;
        const bool anything = expected && std::holds_alternative<AnyValue>(expected->data);
        const bool message = whole_.step->compound == Compound::kRecvMessage;
        if (!summary_.failed() && !complete_ && !anything && (message || !expected)) {
            result.expected = expected ? expected->text : whole_bytes_;
            result.seen =
                trouble_.empty() ? fmt::format("{} and the end of the stream", quote_bytes(received_)) : trouble_;
        } else if (auto difference = compare_result(whole_, summary_, context_.stage.actors())) {
            result.expected = std::move(difference->expected);
            result.seen = std::move(difference->seen);
        }
        if (complete_) keep_result(whole_, summary_, result);
        return result;
    }

    PreparedCall& whole_;
    const PerformContext& context_;
    bool waits_by_poll_ = false;
    // Of the last system call.
    std::int64_t returned_ = -1;
    int error_number_ = 0;
    Bytes received_;
    bool stream_ended_ = false;
    bool ended_ = false;    // from outside
    bool complete_ = true;  // all that was asked for was read
    std::string whole_bytes_;
    std::string trouble_;
    Call summary_;  // what the step as a whole gave; never recorded
};

}  // namespace

StepResult perform_compound(PreparedCall& prepared, const PerformContext& context) {
    return CompoundCall(prepared, context).run();
}

}  // namespace wirestory::sim

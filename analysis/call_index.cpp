#include "analysis/call_index.hpp"

#include <algorithm>
#include <charconv>

namespace wirestory::analysis {
namespace {

constexpr std::int64_t kMaxMovedBytes = 0x7ffff000;

std::optional<std::int64_t> option_argument(std::string_view arguments, std::string_view name) {
    if (!arguments.starts_with(name)) return std::nullopt;
    arguments.remove_prefix(name.size());
    const auto digits = arguments.find_first_not_of(", ");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    std::int64_t value = 0;
    const char* end = arguments.data() + arguments.size();
    const auto parsed = std::from_chars(arguments.data() + digits, end, value);
    return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

StreamOffset moved_bytes(const Call& call) {
    if (!call.returned_at_all() || call.returned <= 0) return 0;
    return static_cast<StreamOffset>(std::min(call.returned, kMaxMovedBytes));
}

bool consumes(const Call& call) {
    const std::string_view flags = call.arguments;
    const auto has = [&](std::string_view flag) { return flags.find(flag) != std::string_view::npos; };
    return reads_data(call.kind) && !has("MSG_PEEK") && !has("MSG_ERRQUEUE") && !has("MSG_OOB");
}

std::span<const std::uint32_t> CallIndex::Groups::of(SocketId socket) const {
    if (socket + std::size_t{1} >= begin.size()) return {};
    return std::span(items).subspan(begin[socket], begin[socket + 1] - begin[socket]);
}

template <class Item>
CallIndex::Groups CallIndex::group(const std::vector<Item>& items, std::size_t sockets) {
    Groups groups;
    groups.begin.assign(sockets + 1, 0);
    for (const Item& item : items) {
        if (item.socket < sockets) ++groups.begin[item.socket + 1];
    }
    for (std::size_t s = 0; s < sockets; ++s) groups.begin[s + 1] += groups.begin[s];
    groups.items.resize(groups.begin[sockets]);
    std::vector<std::uint32_t> next(groups.begin.begin(), groups.begin.end() - 1);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].socket < sockets) groups.items[next[items[i].socket]++] = static_cast<std::uint32_t>(i);
    }
    return groups;
}

CallIndex::CallIndex(const Recording& recording)
    : recording_(&recording),
      calls_(group(recording.calls, recording.sockets.size())),
      samples_(group(recording.samples, recording.sockets.size())),
      reports_(group(recording.tx_reports, recording.sockets.size())),
      accepted_by_(recording.sockets.size(), kNoIndex),
      closed_by_(recording.sockets.size(), kNoIndex) {
    for (std::size_t i = 0; i < recording.calls.size(); ++i) {
        const Call& call = recording.calls[i];
        if (call.kind == CallKind::kAccept && call.accepted < socket_count()) {
            accepted_by_[call.accepted] = static_cast<std::uint32_t>(i);
        }
        if (call.kind == CallKind::kClose && call.socket < socket_count() && !call.failed()) {
            closed_by_[call.socket] = static_cast<std::uint32_t>(i);
        }
    }
}

std::span<const std::uint32_t> CallIndex::calls_of(SocketId socket) const { return calls_.of(socket); }
std::span<const std::uint32_t> CallIndex::samples_of(SocketId socket) const { return samples_.of(socket); }

std::span<const std::uint32_t> CallIndex::reports_of(SocketId socket) const { return reports_.of(socket); }

std::span<const std::uint32_t> CallIndex::samples_within(SocketId socket, TimeNs begin, TimeNs end) const {
    const auto all = samples_of(socket);
    const auto time = [&](std::uint32_t sample) { return recording_->samples[sample].time_ns; };
    const auto first = std::partition_point(all.begin(), all.end(), [&](auto s) { return time(s) < begin; });
    const auto last = std::partition_point(first, all.end(), [&](auto s) { return time(s) <= end; });
    return all.subspan(static_cast<std::size_t>(first - all.begin()), static_cast<std::size_t>(last - first));
}

std::uint32_t CallIndex::accepting(SocketId socket) const {
    return socket < accepted_by_.size() ? accepted_by_[socket] : kNoIndex;
}

std::uint32_t CallIndex::closing(SocketId socket) const {
    return socket < closed_by_.size() ? closed_by_[socket] : kNoIndex;
}

std::optional<std::int64_t> CallIndex::option_at(SocketId socket, std::string_view name, TimeNs when) const {
    std::optional<std::int64_t> value;
    const std::uint32_t accept = accepting(socket);
    const SocketId listener = accept == kNoIndex ? kNoSocket : call(accept).socket;
    for (const SocketId at : {listener, socket}) {
        const TimeNs limit = at == listener && accept != kNoIndex ? std::min(when, call(accept).exit_ns) : when;
        for (const std::uint32_t index : calls_of(at)) {
            const Call& candidate = call(index);
            if (candidate.enter_ns >= limit) break;
            if (candidate.kind != CallKind::kSetsockopt || candidate.returned < 0) continue;
            if (const auto argument = option_argument(candidate.arguments, name)) value = argument;
        }
    }
    return value;
}

}  // namespace wirestory::analysis

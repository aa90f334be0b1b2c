#include "sim/run/conditions.hpp"

#include <fmt/format.h>

#include "sim/run/socket_figures.hpp"

namespace wirestory::sim {
namespace {

bool compares(std::int64_t seen, Comparison comparison, std::int64_t wanted) {
    switch (comparison) {
        case Comparison::kEqual: return seen == wanted;
        case Comparison::kNotEqual: return seen != wanted;
        case Comparison::kLess: return seen < wanted;
        case Comparison::kLessEqual: return seen <= wanted;
        case Comparison::kGreater: return seen > wanted;
        case Comparison::kGreaterEqual: return seen >= wanted;
    }
    return false;
}

const char* figure_name(Figure figure) {
    switch (figure) {
        case Figure::kUnreadBytes: return "unread_bytes";
        case Figure::kUnsentBytes: return "unsent_bytes";
        case Figure::kUnackedBytes: return "unacked_bytes";
        case Figure::kQueuedBytes: return "queued_bytes";
        case Figure::kReceiveMemoryBytes: return "receive_memory_bytes";
        case Figure::kDrops: return "drops";
    }
    return "?";
}

std::optional<std::int64_t> figure_in(const Sample& sample, Figure figure) {
    const auto has = [&sample](unsigned bits) { return (sample.has & bits) == bits; };
    switch (figure) {
        case Figure::kUnreadBytes:
            if (has(Sample::kInq)) return sample.unread_bytes;
            break;
        case Figure::kUnsentBytes:
            if (has(Sample::kOutqNsd)) return sample.unsent_bytes;
            break;
        case Figure::kUnackedBytes:
            if (has(Sample::kOutq | Sample::kOutqNsd))
                return std::int64_t{sample.unacked_and_unsent_bytes} - sample.unsent_bytes;
            break;
        case Figure::kQueuedBytes:
            if (has(Sample::kOutq)) return sample.unacked_and_unsent_bytes;
            break;
        case Figure::kReceiveMemoryBytes:
            if (has(Sample::kMemory)) return sample.memory.rmem_alloc_bytes;
            break;
        case Figure::kDrops:
            if (has(Sample::kMemory)) return sample.memory.drops;
            break;
    }
    return std::nullopt;
}

std::string dotted(const SocketName& socket, std::string_view what) {
    return socket.name.empty() ? std::string(what) : fmt::format("{}.{}", socket.name, what);
}

std::string no_socket(const SocketName& socket) {
    return socket.name.empty() ? "there is no such socket" : fmt::format("there is no socket `{}`", socket.name);
}

// Nothing when there is no open socket behind the slot.
std::optional<Sample> sample_of(SocketSlot* slot) {
    if (slot == nullptr) return std::nullopt;
    const std::lock_guard lock(slot->mutex);
    if (slot->fd < 0) return std::nullopt;
    Sample sample;
    read_figures(slot->fd, slot->family, slot->listening, kAllFigures, sample);
    return sample;
}

}  // namespace

ConditionLook look_at(const FigureCondition& condition, SocketSlot* slot) {
    const auto sample = sample_of(slot);
    if (!sample) return {false, no_socket(condition.socket)};
    const std::string name = dotted(condition.socket, figure_name(condition.figure));
    const auto seen = figure_in(*sample, condition.figure);
    if (!seen) return {false, fmt::format("the kernel gives no {} of this socket", name)};
    return {compares(*seen, condition.comparison, condition.value), fmt::format("{} is {}", name, *seen)};
}

ConditionLook look_at(const StateCondition& condition, SocketSlot* slot) {
    const auto sample = sample_of(slot);
    if (!sample) return {false, no_socket(condition.socket)};
    const std::string name = dotted(condition.socket, "state");
    if ((sample->has & Sample::kTcpInfo) == 0) return {false, fmt::format("this socket has no {}", name)};
    return {sample->tcp.state == condition.state, fmt::format("{} is {}", name, to_string(sample->tcp.state))};
}

ConditionLook look_at(const PacketCondition& condition, std::uint32_t counted) {
    return {counted >= condition.count, fmt::format("{} of {} such packets were seen", counted, condition.count)};
}

}  // namespace wirestory::sim

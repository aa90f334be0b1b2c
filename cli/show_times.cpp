// Times and endpoints as the lists of `wirestory show` write them.
#include <ctime>

#include <fmt/format.h>

#include "cli/show_views.hpp"
#include "recording/actor_address.hpp"

namespace wirestory::cli {

namespace {

std::string seconds(DurationNs duration) {
    const char* sign = duration < 0 ? "-" : "";
    const std::uint64_t ns =
        duration < 0 ? 0 - static_cast<std::uint64_t>(duration) : static_cast<std::uint64_t>(duration);
    return fmt::format("{}{}.{:06}", sign, ns / kSecondNs, ns % kSecondNs / kMicrosecondNs);
}

std::string wall_clock(TimeNs time_ns) {
    TimeNs whole = time_ns / kSecondNs;
    TimeNs rest = time_ns % kSecondNs;
    if (rest < 0) {
        rest += kSecondNs;
        --whole;
    }
    const auto unix_seconds = static_cast<std::time_t>(whole);
    std::tm parts{};
    if (::localtime_r(&unix_seconds, &parts) == nullptr) return seconds(time_ns);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, rest / kMicrosecondNs);
}

}  // namespace

TimeWriter::TimeWriter(const Recording& recording, TimeStyle style)
    : style_(style), start_ns_(recording.first_time_ns()), before_ns_(start_ns_) {}

std::string TimeWriter::operator()(TimeNs time_ns) {
    const TimeNs before = before_ns_;
    before_ns_ = time_ns;
    switch (style_) {
        case TimeStyle::kAbsolute: return wall_clock(time_ns);
        case TimeStyle::kDelta: return seconds(time_ns - before);
        case TimeStyle::kRelative: break;
    }
    return seconds(time_ns - start_ns_);
}

std::string TimeWriter::with_unit(TimeNs time_ns) {
    const TimeNs before = before_ns_;
    before_ns_ = time_ns;
    if (style_ == TimeStyle::kAbsolute) return wall_clock(time_ns);
    const bool relative = style_ == TimeStyle::kRelative;
    const DurationNs since = time_ns - (relative ? start_ns_ : before);
    return fmt::format("{}{:.3f} ms", relative || since < 0 ? "" : "+", static_cast<double>(since) / 1e6);
}

std::string TimeWriter::title() const { return style_ == TimeStyle::kDelta ? "Delta" : "Time"; }

std::string endpoint_text(const Recording& recording, const Endpoint& endpoint) {
    const ActorId actor = actor_at(recording.actors, endpoint.address);
    if (actor == kNoActor || recording.actors[actor].name.empty()) {
        return endpoint.port != 0 ? endpoint.to_string() : endpoint.address.to_string();
    }
    const std::string& name = recording.actors[actor].name;
    return endpoint.port != 0 ? fmt::format("{}:{}", name, endpoint.port) : name;
}

}  // namespace wirestory::cli

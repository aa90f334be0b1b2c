#include "viz/layout/lane_words.hpp"

#include <array>

#include "base/messages.hpp"

namespace wirestory::viz {

namespace {

constexpr std::array<const char*, kLaneWordCount> kWords{
    tr_later("calls"),       tr_later("state"),         tr_later("send buffer"), tr_later("receive buffer"),
    tr_later("wire"),        tr_later("findings"),      tr_later("peak {}"),     tr_later("{} not shown"),
    tr_later("{} squeezed"), tr_later("never returns"), tr_later("returns")};

}  // namespace

std::string_view lane_word(LaneWord word, Language language) {
    return tr_in(language, kWords.at(static_cast<std::size_t>(word)));
}

std::string lane_word(LaneWord word, Language language, std::string_view value) {
    std::string text{lane_word(word, language)};
    const std::size_t place = text.find("{}");
    if (place != std::string::npos) text.replace(place, 2, value);
    return text;
}

std::vector<std::string_view> state_names(TcpState state) {
    const std::string_view name = to_string(state);
    switch (state) {
        case TcpState::kEstablished: return {name, "ESTAB", "EST"};
        case TcpState::kSynSent: return {name, "SYN_S"};
        case TcpState::kSynReceived: return {name, "SYN_RECV", "SYN_R"};
        case TcpState::kFinWait1: return {name, "FIN_W1", "FW1"};
        case TcpState::kFinWait2: return {name, "FIN_W2", "FW2"};
        case TcpState::kTimeWait: return {name, "TIME_W", "TW"};
        case TcpState::kCloseWait: return {name, "CLOSE_W", "CW"};
        case TcpState::kLastAck: return {name, "LAST_A", "LA"};
        default: return {name};
    }
}

}  // namespace wirestory::viz

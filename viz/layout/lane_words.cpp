#include "viz/layout/lane_words.hpp"

#include <array>

#include "viz/layout/event_index.hpp"

namespace wirestory::viz {

namespace {

struct Word {
    std::string_view en;
    std::string_view zh;
};

constexpr std::array<Word, kLaneWordCount> kWords{{{"calls", "调用"},
                                                   {"state", "状态"},
                                                   {"send buffer", "发送缓冲区"},
                                                   {"receive buffer", "接收缓冲区"},
                                                   {"wire", "线路"},
                                                   {"findings", "发现"},
                                                   {"peak {}", "峰值 {}"},
                                                   {"{} not shown", "另有 {} 项未显示"},
                                                   {"{} squeezed", "{} 已压缩"},
                                                   {"never returns", "没有返回"},
                                                   {"returns", "返回"}}};

}  // namespace

std::string_view lane_word(LaneWord word, Language language) {
    const Word& both = kWords.at(static_cast<std::size_t>(word));
    return language == Language::kChinese ? both.zh : both.en;
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

std::string layout_characters() {
    std::string all = "▲";
    for (const Word& word : kWords) all += word.zh;
    return all;
}

}  // namespace wirestory::viz

#include "recording/wire_json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace wirestory {

namespace {

using Json = nlohmann::json;

}  // namespace

std::string wire_to_json(const Recording& recording) {
    const bool owned =
        std::any_of(recording.taps.begin(), recording.taps.end(), [](const Tap& tap) { return tap.actor != kNoActor; });
    if (!owned && recording.wire_rules.empty()) return {};
    Json taps = Json::array();
    for (const Tap& tap : recording.taps) taps.push_back(tap.actor == kNoActor ? Json() : Json(tap.actor));
    const Json json{{"taps", std::move(taps)}, {"rules", recording.wire_rules}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void wire_from_json(std::string_view text, Recording& recording) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return;
    if (const auto taps = json.find("taps"); taps != json.end() && taps->is_array()) {
        const std::size_t count = std::min(taps->size(), recording.taps.size());
        for (std::size_t i = 0; i < count; ++i) {
            const Json& actor = (*taps)[i];
            const bool known = actor.is_number_unsigned() && actor.get<std::uint64_t>() < kNoActor;
            if (known) recording.taps[i].actor = actor.get<ActorId>();
        }
    }
    if (const auto rules = json.find("rules"); rules != json.end() && rules->is_array()) {
        recording.wire_rules.clear();
        for (const Json& rule : *rules) recording.wire_rules.push_back(rule.is_string() ? rule.get<std::string>() : "");
    }
}

}  // namespace wirestory

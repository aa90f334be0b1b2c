#include "recording/story_json.hpp"

#include <array>
#include <limits>

#include <nlohmann/json.hpp>

namespace wirestory {

namespace {

using Json = nlohmann::json;

constexpr std::array<const char*, 6> kEventKinds{"none", "call", "packet", "sample", "tx-report", "finding"};

// Text that is not UTF-8 (a made-up scenario) must not throw: the odd bytes are replaced.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json to_json(const Localized& text) { return {{"en", text.en}, {"zh", text.zh}}; }

Json to_json(const EventRef& event) {
    return {{"kind", kEventKinds[static_cast<std::size_t>(event.kind)]}, {"index", event.index}};
}

Json to_json(const Framing& framing) {
    switch (framing.kind) {
        case FramingKind::kLengthPrefix:
            return {{"kind", "length-prefix"},
                    {"prefix-bytes", framing.prefix_bytes},
                    {"little-endian", framing.little_endian},
                    {"signed", framing.is_signed}};
        // As numbers: a delimiter need not be UTF-8.
        case FramingKind::kDelimiter:
            return {{"kind", "delimiter"},
                    {"bytes", std::vector<unsigned char>(framing.delimiter.begin(), framing.delimiter.end())}};
        case FramingKind::kFixed: return {{"kind", "fixed"}, {"bytes", framing.fixed_bytes}};
        case FramingKind::kNone: break;
    }
    return {{"kind", "none"}};
}

// --- reading ---

const Json* member(const Json& json, const char* name) {
    if (!json.is_object()) return nullptr;
    const auto found = json.find(name);
    return found == json.end() ? nullptr : &*found;
}

void read(const Json& json, const char* name, std::string& out) {
    const Json* value = member(json, name);
    if (value != nullptr && value->is_string()) out = value->get<std::string>();
}

void read(const Json& json, const char* name, bool& out) {
    const Json* value = member(json, name);
    if (value != nullptr && value->is_boolean()) out = value->get<bool>();
}

template <class Number>
void read_number(const Json& json, const char* name, Number& out) {
    const Json* value = member(json, name);
    if (value == nullptr || !value->is_number_integer()) return;
    const auto number = value->get<std::int64_t>();
    if (number < 0 || static_cast<std::uint64_t>(number) > std::uint64_t{std::numeric_limits<Number>::max()}) return;
    out = static_cast<Number>(number);
}

void read(const Json& json, const char* name, Localized& out) {
    const Json* value = member(json, name);
    if (value == nullptr) return;
    read(*value, "en", out.en);
    read(*value, "zh", out.zh);
}

EventRef read_event(const Json& json) {
    EventRef event;
    std::string kind;
    read(json, "kind", kind);
    read_number(json, "index", event.index);
    for (std::size_t i = 0; i < kEventKinds.size(); ++i) {
        if (kind == kEventKinds[i]) event.kind = static_cast<EventKind>(i);
    }
    return event;
}

template <class Function>
void for_each(const Json& json, const char* name, Function function) {
    const Json* list = member(json, name);
    if (list == nullptr || !list->is_array()) return;
    for (const Json& element : *list) function(element);
}

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

StoryStep read_step(const Json& json) {
    StoryStep step;
    read_number(json, "line", step.line);
    read_number(json, "actor", step.actor);
    read(json, "text", step.text);
    return step;
}

TourStop read_stop(const Json& json) {
    TourStop stop;
    read(json, "at", stop.at);
    if (const Json* event = member(json, "event")) stop.event = read_event(*event);
    read(json, "say", stop.say);
    return stop;
}

Verdict read_verdict(const Json& json) {
    Verdict verdict;
    read(json, "passed", verdict.passed);
    read(json, "name", verdict.name);
    read(json, "expected", verdict.expected);
    read(json, "seen", verdict.seen);
    read_number(json, "line", verdict.line);
    if (const Json* event = member(json, "event")) verdict.event = read_event(*event);
    return verdict;
}

// What cannot be one is none: then a message is what one send wrote.
Framing read_framing(const Json& json) {
    constexpr std::size_t kMaxDelimiterBytes = 64;
    std::string kind;
    read(json, "kind", kind);
    Framing framing;
    if (kind == "length-prefix") {
        read_number(json, "prefix-bytes", framing.prefix_bytes);
        read(json, "little-endian", framing.little_endian);
        read(json, "signed", framing.is_signed);
        if (framing.prefix_bytes == 0 || framing.prefix_bytes > sizeof(std::uint64_t)) return {};
        framing.kind = FramingKind::kLengthPrefix;
    } else if (kind == "delimiter") {
        for_each(json, "bytes", [&](const Json& byte) {
            if (byte.is_number_unsigned() && byte.get<std::uint64_t>() <= 0xFF)
                framing.delimiter += static_cast<char>(byte.get<std::uint64_t>());
        });
        if (framing.delimiter.empty() || framing.delimiter.size() > kMaxDelimiterBytes) return {};
        framing.kind = FramingKind::kDelimiter;
    } else if (kind == "fixed") {
        read_number(json, "bytes", framing.fixed_bytes);
        if (framing.fixed_bytes == 0) return {};
        framing.kind = FramingKind::kFixed;
    }
    return framing;
}

}  // namespace

std::string story_to_json(const Story& story) {
    Json steps = Json::array();
    for (const StoryStep& step : story.steps) {
        Json& json = steps.emplace_back(Json{{"line", step.line}, {"text", step.text}});
        if (step.actor != kNoActor) json["actor"] = step.actor;
    }
    Json tour = Json::array();
    for (const TourStop& stop : story.tour) {
        Json& json = tour.emplace_back(Json{{"at", stop.at}, {"say", to_json(stop.say)}});
        if (stop.event) json["event"] = to_json(stop.event);
    }
    Json verdicts = Json::array();
    for (const Verdict& verdict : story.verdicts) {
        Json& json = verdicts.emplace_back(Json{{"passed", verdict.passed},
                                                {"name", verdict.name},
                                                {"expected", verdict.expected},
                                                {"seen", verdict.seen},
                                                {"line", verdict.line}});
        if (verdict.event) json["event"] = to_json(verdict.event);
    }
    Json whole{{"name", story.name},
               {"file", story.file_name},
               {"yaml", story.yaml},
               {"title", to_json(story.title)},
               {"lesson", to_json(story.lesson)},
               {"topics", story.topics},
               {"steps", std::move(steps)},
               {"tour", std::move(tour)},
               {"verdicts", std::move(verdicts)}};
    if (story.framing.present()) whole["framing"] = to_json(story.framing);
    return dump(whole);
}

std::string actors_to_json(const std::vector<Actor>& actors) {
    Json list = Json::array();
    for (const Actor& actor : actors) list.push_back({{"name", actor.name}, {"address", actor.address.to_string()}});
    return dump(list);
}

std::string facts_to_json(const std::vector<RunFact>& facts) {
    Json list = Json::array();
    for (const RunFact& fact : facts) list.push_back({{"name", fact.name}, {"value", fact.value}});
    return dump(list);
}

bool story_from_json(std::string_view text, Story& story) {
    const Json json = parse(text);
    if (!json.is_object()) return false;
    story = {};
    read(json, "name", story.name);
    read(json, "file", story.file_name);
    read(json, "yaml", story.yaml);
    read(json, "title", story.title);
    read(json, "lesson", story.lesson);
    for_each(json, "topics", [&](const Json& topic) {
        if (topic.is_string()) story.topics.push_back(topic.get<std::string>());
    });
    if (const Json* framing = member(json, "framing")) story.framing = read_framing(*framing);
    for_each(json, "steps", [&](const Json& step) { story.steps.push_back(read_step(step)); });
    for_each(json, "tour", [&](const Json& stop) { story.tour.push_back(read_stop(stop)); });
    for_each(json, "verdicts", [&](const Json& verdict) { story.verdicts.push_back(read_verdict(verdict)); });
    return true;
}

bool actors_from_json(std::string_view text, std::vector<Actor>& actors) {
    const Json json = parse(text);
    if (!json.is_array() || json.size() >= kNoActor) return false;
    actors.clear();
    for (const Json& element : json) {
        Actor& actor = actors.emplace_back();
        std::string address;
        read(element, "name", actor.name);
        read(element, "address", address);
        actor.address = IpAddress::parse(address).value_or(IpAddress{});
    }
    return true;
}

bool facts_from_json(std::string_view text, std::vector<RunFact>& facts) {
    const Json json = parse(text);
    if (!json.is_array()) return false;
    facts.clear();
    for (const Json& element : json) {
        RunFact& fact = facts.emplace_back();
        read(element, "name", fact.name);
        read(element, "value", fact.value);
    }
    return true;
}

}  // namespace wirestory

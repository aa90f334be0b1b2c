// Reads what joins the actors: `link:` of the scenario, and the steps `- link: down` that change it. Keeps the link as
// it is at each moment of the story, so that a step holds what it will be, not what changes. Knows the words and what
// can be asked of a wire, not how it works. Mistakes go to the context.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/scenario/link_values.hpp"
#include "sim/scenario/map_reader.hpp"

namespace wirestory::sim {

class LinkReader {
public:
    explicit LinkReader(ParseContext& context) : context_(context) {}

    // The scenario's `link:`; the actors must be known.
    void read_link(const YamlNode& node, const SourceSpan& key);
    // The value of a step `- link: ...`; false after a mistake.
    bool read_step(const YamlNode& node, const SourceSpan& key, Step& step);
    // When the whole story is known: whether the packets of the rules, and the sockets, can be on this wire.
    void check_story();

private:
    // What a mapping speaks of: all directions, or one.
    struct Scope {
        ActorId from = kNoActor;
        ActorId to = kNoActor;
        [[nodiscard]] bool one() const { return from != kNoActor; }
    };
    enum class Where : std::uint8_t { kLink, kStep, kDirection };

    bool read_map(const YamlNode& node, const Scope& scope, Where where);
    void read_directions(const YamlNode& node, Where where);
    bool read_direction_key(const YamlNode& key, Scope& scope);
    void read_state(const YamlNode& node, const Scope& scope);
    void read_path_keys(const MapReader& keys, const Scope& scope);
    void read_port_keys(const MapReader& keys, const Scope& scope);
    void read_device_keys(const MapReader& keys, Where where, const Scope& scope);
    void read_jitter(const LinkValue& value, const Scope& scope);
    void read_loss(const LinkValue& value, const Scope& scope);
    void read_bursts(const LinkValue& value, GilbertElliott& bursts);
    void read_duplicate(const LinkValue& value, const Scope& scope);
    void read_reorder(const LinkValue& value, const Scope& scope);
    void read_corrupt(const LinkValue& value, const Scope& scope);
    bool read_chance(const MapReader& keys, std::string_view what, const LinkValue& value, Chance& chance);
    void read_seed(const LinkValue& value);
    void read_rules(const YamlNode& list, WireAction action, std::string_view verb, DurationNs delay_ns,
                    const Scope& scope);

    static LinkValue value_of(const MapReader& keys, std::string_view key) {
        return {*keys.find(key), key, keys.key_span(key)};
    }
    template <class Change>
    void on_paths(const Scope& scope, Change change);
    template <class Change>
    void on_ports(const Scope& scope, Change change);

    ParseContext& context_;
    WireSpec now_;                    // as it is at the step being read; rules: all so far
    std::vector<SourceSpan> ecn_at_;  // where CE marks are asked for
    bool wire_ = false;
    bool seeded_ = false;
    std::size_t copied_ = 0;  // overrides held by all steps together
};

template <class Change>
void LinkReader::on_paths(const Scope& scope, Change change) {
    if (!scope.one()) {
        change(now_.path);
        for (PathOverride& path : now_.paths) change(path.path);
        return;
    }
    const auto same = [&](const PathOverride& path) { return path.from == scope.from && path.to == scope.to; };
    auto found = std::find_if(now_.paths.begin(), now_.paths.end(), same);
    if (found == now_.paths.end()) found = now_.paths.insert(found, {scope.from, scope.to, now_.path});
    change(found->path);
}

template <class Change>
void LinkReader::on_ports(const Scope& scope, Change change) {
    if (!scope.one()) {
        change(now_.port);
        for (PortOverride& port : now_.ports) change(port.port);
        return;
    }
    auto found = std::find_if(now_.ports.begin(), now_.ports.end(), [&](const auto& p) { return p.to == scope.to; });
    if (found == now_.ports.end()) found = now_.ports.insert(found, {scope.to, now_.port});
    change(found->port);
}

}  // namespace wirestory::sim

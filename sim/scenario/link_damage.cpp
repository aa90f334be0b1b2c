// The keys of a link that hurt packets: jitter, loss, duplicate, reorder, corrupt.
#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/link_reader.hpp"

namespace wirestory::sim {

// `rate` or `every`; true when there is one and no mistake.
bool LinkReader::read_chance(const MapReader& keys, std::string_view what, const LinkValue& value, Chance& chance) {
    const bool rate = keys.find("rate") != nullptr;
    const bool every = keys.find("every") != nullptr;
    if (!rate && !every) {
        context_.error(value.span(context_), tr_format("`{}` does not say which packets", what),
                       fmt::format("{}: {{ every: 3 }} or {}: {{ rate: 5% }}", what, what));
        return false;
    }
    if (rate) {
        const auto percentage = read_percentage(value_of(keys, "rate"), context_);
        if (!percentage) return false;
        chance.probability = *percentage;
    }
    if (every) {
        const auto number = read_count(value_of(keys, "every"), 1, 1'000'000, context_);
        if (!number) return false;
        chance.every = static_cast<std::uint32_t>(*number);
    }
    return true;
}

// `2ms`, or `{ by: 2ms, reorders: true }`.
void LinkReader::read_jitter(const LinkValue& value, const Scope& scope) {
    DurationNs jitter_ns = 0;
    bool reorders = false;
    if (value.node.is_map()) {
        const MapReader keys(value.node, "`jitter`", {"by", "reorders"}, context_);
        if (keys.find("by") == nullptr)
            return context_.error(value.key_span, tr("`jitter` does not say by how much"), "jitter: { by: 2ms }");
        const auto by = read_delay(value_of(keys, "by"), context_);
        if (!by) return;
        jitter_ns = *by;
        if (keys.find("reorders") != nullptr) {
            const auto asked = read_switch(value_of(keys, "reorders"), context_);
            if (!asked) return;
            reorders = *asked;
        }
    } else {
        const auto by = read_delay(value, context_);
        if (!by) return;
        jitter_ns = *by;
    }
    on_paths(scope, [=](PathSpec& path) {
        path.jitter_ns = jitter_ns;
        path.jitter_reorders = reorders;
    });
}

// `5%`, `{ every: 3 }`, `{ rate: 5%, seed: 7 }`, `{ burst: { enter: 1%, leave: 25% } }`.
void LinkReader::read_loss(const LinkValue& value, const Scope& scope) {
    Chance loss;
    std::optional<GilbertElliott> bursts;
    if (value.node.is_map()) {
        const MapReader keys(value.node, "`loss`", {"rate", "every", "burst", "seed"}, context_);
        if (keys.find("seed") != nullptr) read_seed(value_of(keys, "seed"));
        if (keys.find("burst") != nullptr) read_bursts(value_of(keys, "burst"), bursts.emplace());
        const bool alone = bursts && keys.find("rate") == nullptr && keys.find("every") == nullptr;
        if (!alone && !read_chance(keys, "loss", value, loss)) return;
    } else {
        const auto percentage = read_percentage(value, context_);
        if (!percentage) return;
        loss.probability = *percentage;
    }
    on_paths(scope, [&](PathSpec& path) {
        path.loss = loss;
        path.bursts = bursts;
    });
}

void LinkReader::read_bursts(const LinkValue& value, GilbertElliott& bursts) {
    const MapReader keys(value.node, "`burst`", {"enter", "leave", "loss", "outside"}, context_);
    if (!value.node.is_map()) return;
    for (const auto& [key, into] :
         {std::pair{"enter", &bursts.enter_bad}, std::pair{"leave", &bursts.leave_bad},
          std::pair{"loss", &bursts.loss_in_bad}, std::pair{"outside", &bursts.loss_in_good}}) {
        if (keys.find(key) == nullptr) continue;
        if (const auto percentage = read_percentage(value_of(keys, key), context_)) *into = *percentage;
    }
    if (keys.find("enter") == nullptr || keys.find("leave") == nullptr)
        context_.error(value.span(context_), tr("a loss burst has a chance to begin and one to end"),
                       "burst: { enter: 1%, leave: 25% }");
}

// `1%`, `{ every: 4, copies: 2 }`, or the packets themselves: ['client > server: udp #2'].
void LinkReader::read_duplicate(const LinkValue& value, const Scope& scope) {
    if (value.node.is_sequence()) return read_rules(value.node, WireAction::kDuplicate, "duplicate", 0, scope);
    Chance chance;
    std::uint8_t copies = 1;
    if (value.node.is_map()) {
        const MapReader keys(value.node, "`duplicate`", {"rate", "every", "copies"}, context_);
        if (!read_chance(keys, "duplicate", value, chance)) return;
        if (keys.find("copies") != nullptr) {
            const auto number = read_count(value_of(keys, "copies"), 1, kMaxPacketCopies - 1, context_);
            if (!number) return;
            copies = static_cast<std::uint8_t>(*number);
        }
    } else {
        const auto percentage = read_percentage(value, context_);
        if (!percentage) return;
        chance.probability = *percentage;
    }
    on_paths(scope, [=](PathSpec& path) {
        path.duplicate = chance;
        path.duplicate_copies = copies;
    });
}

// `{ every: 5, by: 15ms }`, `{ packets: ['client > server: udp #2'], by: 15ms }`.
void LinkReader::read_reorder(const LinkValue& value, const Scope& scope) {
    if (!value.node.is_map())
        return context_.error(value.span(context_), tr("`reorder` says which packets come later, and by how much"),
                              "reorder: { every: 5, by: 15ms }");
    const MapReader keys(value.node, "`reorder`", {"rate", "every", "packets", "by"}, context_);
    if (keys.find("by") == nullptr)
        return context_.error(value.span(context_), tr("`reorder` does not say by how much"),
                              "reorder: { every: 5, by: 15ms }");
    const auto by = read_delay(value_of(keys, "by"), context_);
    if (!by) return;
    if (const YamlNode* packets = keys.find("packets")) read_rules(*packets, WireAction::kDelay, "delay", *by, scope);
    const bool some = keys.find("rate") != nullptr || keys.find("every") != nullptr;
    Chance chance;
    if ((some || keys.find("packets") == nullptr) && !read_chance(keys, "reorder", value, chance)) return;
    on_paths(scope, [&](PathSpec& path) {
        path.reorder = chance;
        path.reorder_by_ns = *by;
    });
}

// `1%`, `{ every: 4 }`, or the packets themselves.
void LinkReader::read_corrupt(const LinkValue& value, const Scope& scope) {
    if (value.node.is_sequence()) return read_rules(value.node, WireAction::kCorrupt, "corrupt", 0, scope);
    Chance chance;
    if (value.node.is_map()) {
        const MapReader keys(value.node, "`corrupt`", {"rate", "every"}, context_);
        if (!read_chance(keys, "corrupt", value, chance)) return;
    } else {
        const auto percentage = read_percentage(value, context_);
        if (!percentage) return;
        chance.probability = *percentage;
    }
    on_paths(scope, [&](PathSpec& path) { path.corrupt = chance; });
}

}  // namespace wirestory::sim

#include "sim/scenario/link_reader.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/pattern_parser.hpp"

namespace wirestory::sim {
namespace {

constexpr std::size_t kMaxRules = 1'000;
constexpr std::size_t kMaxCopiedOverrides = 100'000;
constexpr const char* kExample = tr_later("for example link: { delay: 10ms, loss: 5% }");

constexpr std::array<std::string_view, 6> kPathKeys{"delay", "jitter", "loss", "duplicate", "reorder", "corrupt"};
constexpr std::array<std::string_view, 4> kPortKeys{"rate", "burst", "queue", "ecn"};

bool is_direction(const YamlNode& key) { return key.is_scalar() && key.scalar.find('>') != std::string::npos; }

// The keys that are no directions, for MapReader, which knows fixed keys only.
YamlNode without_directions(const YamlNode& node) {
    YamlNode rest = node;
    rest.items.clear();
    for (std::size_t i = 0; i < node.entry_count(); ++i) {
        if (is_direction(node.key(i))) continue;
        rest.items.push_back(node.key(i));
        rest.items.push_back(node.value(i));
    }
    return rest;
}

}  // namespace

void LinkReader::read_link(const YamlNode& node, const SourceSpan& key) {
    const SourceSpan span = node.is_null() ? key : span_of(context_.source, node);
    if (node.is_scalar() && node.scalar == "loopback") return;
    if (node.is_scalar())
        return context_.error(span, tr_format("unknown link {}", quoted(node.scalar)),
                              tr("`loopback`, or a wire: { delay: 10ms }"));
    if (!node.is_map())
        return context_.error(span, tr_format("a link is `loopback` or a mapping, not {}", node.describe()),
                              std::string{tr(kExample)});
    wire_ = true;
    for (const ScenarioActor& actor : context_.scenario.actors) now_.hosts.push_back(actor.name);
    const bool good = read_map(node, {}, Where::kLink);
    if (now_.hosts.size() < 2)
        context_.error(span, tr("a wire joins at least two actors, and this story has one"), tr("use link: loopback"));
    else if (const Status status = check(now_); good && !status)
        context_.error(span, status.error().message);
    context_.scenario.wire = now_;
}

bool LinkReader::read_step(const YamlNode& node, const SourceSpan& key, Step& step) {
    step.span = node.is_null() ? key : span_of(context_.source, node);
    step.text = link_text(node);
    if (!wire_) {
        context_.error(step.span, tr("there is no wire to change: the link of this scenario is loopback"),
                       tr("add `link: { delay: 10ms }` to the scenario"));
        return false;
    }
    const std::size_t rules_before = now_.rules.size();
    if (node.is_scalar()) {
        read_state(node, {});
    } else if (!read_map(node, {}, Where::kStep)) {
        return false;
    }
    copied_ += now_.paths.size() + now_.ports.size() + 1;
    if (copied_ > kMaxCopiedOverrides) {
        context_.error(step.span, tr("the steps of this story change the link too often"), tr("use fewer"));
        return false;
    }
    LinkStep change{now_.path, now_.port, now_.paths, now_.ports, {}};
    change.rules.assign(now_.rules.begin() + static_cast<std::ptrdiff_t>(rules_before), now_.rules.end());
    step.action = std::move(change);
    return true;
}

// `down`, `up`.
void LinkReader::read_state(const YamlNode& node, const Scope& scope) {
    const bool down = node.scalar == "down";
    if (!down && node.scalar != "up")
        return context_.error(span_of(context_.source, node), tr_format("unknown state {}", quoted(node.scalar)),
                              tr("`down`, `up`, or what changes: { loss: 5% }"));
    on_paths(scope, [down](PathSpec& path) { path.cut = down; });
}

bool LinkReader::read_map(const YamlNode& node, const Scope& scope, Where where) {
    const SourceSpan span = span_of(context_.source, node);
    if (!node.is_map()) {
        context_.error(span, tr_format("a link is described by a mapping, not {}", node.describe()),
                       std::string{tr(kExample)});
        return false;
    }
    const std::size_t errors_before = context_.diagnostics.items.size();
    std::vector<std::string_view> known(kPathKeys.begin(), kPathKeys.end());
    known.insert(known.end(), kPortKeys.begin(), kPortKeys.end());
    if (where != Where::kDirection) known.emplace_back("drop");
    if (where == Where::kLink) known.emplace_back("seed");
    if (where != Where::kStep) known.emplace_back("mtu");
    const char* what = where == Where::kLink   ? "`link`"
                       : where == Where::kStep ? tr("a change of the link")
                                               : tr("a direction");
    const YamlNode fixed = where == Where::kDirection ? node : without_directions(node);
    const MapReader keys(fixed, what, std::move(known), context_);
    read_device_keys(keys, where, scope);
    read_path_keys(keys, scope);
    read_port_keys(keys, scope);
    if (const YamlNode* drop = where != Where::kDirection ? keys.find("drop") : nullptr)
        read_rules(*drop, WireAction::kDrop, "drop", 0, scope);
    if (where != Where::kDirection) read_directions(node, where);
    return context_.diagnostics.items.size() == errors_before;
}

void LinkReader::read_directions(const YamlNode& node, Where where) {
    for (std::size_t i = 0; i < node.entry_count(); ++i) {
        if (!is_direction(node.key(i))) continue;
        for (std::size_t before = 0; before < i; ++before)
            if (node.key(before).is_scalar() && node.key(before).scalar == node.key(i).scalar)
                context_.error(span_of(context_.source, node.key(i)),
                               tr_format("{} stands here a second time", quoted(node.key(i).scalar)), tr("keep one"));
        Scope scope;
        if (!read_direction_key(node.key(i), scope)) continue;
        const YamlNode& value = node.value(i);
        if (value.is_scalar() && where == Where::kStep)
            read_state(value, scope);
        else
            read_map(value, scope, Where::kDirection);
    }
}

bool LinkReader::read_direction_key(const YamlNode& key, Scope& scope) {
    const PlacedText placed = place(context_.source, key);
    const auto tokens = lex_step(placed, context_.diagnostics);
    if (!tokens) return false;
    TokenCursor cursor(*tokens);
    for (ActorId* end : {&scope.from, &scope.to}) {
        const Token& token = cursor.take();
        const auto actor = token.is_word() ? context_.actor_named(token.text) : std::nullopt;
        if (!actor) {
            context_.unknown_actor(token.text, token.span);
            return false;
        }
        *end = *actor;
        if (end == &scope.from && !cursor.take_if(">")) break;
    }
    if (cursor.at_end() && scope.to != kNoActor && scope.from != scope.to) return true;
    context_.error(placed.whole(), tr_format("{} is no direction", quoted(key.scalar)),
                   tr("two actors: client > server: { delay: 10ms }"));
    return false;
}

void LinkReader::read_device_keys(const MapReader& keys, Where where, const Scope& scope) {
    if (where == Where::kLink && keys.find("seed") != nullptr) read_seed(value_of(keys, "seed"));
    if (where == Where::kStep || keys.find("mtu") == nullptr) return;
    const auto mtu = read_count(value_of(keys, "mtu"), 68, 65535, context_);
    if (!mtu) return;
    const auto bytes = static_cast<std::uint32_t>(*mtu);
    // Of the link: the devices' own, so that the hosts cut to it. Of a direction: what a device in between lets pass.
    if (where == Where::kLink)
        now_.mtu_bytes = bytes;
    else
        on_paths(scope, [bytes](PathSpec& path) { path.mtu_bytes = bytes; });
}

void LinkReader::read_seed(const LinkValue& value) {
    const auto seed = read_count(value, 0, std::numeric_limits<std::int64_t>::max(), context_);
    if (!seed) return;
    if (seeded_ && now_.seed != *seed)
        return context_.error(value.span(context_), tr("a link has one seed, and another stands above"),
                              tr("each direction draws its own numbers from it"));
    now_.seed = *seed;
    seeded_ = true;
}

void LinkReader::read_path_keys(const MapReader& keys, const Scope& scope) {
    if (keys.find("delay") != nullptr) {
        if (const auto delay = read_delay(value_of(keys, "delay"), context_))
            on_paths(scope, [delay](PathSpec& path) { path.delay_ns = *delay; });
    }
    if (keys.find("jitter") != nullptr) read_jitter(value_of(keys, "jitter"), scope);
    if (keys.find("loss") != nullptr) read_loss(value_of(keys, "loss"), scope);
    if (keys.find("duplicate") != nullptr) read_duplicate(value_of(keys, "duplicate"), scope);
    if (keys.find("reorder") != nullptr) read_reorder(value_of(keys, "reorder"), scope);
    if (keys.find("corrupt") != nullptr) read_corrupt(value_of(keys, "corrupt"), scope);
}

void LinkReader::read_port_keys(const MapReader& keys, const Scope& scope) {
    if (keys.find("rate") != nullptr) {
        if (const auto rate = read_rate(value_of(keys, "rate"), context_))
            on_ports(scope, [rate](PortSpec& port) { port.rate_bits_per_s = *rate; });
    }
    if (keys.find("burst") != nullptr) {
        if (const auto bytes = read_byte_count(value_of(keys, "burst"), context_))
            on_ports(scope, [bytes](PortSpec& port) { port.burst_bytes = *bytes; });
    }
    if (keys.find("queue") != nullptr) {
        if (const auto amount = read_queue_amount(value_of(keys, "queue"), context_))
            on_ports(scope, [amount](PortSpec& port) {
                // By bytes alone, the packets need no limit of their own.
                port.queue_packets = amount->packets != 0 ? amount->packets : 1U << 20U;
                port.queue_bytes = amount->bytes;
            });
    }
    if (keys.find("ecn") != nullptr) {
        ecn_at_.push_back(keys.key_span("ecn"));
        if (const auto amount = read_queue_amount(value_of(keys, "ecn"), context_))
            on_ports(scope, [amount](PortSpec& port) {
                port.ecn_mark_packets = amount->packets;
                port.ecn_mark_bytes = amount->bytes;
            });
    }
}

void LinkReader::read_rules(const YamlNode& list, WireAction action, std::string_view verb, DurationNs delay_ns,
                            const Scope& scope) {
    for (const YamlNode* item : list_items(list)) {
        std::uint32_t number = 0;
        auto pattern = parse_pattern_node(*item, context_, &number);
        if (!pattern) continue;
        if (scope.one() && ((pattern->from != kNoActor && pattern->from != scope.from) ||
                            (pattern->to != kNoActor && pattern->to != scope.to))) {
            context_.error(pattern->span, tr("this packet goes another way than the direction it stands in"));
            continue;
        }
        if (scope.one()) pattern->from = scope.from, pattern->to = scope.to;
        if (now_.rules.size() == kMaxRules)
            return context_.error(pattern->span, tr_format("a wire has at most {} rules", kMaxRules));
        std::string text = fmt::format("{} {}", verb, pattern->text);
        if (number != 0 && text.find('#') == std::string::npos) text += fmt::format(" #{}", number);
        now_.rules.push_back({std::move(*pattern), number, action, delay_ns, std::move(text)});
    }
}

void LinkReader::check_story() {
    if (!wire_) return;
    const auto check_rule = [&](const WireRule& rule) { check_reachable(rule.pattern, context_, Unreachable::kError); };
    for (const WireRule& rule : now_.rules) check_rule(rule);
    for (const auto& [key, socket] : context_.facts.sockets) {
        if (is_ipv6(socket.family))
            context_.error(socket.made, tr("a wire carries IPv4 only"), tr("use tcp or udp, or link: loopback"));
        if (is_unix(socket.family))
            context_.error(socket.made, tr("Unix sockets do not leave their host, so no wire carries them"),
                           tr("use tcp or udp, or link: loopback"));
    }
    const auto& sysctls = context_.scenario.sysctls;
    const bool ecn_on = std::any_of(sysctls.begin(), sysctls.end(),
                                    [](const auto& s) { return s.first == "net.ipv4.tcp_ecn" && s.second != "0"; });
    if (ecn_on || context_.facts.tcp_actors.empty()) return;
    for (const SourceSpan& span : ecn_at_)
        context_.diagnostics.warning(span, tr("no TCP segment will be marked: TCP does not ask for ECN here"),
                                     tr("add sysctl: { net.ipv4.tcp_ecn: 1 }"));
}

}  // namespace wirestory::sim

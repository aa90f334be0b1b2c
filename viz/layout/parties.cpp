#include "viz/layout/parties.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace wirestory::viz {

namespace {

using analysis::Analysis;
using analysis::Flow;
using analysis::FlowEnd;
using analysis::FlowId;
using analysis::Side;

struct Candidate {
    Party party;
    std::int64_t initiated = 0;  // flows and connects of its own, less those it answered
    std::uint64_t events = 0;
};

struct Census {
    std::vector<Candidate> candidates;
    std::vector<std::size_t> by_actor;
    std::vector<std::array<std::size_t, 2>> by_flow;
};

// An address tells two parties apart, unless both ends have the same one (a capture of loopback).
std::string foreign_key(const Flow& flow, const FlowEnd& end) {
    const bool same = flow.ends[0].endpoint.address == flow.ends[1].endpoint.address;
    return same ? end.endpoint.to_string() : end.endpoint.address.to_string();
}

std::size_t foreign_candidate(Census& census, std::map<std::string, std::size_t>& known, const Flow& flow,
                              const FlowEnd& end) {
    const std::string key = foreign_key(flow, end);
    const auto [place, added] = known.emplace(key, census.candidates.size());
    if (added) census.candidates.push_back({{key.empty() ? "?" : key, "", kNoActor}, 0, 0});
    return place->second;
}

Census take_census(const Recording& recording, const Analysis& analysis) {
    Census census;
    for (std::size_t i = 0; i < recording.actors.size(); ++i) {
        const Actor& actor = recording.actors[i];
        census.by_actor.push_back(census.candidates.size());
        census.candidates.push_back({{actor.name, actor.address.to_string(), static_cast<ActorId>(i)}, 0, 0});
    }
    for (const Call& call : recording.calls) {
        if (call.actor >= census.by_actor.size()) continue;
        Candidate& caller = census.candidates[census.by_actor[call.actor]];
        ++caller.events;
        if (call.kind == CallKind::kConnect) ++caller.initiated;
    }
    std::map<std::string, std::size_t> foreign;
    for (const Flow& flow : analysis.flows) {
        std::array<std::size_t, 2> places{};
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            const FlowEnd& end = flow.end(side);
            const bool named = end.actor < census.by_actor.size();
            const std::size_t place =
                named ? census.by_actor[end.actor] : foreign_candidate(census, foreign, flow, end);
            places[analysis::index_of(side)] = place;
            // On a wire who is no actor is a group or everybody: its packets go to the hosts there are.
            if (named || !analysis.sightings.any()) census.candidates[place].events += flow.packets.size();
            census.candidates[place].initiated += side == Side::kInitiator ? 1 : -1;
        }
        census.by_flow.push_back(places);
    }
    return census;
}

// Busy ones first when not all can be shown; then in the order they stand side by side.
std::vector<std::size_t> choose_order(const Census& census, std::size_t limit, bool& crowded) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < census.candidates.size(); ++i) {
        if (census.candidates[i].events > 0) order.push_back(i);
    }
    crowded = order.size() > limit;
    if (crowded) {
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return census.candidates[a].events > census.candidates[b].events;
        });
        order.resize(limit - 1);
        std::sort(order.begin(), order.end());
    }
    const auto starts = [&](std::size_t i) { return census.candidates[i].initiated > 0; };
    const auto responders = std::stable_partition(order.begin(), order.end(), starts);
    const auto initiator_count = responders - order.begin();
    const auto responder_count = order.end() - responders;
    // Several clients of one server: the server between them, so that no arrow has to cross a stranger's column.
    if (responder_count > 0 && initiator_count > responder_count) {
        std::rotate(order.begin() + (initiator_count + 1) / 2, responders, order.end());
    }
    return order;
}

}  // namespace

Parties Parties::find(const Recording& recording, const Analysis& analysis, std::size_t limit) {
    const Census census = take_census(recording, analysis);
    bool crowded = false;
    const std::vector<std::size_t> order =
        choose_order(census, std::clamp<std::size_t>(limit, 2, kMostParties), crowded);
    Parties parties;
    std::vector<PartyId> place(census.candidates.size(), kNoParty);
    for (const std::size_t candidate : order) {
        place[candidate] = static_cast<PartyId>(parties.all_.size());
        parties.all_.push_back(census.candidates[candidate].party);
    }
    if (crowded) {
        const auto others = static_cast<PartyId>(parties.all_.size());
        parties.all_.push_back({"others", "", kNoActor});
        for (std::size_t i = 0; i < place.size(); ++i) {
            if (place[i] == kNoParty && census.candidates[i].events > 0) place[i] = others;
        }
    }
    for (const std::size_t candidate : census.by_actor) parties.by_actor_.push_back(place[candidate]);
    for (const auto& ends : census.by_flow) parties.by_flow_.push_back({place[ends[0]], place[ends[1]]});
    return parties;
}

PartyId Parties::of_actor(ActorId actor) const { return actor < by_actor_.size() ? by_actor_[actor] : kNoParty; }

PartyId Parties::of(FlowId flow, Side side) const {
    return flow < by_flow_.size() ? by_flow_[flow][analysis::index_of(side)] : kNoParty;
}

PartyId Parties::sender(const Analysis& analysis, std::size_t packet) const {
    if (packet >= analysis.packets.size()) return kNoParty;
    return of(analysis.packets.flow[packet], analysis.packets.from[packet]);
}

PartyId Parties::receiver(const Analysis& analysis, std::size_t packet) const {
    if (packet >= analysis.packets.size()) return kNoParty;
    return of(analysis.packets.flow[packet], analysis::other(analysis.packets.from[packet]));
}

}  // namespace wirestory::viz

// Who talks: the columns of the ladder and the groups of lanes of the timeline, in the order they are shown. Actors
// where the recording has them; in foreign captures the addresses (or the endpoints, when both have one address).
// Parties beyond the limit share the last place, called "others".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"

namespace wirestory::viz {

using PartyId = std::uint16_t;
constexpr PartyId kNoParty = 0xFFFF;
constexpr std::size_t kMostParties = 8;

struct Party {
    std::string name;
    std::string address;  // empty when the name is the address
    ActorId actor = kNoActor;
};

class Parties {
public:
    // Initiators stand first; of several initiators and one responder, the responder stands in the middle.
    static Parties find(const Recording& recording, const analysis::Analysis& analysis, std::size_t limit);

    [[nodiscard]] const std::vector<Party>& all() const { return all_; }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] PartyId of_actor(ActorId actor) const;
    [[nodiscard]] PartyId of(analysis::FlowId flow, analysis::Side side) const;
    [[nodiscard]] PartyId sender(const analysis::Analysis& analysis, std::size_t packet) const;
    [[nodiscard]] PartyId receiver(const analysis::Analysis& analysis, std::size_t packet) const;

private:
    std::vector<Party> all_;
    std::vector<PartyId> by_actor_;
    std::vector<std::array<PartyId, 2>> by_flow_;
};

}  // namespace wirestory::viz

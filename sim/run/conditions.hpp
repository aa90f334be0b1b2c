// `until:` conditions, asked of the kernel or of the packets counted so far.
#pragma once

#include <string>

#include "sim/run/stage_state.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::sim {

struct ConditionLook {
    bool holds = false;
    std::string seen;  // "conn.unread_bytes is 5"; "there is no socket `conn` now"
};

// `slot` may be null: the socket has not been made yet.
ConditionLook look_at(const FigureCondition& condition, SocketSlot* slot);
ConditionLook look_at(const StateCondition& condition, SocketSlot* slot);
ConditionLook look_at(const PacketCondition& condition, std::uint32_t counted);

}  // namespace wirestory::sim

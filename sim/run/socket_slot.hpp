// One socket of the story. `mutex` keeps sampling and closing apart; the actor's system calls themselves run without
// it, as two threads of one program would use a descriptor.
#pragma once

#include <mutex>

#include "base/address.hpp"
#include "recording/recording.hpp"

namespace wirestory::sim {

struct SocketSlot {
    SocketSlot(SocketId id_, ActorId actor_, SocketFamily family_, int fd_)
        : id(id_), actor(actor_), family(family_), fd(fd_) {}

    const SocketId id;
    const ActorId actor;
    const SocketFamily family;

    std::mutex mutex;  // guards what follows
    int fd;            // -1 once closed or closing
    bool listening = false;
    bool bound_by_story = false;
    Endpoint local;
    Endpoint peer;  // connected, or being connected to

    [[nodiscard]] int descriptor() {
        const std::lock_guard lock(mutex);
        return fd;
    }
};

// Asks the kernel for the addresses; what it does not know stays as it was. Lock held by the caller.
void refresh_local(SocketSlot& slot);
void refresh_peer(SocketSlot& slot);

}  // namespace wirestory::sim

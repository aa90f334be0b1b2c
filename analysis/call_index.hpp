// CallIndex: calls and samples of each socket, for passes that go socket by socket. Indices only; the recording must
// outlive it. Ids in a recording are untrusted: what points outside is left out here, so that later passes need not
// ask.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/ledger.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

class CallIndex {
public:
    explicit CallIndex(const Recording& recording);

    [[nodiscard]] const Recording& recording() const { return *recording_; }
    [[nodiscard]] std::size_t socket_count() const { return accepted_by_.size(); }
    [[nodiscard]] const Call& call(std::uint32_t index) const { return recording_->calls[index]; }
    // Indices into Recording::calls, ::samples and ::tx_reports, in order of time. Nothing for a socket that does not
    // exist.
    [[nodiscard]] std::span<const std::uint32_t> calls_of(SocketId socket) const;
    [[nodiscard]] std::span<const std::uint32_t> samples_of(SocketId socket) const;
    [[nodiscard]] std::span<const std::uint32_t> reports_of(SocketId socket) const;
    // The samples of a socket taken within [begin, end].
    [[nodiscard]] std::span<const std::uint32_t> samples_within(SocketId socket, TimeNs begin, TimeNs end) const;
    // The accept call that returned this socket; kNoIndex for others.
    [[nodiscard]] std::uint32_t accepting(SocketId socket) const;
    // The call that closed it; kNoIndex when none did.
    [[nodiscard]] std::uint32_t closing(SocketId socket) const;
    // Value of a numeric socket option as set by the last successful setsockopt entered before `when`; an accepted
    // socket has its listener's (Linux clones the listening socket: tcp_create_openreq_child,
    // net/ipv4/tcp_minisocks.c).
    [[nodiscard]] std::optional<std::int64_t> option_at(SocketId socket, std::string_view name, TimeNs when) const;

private:
    // Items grouped by socket: those of socket s stand at begin[s] .. begin[s + 1].
    struct Groups {
        std::vector<std::uint32_t> begin;
        std::vector<std::uint32_t> items;
        [[nodiscard]] std::span<const std::uint32_t> of(SocketId socket) const;
    };
    template <class Item>
    static Groups group(const std::vector<Item>& items, std::size_t sockets);

    const Recording* recording_;
    Groups calls_;
    Groups samples_;
    Groups reports_;
    std::vector<std::uint32_t> accepted_by_;
    std::vector<std::uint32_t> closed_by_;
};

// Bytes that a call moved. Linux moves at most 0x7ffff000 a call (write(2)); what claims more is not believed.
StreamOffset moved_bytes(const Call& call);
// A read that leaves the bytes where they are (recv(2), MSG_PEEK; of the error queue; out of band).
bool consumes(const Call& call);

}  // namespace wirestory::analysis

#include "analysis/socket_binding.hpp"

#include <algorithm>

namespace wirestory::analysis {
namespace {

using capture::Transport;

bool is_tcp(SocketFamily family) { return family == SocketFamily::kTcp || family == SocketFamily::kTcp6; }
bool is_udp(SocketFamily family) { return family == SocketFamily::kUdp || family == SocketFamily::kUdp6; }
bool is_any(const IpAddress& address) {
    return std::all_of(address.bytes.begin(), address.bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// What the calls on a socket tell of its connection, and when its first packet may have come.
struct Connection {
    Endpoint local;
    Endpoint peer;
    TimeNs begin_ns = 0;
    TimeNs end_ns = kNever;
    bool found = false;
};

Connection connection_of(const CallIndex& calls, SocketId socket) {
    Connection connection;
    const std::uint32_t accept = calls.accepting(socket);
    if (accept != kNoIndex) {
        connection.local = calls.call(accept).local;
        connection.peer = calls.call(accept).peer;
        connection.end_ns = calls.call(accept).exit_ns;
        connection.found = true;
    }
    for (const std::uint32_t index : calls.calls_of(socket)) {
        const Call& call = calls.call(index);
        if (call.kind == CallKind::kConnect && accept == kNoIndex) {
            // the last attempt counts: a refused one may be repeated on the same socket
            connection.found = true;
            connection.begin_ns = call.enter_ns;
            connection.end_ns = call.exit_ns;
            connection.peer = call.peer;
            connection.local = call.local;
        }
        if (call.local.port != 0 && !is_any(call.local.address)) connection.local = call.local;
        if (call.peer.port != 0 && connection.peer.port == 0) connection.peer = call.peer;
    }
    return connection;
}

// Flows by (one end, other end, first time), both ways round, for the search by endpoints.
struct EndpointPair {
    Endpoint local;
    Endpoint peer;
    TimeNs first_ns = 0;
    FlowId flow = kNoFlow;
    Side side = Side::kInitiator;
    auto operator<=>(const EndpointPair&) const = default;
};

std::vector<EndpointPair> pairs_of(const std::vector<Flow>& flows) {
    std::vector<EndpointPair> pairs;
    for (FlowId id = 0; id < flows.size(); ++id) {
        if (flows[id].transport != Transport::kTcp) continue;
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            pairs.push_back(
                {flows[id].end(side).endpoint, flows[id].end(other(side)).endpoint, flows[id].first_ns, id, side});
        }
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

// The latest flow between the two endpoints that began before the call which made the connection had returned.
SocketEnd find_tcp(const std::vector<EndpointPair>& pairs, SocketId socket, const Connection& connection) {
    const EndpointPair limit{connection.local, connection.peer, connection.end_ns, kNoFlow, Side::kResponder};
    const auto after = std::upper_bound(pairs.begin(), pairs.end(), limit);
    if (after == pairs.begin()) return {};
    const EndpointPair& found = *(after - 1);
    if (found.local != connection.local || found.peer != connection.peer) return {};
    return {socket, found.flow, found.side};
}

// A connect that failed leaves the socket without a local port; then only its time and its peer speak.
SocketEnd find_unnamed(const std::vector<Flow>& flows, SocketId socket, ActorId actor, const Connection& connection) {
    for (FlowId id = 0; id < flows.size(); ++id) {
        const Flow& flow = flows[id];
        const FlowEnd& initiator = flow.end(Side::kInitiator);
        if (flow.transport != Transport::kTcp || initiator.socket != kNoSocket) continue;
        if (flow.first_ns < connection.begin_ns || flow.first_ns > connection.end_ns) continue;
        if (flow.end(Side::kResponder).endpoint != connection.peer) continue;
        if (initiator.actor == actor || initiator.actor == kNoActor) return {socket, id, Side::kInitiator};
    }
    return {};
}

// A datagram socket while it is open: on which endpoint, and to which peer when it is connected.
struct DatagramSocket {
    SocketId socket = kNoSocket;
    Endpoint local;
    TimeNs begin_ns = 0;
    TimeNs end_ns = kNever;
};

std::vector<DatagramSocket> datagram_sockets(const CallIndex& calls) {
    std::vector<DatagramSocket> sockets;
    const Recording& recording = calls.recording();
    for (SocketId id = 0; id < recording.sockets.size(); ++id) {
        if (!is_udp(recording.sockets[id].family)) continue;
        DatagramSocket added{id, {}, 0, kNever};
        for (const std::uint32_t index : calls.calls_of(id)) {
            const Call& call = calls.call(index);
            if (added.begin_ns == 0) added.begin_ns = call.enter_ns;
            if (call.local.port != 0) added.local = call.local;
        }
        const std::uint32_t close = calls.closing(id);
        if (close != kNoIndex) added.end_ns = calls.call(close).exit_ns;
        const ActorId actor = recording.sockets[id].actor;
        if (is_any(added.local.address) && actor < recording.actors.size()) {
            added.local.address = recording.actors[actor].address;
        }
        if (added.local.port != 0) sockets.push_back(added);
    }
    std::stable_sort(sockets.begin(), sockets.end(),
                     [](const DatagramSocket& a, const DatagramSocket& b) { return a.local < b.local; });
    return sockets;
}

// The socket on this endpoint that was open during the flow's packets.
SocketId find_datagram_socket(const std::vector<DatagramSocket>& sockets, const Endpoint& endpoint, const Flow& flow) {
    const auto range = std::equal_range(sockets.begin(), sockets.end(), DatagramSocket{kNoSocket, endpoint, 0, 0},
                                        [](const auto& a, const auto& b) { return a.local < b.local; });
    const auto open = std::find_if(range.first, range.second, [&](const DatagramSocket& socket) {
        return socket.begin_ns <= flow.last_ns && socket.end_ns >= flow.first_ns;
    });
    return open == range.second ? kNoSocket : open->socket;
}

void assign(std::vector<Flow>& flows, const Recording& recording, const SocketEnd& found,
            std::vector<SocketEnd>& ends) {
    if (found.flow == kNoFlow) return;
    FlowEnd& end = flows[found.flow].ends[index_of(found.side)];
    if (end.socket != kNoSocket) return;
    end.socket = found.socket;
    const ActorId actor = recording.sockets[found.socket].actor;
    if (actor < recording.actors.size()) end.actor = actor;
    ends.push_back(found);
}

}  // namespace

std::vector<SocketEnd> bind_sockets(const CallIndex& calls, std::vector<Flow>& flows) {
    const Recording& recording = calls.recording();
    std::vector<SocketEnd> ends;
    if (recording.calls.empty()) return ends;
    const std::vector<EndpointPair> pairs = pairs_of(flows);
    for (SocketId id = 0; id < recording.sockets.size(); ++id) {
        if (!is_tcp(recording.sockets[id].family)) continue;
        const Connection connection = connection_of(calls, id);
        if (!connection.found) continue;
        SocketEnd found = find_tcp(pairs, id, connection);
        if (found.flow == kNoFlow && calls.accepting(id) == kNoIndex) {
            found = find_unnamed(flows, id, recording.sockets[id].actor, connection);
        }
        assign(flows, recording, found, ends);
    }
    const std::vector<DatagramSocket> sockets = datagram_sockets(calls);
    for (FlowId id = 0; id < flows.size(); ++id) {
        if (flows[id].transport != Transport::kUdp) continue;
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            const SocketId socket = find_datagram_socket(sockets, flows[id].end(side).endpoint, flows[id]);
            if (socket != kNoSocket) assign(flows, recording, {socket, id, side}, ends);
        }
    }
    std::sort(ends.begin(), ends.end());
    return ends;
}

}  // namespace wirestory::analysis

// Hand-made recordings that are faithful to what Linux does on loopback, for tests of analysis, layout and the window.
// Server is actor 0 at 127.0.0.2:9000, client is actor 1 at 127.0.0.3. Times are microseconds from kRecordingStart, see
// the source; each recording has calls, packets, samples, send reports and a story.
#pragma once

#include "recording/recording.hpp"

namespace wirestory::test {

constexpr ActorId kServerActor = 0;
constexpr ActorId kClientActor = 1;

// Sockets of the TCP recordings: the server's listener, the client's, and "conn", which accept() returned.
constexpr SocketId kListenerSocket = 0;
constexpr SocketId kClientSocket = 1;
constexpr SocketId kConnSocket = 2;

// connect and accept in three segments; then the client closes, and the server closes at once: FIN, FIN ACK, ACK.
Recording handshake_recording();

// "hello" leaves at once, "world" and "!" wait for the delayed ACK 40 ms later and leave as one segment; one recv takes
// all three. Packets: SYN, SYN ACK, ACK, "hello", ACK, "world!", ACK, FIN ACK, FIN ACK, ACK.
Recording nagle_recording();

// The client asks, shuts down its half, reads the server's answer, and both close: FIN, ACK (delayed), "goodbye" of the
// server, ACK, FIN, ACK.
Recording close_four_way_recording();

// Ten datagrams of 500 bytes into a receive buffer that holds six: the last four are dropped, and the kernel counts
// them. The server's socket is 0, the client's 1.
Recording udp_loss_recording();

}  // namespace wirestory::test

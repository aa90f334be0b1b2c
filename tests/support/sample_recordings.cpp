#include "tests/support/sample_recordings.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/recording_builder.hpp"

namespace wirestory::test {
namespace {

const Endpoint kServer = endpoint("127.0.0.2", 9000);
const Endpoint kClient = endpoint("127.0.0.3", 40001);

During during_us(std::int64_t enter, std::int64_t exit) { return {us(enter), us(exit)}; }

// The story's text and steps; the calls get their step by their order, as they were added.
void tell(RecordingBuilder& builder, std::string name, Localized title,
          const std::vector<std::pair<ActorId, std::string>>& lines) {
    Recording& recording = builder.recording();
    Story& story = recording.story;
    story.name = std::move(name);
    story.file_name = "scenarios/" + story.name + ".yaml";
    story.title = std::move(title);
    story.topics = {story.name.substr(0, 3)};
    story.yaml = "title: { en: \"" + story.title.en + "\", zh: \"" + story.title.zh + "\" }\nlink: loopback\nstory:\n";
    int line = 4;
    std::size_t call = 0;
    for (const auto& [actor, text] : lines) {
        const bool is_call = actor != kNoActor;
        const auto step = static_cast<std::int32_t>(story.steps.size());
        story.yaml += "  - " + (is_call ? recording.actors[actor].name + ": " : std::string()) + text + "\n";
        story.steps.push_back({line++, actor, text});
        if (is_call && call < recording.calls.size()) recording.calls[call++].step = step;
    }
    story.verdicts.push_back({true, "story", "every step", "every step", 3, {}});
    recording.facts.push_back({"kernel", "Linux 6.18"});
    recording.facts.push_back({"sandbox", "network namespace"});
}

// Server and client up to the accepted connection; 0 us to 240 us.
struct Connection {
    RecordingBuilder builder;
    TcpLink link{builder, kClient, kServer};

    Connection() {
        const ActorId server = builder.actor("server", "127.0.0.2");
        const ActorId client = builder.actor("client", "127.0.0.3");
        builder.socket(server, SocketFamily::kTcp);
        builder.socket(client, SocketFamily::kTcp);
        builder.socket(server, SocketFamily::kTcp, "conn");
        builder.call(CallKind::kSocket, kListenerSocket, during_us(0, 8), "tcp", 4);
        builder.call(CallKind::kSetsockopt, kListenerSocket, during_us(14, 16), "SO_REUSEADDR, 1");
        builder.set_endpoints(kListenerSocket, kServer);
        builder.call(CallKind::kBind, kListenerSocket, during_us(22, 27), "9000");
        builder.call(CallKind::kListen, kListenerSocket, during_us(34, 45), "5");
        builder.call(CallKind::kSocket, kClientSocket, during_us(60, 68), "tcp", 5);
        builder.set_endpoints(kClientSocket, kClient, kServer);
        builder.call(CallKind::kConnect, kClientSocket, during_us(80, 170), "server:9000");
        link.syn(us(105));
        link.syn_ack(us(129));
        link.ack(End::kClient, us(146));
        client_sample(171, SampleTrigger::kCallExit, TcpState::kEstablished);
        builder.set_endpoints(kConnSocket, kServer, kClient);
        builder.accept(kListenerSocket, kConnSocket, during_us(200, 212)).returned = 6;
        server_sample(214, SampleTrigger::kCallExit, TcpState::kEstablished);
    }

    void client_sample(std::int64_t when, SampleTrigger trigger, TcpState state, std::uint32_t outq = 0,
                       std::uint32_t unsent = 0, std::uint32_t unread = 0) {
        builder.tcp_sample(us(when), kClientSocket, trigger, state, outq, unsent, unread);
    }
    void server_sample(std::int64_t when, SampleTrigger trigger, TcpState state, std::uint32_t outq = 0,
                       std::uint32_t unread = 0) {
        builder.tcp_sample(us(when), kConnSocket, trigger, state, outq, 0, unread);
    }
    void report(std::int64_t when, TxReportKind kind, std::uint32_t id) {
        builder.tx_report(us(when), kClientSocket, kind, id);
    }
};

const std::vector<std::pair<ActorId, std::string>> kOpening = {
    {kServerActor, "socket(tcp)"},    {kServerActor, "setsockopt(SO_REUSEADDR, 1)"},
    {kServerActor, "bind(9000)"},     {kServerActor, "listen(5)"},
    {kClientActor, "socket(tcp)"},    {kClientActor, "connect(server:9000) = 0"},
    {kServerActor, "conn = accept()"}};

std::vector<std::pair<ActorId, std::string>> after_opening(std::vector<std::pair<ActorId, std::string>> rest) {
    std::vector<std::pair<ActorId, std::string>> all = kOpening;
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

// The client's three sends, the delayed ACK and the glued segment; 250 us to 40,570 us.
void small_writes(Connection& tcp) {
    RecordingBuilder& builder = tcp.builder;
    builder.call(CallKind::kSetsockopt, kConnSocket, during_us(250, 253), "TCP_QUICKACK, 0");

    builder.send(kClientSocket, "hello", during_us(300, 330));
    tcp.report(311, TxReportKind::kScheduled, 4);
    tcp.report(312, TxReportKind::kSoftware, 4);
    tcp.link.data(End::kClient, us(313), "hello");
    tcp.client_sample(332, SampleTrigger::kCallExit, TcpState::kEstablished, 5);
    tcp.server_sample(345, SampleTrigger::kPacket, TcpState::kEstablished, 0, 5);

    builder.send(kClientSocket, "world", during_us(360, 368));
    tcp.client_sample(370, SampleTrigger::kCallExit, TcpState::kEstablished, 10, 5);
    builder.send(kClientSocket, "!", during_us(390, 396));
    tcp.client_sample(398, SampleTrigger::kCallExit, TcpState::kEstablished, 11, 6);
    tcp.client_sample(20'400, SampleTrigger::kTick, TcpState::kEstablished, 11, 6);
    tcp.server_sample(20'402, SampleTrigger::kTick, TcpState::kEstablished, 0, 5);

    tcp.link.ack(End::kServer, us(40'513));
    tcp.report(40'520, TxReportKind::kAcknowledged, 4);
    tcp.report(40'534, TxReportKind::kScheduled, 10);
    tcp.report(40'535, TxReportKind::kSoftware, 10);
    tcp.link.data(End::kClient, us(40'537), "world!");
    tcp.link.ack(End::kServer, us(40'541));
    tcp.report(40'543, TxReportKind::kAcknowledged, 10);
    tcp.client_sample(40'566, SampleTrigger::kPacket, TcpState::kEstablished);
    tcp.server_sample(40'568, SampleTrigger::kPacket, TcpState::kEstablished, 0, 11);
}

}  // namespace

Recording handshake_recording() {
    Connection tcp;
    tcp.builder.call(CallKind::kClose, kClientSocket, during_us(300, 331));
    tcp.link.fin(End::kClient, us(316));
    tcp.server_sample(342, SampleTrigger::kPacket, TcpState::kCloseWait);
    // close-wait acknowledges late (tcp_fin() enters ping-pong mode), so the server's own FIN carries the ACK
    tcp.builder.call(CallKind::kClose, kConnSocket, during_us(360, 395));
    tcp.link.fin(End::kServer, us(375));
    tcp.link.ack(End::kClient, us(384));
    tcp.builder.call(CallKind::kClose, kListenerSocket, during_us(410, 418));
    tell(tcp.builder, "tcp/handshake", {"Three segments open a connection", "三次握手"},
         after_opening({{kClientActor, "close()"}, {kServerActor, "conn.close()"}, {kServerActor, "close()"}}));
    return tcp.builder.build();
}

Recording nagle_recording() {
    Connection tcp;
    RecordingBuilder& builder = tcp.builder;
    small_writes(tcp);
    builder.recv(kConnSocket, 1024, "helloworld!", during_us(40'600, 40'612));
    tcp.server_sample(40'614, SampleTrigger::kCallExit, TcpState::kEstablished);

    builder.call(CallKind::kClose, kClientSocket, during_us(40'640, 40'668));
    tcp.link.fin(End::kClient, us(40'652));
    tcp.server_sample(40'680, SampleTrigger::kPacket, TcpState::kCloseWait);
    builder.recv(kConnSocket, 1024, "", during_us(40'700, 40'704));
    builder.call(CallKind::kClose, kConnSocket, during_us(40'730, 40'765));
    tcp.link.fin(End::kServer, us(40'745));
    tcp.link.ack(End::kClient, us(40'753));
    tell(builder, "tcp/nagle-coalescing", {"Nagle glues small writes together", "Nagle 算法与粘包"},
         after_opening({{kServerActor, "conn.setsockopt(TCP_QUICKACK, 0)"},
                        {kClientActor, "send(\"hello\") = 5"},
                        {kClientActor, "send(\"world\") = 5"},
                        {kClientActor, "send(\"!\") = 1"},
                        {kNoActor, "until: conn.unread_bytes == 11"},
                        {kServerActor, "conn.recv(1024) = \"helloworld!\""},
                        {kClientActor, "close()"},
                        {kServerActor, "conn.recv(1024) = \"\""},
                        {kServerActor, "conn.close()"}}));
    return builder.build();
}

Recording close_four_way_recording() {
    Connection tcp;
    RecordingBuilder& builder = tcp.builder;
    builder.send(kClientSocket, "question", during_us(300, 338));
    tcp.link.data(End::kClient, us(315), "question");
    tcp.link.ack(End::kServer, us(319));
    tcp.server_sample(350, SampleTrigger::kPacket, TcpState::kEstablished, 0, 8);
    builder.recv(kConnSocket, 100, "question", during_us(360, 371));
    builder.call(CallKind::kShutdown, kClientSocket, during_us(400, 428), "SHUT_WR");
    tcp.link.fin(End::kClient, us(415));
    tcp.client_sample(430, SampleTrigger::kCallExit, TcpState::kFinWait1, 1);
    tcp.server_sample(440, SampleTrigger::kPacket, TcpState::kCloseWait);
    builder.recv(kConnSocket, 100, "", during_us(460, 464));
    tcp.link.ack(End::kServer, us(40'615));
    tcp.client_sample(40'640, SampleTrigger::kPacket, TcpState::kFinWait2);
    tcp.server_sample(40'642, SampleTrigger::kPacket, TcpState::kCloseWait);
    builder.send(kConnSocket, "goodbye", during_us(40'700, 40'736));
    tcp.link.data(End::kServer, us(40'714), "goodbye");
    tcp.link.ack(End::kClient, us(40'718));
    tcp.client_sample(40'750, SampleTrigger::kPacket, TcpState::kFinWait2, 0, 0, 7);
    builder.recv(kClientSocket, 100, "goodbye", during_us(40'760, 40'771));
    builder.call(CallKind::kClose, kConnSocket, during_us(40'800, 40'833));
    tcp.link.fin(End::kServer, us(40'815));
    tcp.link.ack(End::kClient, us(40'820));
    builder.recv(kClientSocket, 100, "", during_us(40'850, 40'854));
    // once in TIME_WAIT the connection is no longer the socket's: the socket itself says CLOSE
    tcp.client_sample(40'856, SampleTrigger::kCallExit, TcpState::kClosed);
    builder.call(CallKind::kClose, kClientSocket, during_us(40'880, 40'887));
    tell(builder, "tcp/close-four-way", {"Four segments close a connection", "四次挥手"},
         after_opening({{kClientActor, "send(\"question\") = 8"},
                        {kServerActor, "conn.recv(100) = \"question\""},
                        {kClientActor, "shutdown(SHUT_WR)"},
                        {kServerActor, "conn.recv(100) = \"\""},
                        {kNoActor, "until: client.state == FIN_WAIT2"},
                        {kServerActor, "conn.send(\"goodbye\") = 7"},
                        {kClientActor, "recv(100) = \"goodbye\""},
                        {kServerActor, "conn.close()"},
                        {kClientActor, "recv(100) = \"\""},
                        {kClientActor, "close()"}}));
    return builder.build();
}

Recording udp_loss_recording() {
    constexpr std::uint32_t kFit = 6;
    constexpr std::uint32_t kTrueSizeBytes = 1280;  // what the kernel charges for one 500-byte datagram
    constexpr SocketId kServerSocket = 0;
    constexpr SocketId kSenderSocket = 1;
    RecordingBuilder builder;
    builder.socket(builder.actor("server", "127.0.0.2"), SocketFamily::kUdp);
    builder.socket(builder.actor("client", "127.0.0.3"), SocketFamily::kUdp);
    std::vector<std::pair<ActorId, std::string>> steps = {{kServerActor, "socket(udp)"},
                                                          {kServerActor, "setsockopt(SO_RCVBUF, 4096)"},
                                                          {kServerActor, "bind(9000)"},
                                                          {kClientActor, "socket(udp)"}};
    builder.call(CallKind::kSocket, kServerSocket, during_us(0, 8), "udp", 4);
    builder.call(CallKind::kSetsockopt, kServerSocket, during_us(14, 16), "SO_RCVBUF, 4096");
    builder.set_endpoints(kServerSocket, kServer);
    builder.call(CallKind::kBind, kServerSocket, during_us(22, 27), "9000");
    builder.call(CallKind::kSocket, kSenderSocket, during_us(60, 68), "udp", 5);
    builder.set_endpoints(kSenderSocket, kClient);
    const auto payload = [](std::uint32_t number) {
        std::string text = "datagram " + std::to_string(number) + " ";
        return text + std::string(500 - text.size(), '.');
    };
    for (std::uint32_t number = 1; number <= 10; ++number) {
        const std::int64_t start = 100 + 60 * number;
        builder.sendto(kSenderSocket, payload(number), kServer, during_us(start, start + 21));
        builder.datagram(us(start + 9), kClient, kServer, payload(number));
        const std::uint32_t fitted = std::min(number, kFit);
        builder.udp_sample(us(start + 40), kServerSocket, SampleTrigger::kPacket, fitted * kTrueSizeBytes,
                           number - fitted);
        steps.emplace_back(kClientActor, "sendto(bytes(500), server:9000) = 500");
    }
    for (std::uint32_t number = 1; number <= kFit; ++number) {
        const std::int64_t start = 900 + 30 * number;
        builder.recvfrom(kServerSocket, 1024, payload(number), kClient, during_us(start, start + 6));
        builder.udp_sample(us(start + 8), kServerSocket, SampleTrigger::kCallExit, (kFit - number) * kTrueSizeBytes, 4);
        steps.emplace_back(kServerActor, "recvfrom(1024) = _");
    }
    builder.call(CallKind::kClose, kServerSocket, during_us(1200, 1206));
    builder.call(CallKind::kClose, kSenderSocket, during_us(1220, 1225));
    steps.emplace_back(kServerActor, "close()");
    steps.emplace_back(kClientActor, "close()");
    tell(builder, "udp/loss-receive-buffer", {"A full receive buffer drops datagrams", "接收缓冲区满时丢弃数据报"},
         steps);
    return builder.build();
}

}  // namespace wirestory::test

// Findings of calls that could not do all they were asked, and of how connections begin and end: each where it belongs,
// and where it nearly belongs but does not. Their words, in both languages.
#include <cerrno>
#include <string>

#include "analysis/analysis.hpp"
#include "analysis/findings/words.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;

namespace {

std::string found(Pair& pair) {
    const Recording recording = pair.builder.build();
    return findings_text(recording, analyse(recording));
}

// "head" and "tail" wait in the send buffer until `released_us`.
void corked_sends(Pair& pair, std::int64_t released_us) {
    pair.builder.call(CallKind::kSetsockopt, pair.client, {us(180), us(182)}, "TCP_CORK, 1");
    pair.builder.send(pair.client, "head", {us(200), us(205)});
    pair.builder.send(pair.client, "tail", {us(210), us(215)});
    pair.link.data(End::kClient, us(released_us), "headtail");
}

}  // namespace

TEST_CASE("every kind and cause of finding has its words in both languages", "[analysis]") {
    const Recording empty;
    for (const auto rows : {call_words(), connection_words(), segment_words()}) {
        for (const FindingWords& row : rows) {
            Finding finding;
            finding.kind = row.kind;
            finding.cause = row.cause;
            INFO(row.id);
            CHECK(words_of(row.kind, row.cause).sentence == row.sentence);
            for (const std::uint32_t count : {1U, 2U}) {
                finding.count = count;
                CHECK(describe(empty, finding, Language::kEnglish).back() == '.');
                CHECK(describe(empty, finding, Language::kChinese).find("。") != std::string::npos);
                CHECK_FALSE(note_of(finding, Language::kEnglish).empty());
                CHECK_FALSE(short_note_of(finding, Language::kChinese).empty());
                CHECK(describe(empty, finding, Language::kEnglish).find('{') == std::string::npos);
            }
        }
    }
}

TEST_CASE("cork-hold: until the program uncorks, or nobody does", "[analysis]") {
    Pair pulled;
    corked_sends(pulled, 5000);
    pulled.builder.call(CallKind::kSetsockopt, pulled.client, {us(4990), us(5010)}, "TCP_CORK, 0");
    const Recording recording = pulled.builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& hold = find_one(analysis, FindingKind::kCorkHold);
    CHECK(hold.count == 2);
    CHECK(hold.range == ByteRange{0, 8});
    CHECK(hold.cause == FindingCause::kPlain);
    CHECK(describe(recording, hold).find("client's 2 sends (8 B) waited 4.80 ms in the send buffer: TCP_CORK") == 0);

    Pair forgotten;
    corked_sends(forgotten, 200'200);
    const Analysis late = analyse(forgotten.builder.build());
    CHECK(find_one(late, FindingKind::kCorkHold).cause == FindingCause::kNobodyUncorked);

    Pair more;
    more.builder.send(more.client, "head", {us(200), us(205)}).arguments = "\"head\", MSG_MORE";
    more.builder.send(more.client, "tail", {us(900), us(920)});
    more.link.data(End::kClient, us(910), "headtail");
    CHECK(find_one(analyse(more.builder.build()), FindingKind::kCorkHold).count == 1);
}

TEST_CASE("split-write: several segments, not one sent twice", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "onetwo", {us(200), us(230)});
    pair.link.data(End::kClient, us(210), "one");
    pair.link.data(End::kClient, us(220), "two");
    const Analysis analysis = analyse(pair.builder.build());
    CHECK(find_one(analysis, FindingKind::kSplitWrite).count == 2);

    Pair again;
    again.builder.send(again.client, "one", {us(200), us(230)});
    again.link.data(End::kClient, us(210), "one");
    again.link.data_at(End::kClient, us(400'000), 0, "one");
    CHECK(count_of(analyse(again.builder.build()), FindingKind::kSplitWrite) == 0);
}

TEST_CASE("partial-read: pieces of a message, and a rest that nobody reads", "[analysis]") {
    const auto read_in_pieces = [](bool to_the_end) {
        Pair pair;
        pair.builder.send(pair.client, "question", {us(200), us(220)});
        pair.link.data(End::kClient, us(210), "question");
        pair.builder.recv(pair.conn, 4, "ques", {us(300), us(302)});
        if (to_the_end) pair.builder.recv(pair.conn, 100, "tion", {us(310), us(312)});
        return pair.builder.build();
    };
    const Analysis left = analyse(read_in_pieces(false));
    CHECK(find_one(left, FindingKind::kPartialRead).cause == FindingCause::kRestUnread);
    CHECK(find_one(left, FindingKind::kPartialRead).range == ByteRange{0, 4});
    const Recording recording = read_in_pieces(true);
    const Analysis whole = analyse(recording);
    const Finding& pieces = find_one(whole, FindingKind::kPartialRead);
    CHECK(pieces.count == 2);
    CHECK(describe(recording, pieces).find("server needed 2 recvs for one message of 8 B; the first took 4 B.") == 0);
}

TEST_CASE("blocked-send: with the peer's closed window, and without", "[analysis]") {
    for (const bool closed : {true, false}) {
        Pair pair;
        pair.builder.send(pair.client, "bytes", {us(200), us(9000)}).slept = true;
        pair.link.data(End::kClient, us(210), "by");
        TcpSegment ack = pair.link.next(End::kServer, capture::kAck);
        if (closed) ack.window = 0;
        pair.builder.segment(us(220), ack);
        pair.link.data(End::kClient, us(8990), "tes");
        const Analysis analysis = analyse(pair.builder.build());
        const Finding& blocked = find_one(analysis, FindingKind::kBlockedSend);
        CHECK(blocked.cause == (closed ? FindingCause::kPeerWindow : FindingCause::kPlain));
        CHECK(blocked.end_ns == us(9000));
    }
}

TEST_CASE("short-write: a part, nothing, but not a time-out", "[analysis]") {
    Pair pair;
    Call& part = pair.builder.send(pair.client, "abc", {us(200), us(205)});
    part.requested_bytes = 10;
    pair.builder.failed_call(CallKind::kSend, pair.client, {us(210), us(212)}, "\"defghij\"", EAGAIN).requested_bytes =
        7;
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    REQUIRE(count_of(analysis, FindingKind::kShortWrite) == 2);
    CHECK(describe(recording, analysis.findings[0]).find("client asked to send 10 B, and the kernel took 3 B") == 0);
    CHECK(analysis.findings[1].cause == FindingCause::kNothingTaken);

    Pair timed_out;
    timed_out.builder.failed_call(CallKind::kSend, timed_out.client, {us(210), us(9000)}, "\"abc\"", EAGAIN).slept =
        true;
    CHECK(found(timed_out) == "blocked-send");
}

TEST_CASE("resets say why", "[analysis]") {
    Pair unread;
    unread.builder.send(unread.client, "hello", {us(200), us(220)});
    unread.link.data(End::kClient, us(210), "hello");
    unread.builder.call(CallKind::kClose, unread.conn, {us(300), us(320)});
    unread.link.rst(End::kServer, us(310));
    const Recording recording = unread.builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(describe(recording, find_one(analysis, FindingKind::kResetUnreadData))
              .find("server closed its socket with 5 B unread") == 0);

    for (const auto& [option, kind] : {std::pair{"SO_LINGER, 1, 0", "reset-linger-zero"},
                                       {"SO_LINGER, 0, 0", "reset"},
                                       {"SO_LINGER, 1, 5", "reset"}}) {
        Pair linger;
        linger.builder.call(CallKind::kSetsockopt, linger.client, {us(180), us(182)}, option);
        linger.builder.call(CallKind::kClose, linger.client, {us(300), us(320)});
        linger.link.rst(End::kClient, us(310));
        CHECK(found(linger) == kind);
    }

    Pair late;
    late.builder.call(CallKind::kClose, late.conn, {us(200), us(220)});
    late.link.fin(End::kServer, us(210));
    late.link.ack(End::kClient, us(215));
    late.link.data(End::kClient, us(300), "anybody there?");
    late.link.rst(End::kServer, us(305));
    CHECK(found(late).find("reset-data-after-close") != std::string::npos);

    Pair given_up;  // the kernel gave the connection up, then the program closed; the peer knows nothing of it
    given_up.builder.failed_call(CallKind::kRecv, given_up.client, {us(200), us(9000)}, "1024", ETIMEDOUT).slept = true;
    given_up.builder.call(CallKind::kClose, given_up.client, {us(9010), us(9020)});
    given_up.link.data(End::kServer, us(20000), "hello again");
    given_up.builder.segment(us(20010), given_up.link.next(End::kClient, capture::kRst));
    CHECK(found(given_up).find("reset-unknown-connection") != std::string::npos);
}

TEST_CASE("resets in a capture without calls: only what packets prove", "[analysis]") {
    const auto findings = [](auto story) {
        RecordingBuilder builder;
        TcpLink link(builder, endpoint("10.0.0.1", 4000), endpoint("10.0.0.2", 80));
        story(builder, link);
        const Recording recording = builder.build();
        return findings_text(recording, analyse(recording));
    };
    CHECK(findings([](RecordingBuilder&, TcpLink& link) {
              link.syn(us(0));
              link.rst(End::kServer, us(10));
          }) == "connection-refused");
    CHECK(findings([](RecordingBuilder& builder, TcpLink& link) {
              link.handshake(us(0));
              link.data(End::kClient, us(100), "hello again");
              builder.segment(us(110), link.next(End::kServer, capture::kRst));
          }) == "reset-unknown-connection");
    CHECK(findings([](RecordingBuilder&, TcpLink& link) {
              link.handshake(us(0));
              link.rst(End::kServer, us(100));
          }) == "reset");
}

TEST_CASE("syn-retry and syn-dropped: a full accept queue needs a listener and more waiting than its backlog",
          "[analysis]") {
    const auto findings = [](int backlog) {
        RecordingBuilder builder;
        const ActorId server = builder.actor("server", "127.0.0.2");
        const SocketId listener = builder.socket(server, SocketFamily::kTcp);
        builder.set_endpoints(listener, endpoint("127.0.0.2", 9000));
        builder.call(CallKind::kListen, listener, {us(0), us(5)}, std::to_string(backlog));
        TcpLink alice(builder, endpoint("127.0.0.3", 1), endpoint("127.0.0.2", 9000));
        alice.handshake(us(100));
        TcpLink bob(builder, endpoint("127.0.0.4", 2), endpoint("127.0.0.2", 9000));
        bob.handshake(us(200));
        TcpLink carol(builder, endpoint("127.0.0.5", 3), endpoint("127.0.0.2", 9000));
        builder.segment(us(300), carol.next(End::kClient, capture::kSyn));
        carol.syn(us(1'000'300));
        const Recording recording = builder.build();
        return findings_text(recording, analyse(recording));
    };
    CHECK(findings(1) == "syn-dropped syn-retry");
    CHECK(findings(2) == "syn-retry");
}

TEST_CASE("simultaneous open and close, and not an ordinary close", "[analysis]") {
    Pair crossed;
    crossed.link.hold_ack(End::kServer, 0);
    crossed.link.fin(End::kClient, us(500));
    crossed.builder.segment(us(505), crossed.link.next(End::kServer, capture::kFin | capture::kAck));
    CHECK(found(crossed).find("simultaneous-close") == std::string::npos);  // no ACK of either: nothing is proved

    RecordingBuilder builder;
    TcpLink open(builder, endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2));
    open.syn(us(0));
    TcpSegment syn = open.next(End::kServer, capture::kSyn);
    syn.ack = 0;
    builder.segment(us(5), syn);
    const Recording recording = builder.build();
    CHECK(findings_text(recording, analyse(recording)) == "simultaneous-open");

    Pair ordinary;
    ordinary.link.fin(End::kClient, us(500));
    ordinary.link.fin(End::kServer, us(510));
    ordinary.link.ack(End::kClient, us(515));
    CHECK(found(ordinary).empty());
}

TEST_CASE("datagram-truncated: by what the read had room for", "[analysis]") {
    RecordingBuilder builder;
    const ActorId server = builder.actor("server", "127.0.0.2");
    const SocketId socket = builder.socket(server, SocketFamily::kUdp);
    const Endpoint here = endpoint("127.0.0.2", 9000);
    const Endpoint there = endpoint("127.0.0.3", 5000);
    builder.set_endpoints(socket, here);
    builder.call(CallKind::kBind, socket, {us(0), us(2)}, "9000");
    builder.datagram(us(10), there, here, "hello world");
    builder.datagram(us(20), there, here, "next");
    builder.recvfrom(socket, 5, "hello", there, {us(100), us(102)});
    builder.recvfrom(socket, 4, "next", there, {us(110), us(112)});
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& cut = find_one(analysis, FindingKind::kDatagramTruncated);
    CHECK(describe(recording, cut).find("server's recv had room for 5 B of a datagram of 11 B") == 0);
}

TEST_CASE("too many findings of one kind are counted into the last", "[analysis]") {
    Pair pair;
    constexpr int kSends = 1000;
    for (int i = 0; i < kSends; ++i) {
        Call& send = pair.builder.failed_call(CallKind::kSend, pair.client, {us(200 + 10 * i), us(205 + 10 * i)},
                                              "\"x\"", EAGAIN);
        send.requested_bytes = 1;
    }
    const Analysis analysis = analyse(pair.builder.build());
    CHECK(analysis.findings.size() == 100);
    CHECK(analysis.findings.back().count == kSends - 99);
    CHECK(analysis.findings.back().end_ns == us(205 + 10 * (kSends - 1)));
}

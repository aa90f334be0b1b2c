// Following a flow: the order, repetitions and gaps of what the receivers could read.
#include "analysis/follow.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using test::End;
using test::us;

namespace {

// ">hello <yes >[3]rest"
std::string followed(const Recording& recording) {
    const analysis::Analysis analysis = analysis::analyse(recording);
    std::string out;
    for (const analysis::FollowedPart& part : analysis::follow(analysis, 0)) {
        if (!out.empty()) out += ' ';
        out += part.from == analysis::Side::kInitiator ? '>' : '<';
        if (part.missing_before > 0) out += '[' + std::to_string(part.missing_before) + ']';
        out += as_text(analysis::bytes_of(recording, part));
    }
    return out;
}

struct Link {
    test::RecordingBuilder builder;
    test::TcpLink tcp{builder, test::endpoint("10.0.0.1", 40000), test::endpoint("10.0.0.2", 80)};
};

}  // namespace

TEST_CASE("both directions stand in the order of time") {
    Link link;
    link.tcp.handshake(us(0));
    link.tcp.data(End::kClient, us(100), "ask");
    link.tcp.data(End::kServer, us(200), "answer");
    link.tcp.data(End::kClient, us(300), "thanks");
    CHECK(followed(link.builder.build()) == ">ask <answer >thanks");
}

TEST_CASE("what comes ahead of its turn waits, what comes again is left out") {
    Link link;
    link.tcp.handshake(us(0));
    link.tcp.data_at(End::kClient, us(100), 3, "def");
    link.tcp.data_at(End::kClient, us(200), 0, "abc");
    link.tcp.data_at(End::kClient, us(300), 0, "abc");
    link.tcp.data_at(End::kClient, us(400), 4, "efgh");  // two bytes of it are new
    CHECK(followed(link.builder.build()) == ">abc >def >gh");
}

TEST_CASE("a gap that the receiver acknowledged is named and skipped") {
    Link link;
    link.tcp.handshake(us(0));
    link.tcp.data(End::kClient, us(100), "one");
    link.tcp.data_at(End::kClient, us(200), 6, "three");
    auto ack = link.tcp.next(End::kServer, capture::kAck);
    ack.ack = 1'000'000 + 1 + 11;
    link.builder.segment(us(300), ack);
    link.tcp.data(End::kServer, us(400), "got it");
    CHECK(followed(link.builder.build()) == ">one >[3]three <got it");
}

TEST_CASE("a gap that nobody acknowledged is named at the end") {
    Link link;
    link.tcp.handshake(us(0));
    link.tcp.data_at(End::kClient, us(200), 4, "late");
    CHECK(followed(link.builder.build()) == ">[4]late");
}

TEST_CASE("a flow that is not there has no bytes, a datagram is a part") {
    test::RecordingBuilder builder;
    builder.datagram(us(1), test::endpoint("10.0.0.1", 1), test::endpoint("10.0.0.2", 2), "a");
    builder.datagram(us(2), test::endpoint("10.0.0.2", 2), test::endpoint("10.0.0.1", 1), "b");
    builder.datagram(us(3), test::endpoint("10.0.0.1", 1), test::endpoint("10.0.0.2", 2), "a");
    const Recording recording = builder.build();
    CHECK(followed(recording) == ">a <b >a");
    CHECK(analysis::follow(analysis::analyse(recording), 7).empty());
}

// Display filters: what they select of a recording with calls, and what they say of mistakes.
#include <string>

#include "analysis/filter/hits.hpp"
#include "capture/wire/tcp.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using analysis::Analysis;
using analysis::Filter;
using analysis::FilterMatcher;

namespace {

struct Subject {
    explicit Subject(Recording made) : recording(std::move(made)), analysis(analysis::analyse(recording)) {}
    Recording recording;
    Analysis analysis;

    // Numbers of the selected packets, from 1.
    [[nodiscard]] std::string packets(const std::string& text) const {
        const auto filter = Filter::compile(text);
        if (!filter) return format_filter_error(text, filter.error());
        std::string out;
        for (const std::uint32_t packet : find_hits(*filter, recording, analysis).packet_list) {
            out += (out.empty() ? "" : " ") + std::to_string(packet + 1);
        }
        return out;
    }
    [[nodiscard]] std::string calls(const std::string& text) const {
        const auto filter = Filter::compile(text);
        if (!filter) return format_filter_error(text, filter.error());
        FilterMatcher matcher(*filter, recording, analysis);
        std::string out;
        for (std::uint32_t i = 0; i < recording.calls.size(); ++i) {
            if (matcher.call(i)) out += (out.empty() ? "" : "; ") + format_call(recording, recording.calls[i]);
        }
        return out;
    }
};

// SYN, SYN ACK, ACK, "hello", ACK, "world!", ACK, FIN ACK, FIN ACK, ACK
const Subject& nagle() {
    static const Subject subject(test::nagle_recording());
    return subject;
}

std::string mistake(const std::string& text) {
    const auto filter = Filter::compile(text);
    return filter ? "none" : format_filter_error(text, filter.error());
}

constexpr const char* kAll = "1 2 3 4 5 6 7 8 9 10";

}  // namespace

TEST_CASE("an empty filter selects everything, one for a protocol its packets") {
    CHECK(nagle().packets("") == kAll);
    CHECK(nagle().packets("  \t") == kAll);
    CHECK(nagle().packets("tcp") == kAll);
    CHECK(nagle().packets("udp").empty());
    CHECK(nagle().packets("ip and not ipv6") == kAll);
    CHECK(nagle().packets("frame && eth") == kAll);
}

TEST_CASE("header fields are compared as numbers, a field with two values by either") {
    CHECK(nagle().packets("tcp.port == 9000") == kAll);
    CHECK(nagle().packets("tcp.dstport == 9000") == "1 3 4 6 8 10");
    CHECK(nagle().packets("9000 == tcp.srcport") == "2 5 7 9");
    CHECK(nagle().packets("tcp.len > 0") == "4 6");
    CHECK(nagle().packets("0 < tcp.len < 6") == "4");
    CHECK(nagle().packets("tcp.len in {5, 100..200}") == "4");
    CHECK(nagle().packets("tcp.len not in {0, 5}") == "6");
    CHECK(nagle().packets("tcp.seq == 6 && tcp.len == 6") == "6");
    CHECK(nagle().packets("tcp.seq_raw == 1000001 and tcp.len == 0") == "3");
    CHECK(nagle().packets("tcp.flags == 0x02") == "1");
    CHECK(nagle().packets("tcp.flags & 0x02") == "1 2");
    CHECK(nagle().packets("tcp.flags & 0x12 == 0x12") == "2");
    CHECK(nagle().packets("frame.number >= 9") == "9 10");
    CHECK(nagle().packets("tcp.srcport == tcp.dstport").empty());
    CHECK(nagle().packets("tcp.srcport < tcp.dstport") == "2 5 7 9");
}

TEST_CASE("not equal wants every value different, any_ne one, as in Wireshark 4") {
    CHECK(nagle().packets("tcp.port != 9000").empty());
    CHECK(nagle().packets("tcp.port ~= 9000") == kAll);
    CHECK(nagle().packets("tcp.port any_ne 9000") == kAll);
    CHECK(nagle().packets("tcp.port === 9000").empty());
    CHECK(nagle().packets("!(tcp.dstport == 9000)") == "2 5 7 9");
    CHECK(nagle().packets("udp.port != 9000").empty());  // a field that is not there is not different
    CHECK(nagle().packets("!(udp.port == 9000)") == kAll);
}

TEST_CASE("a flag of Wireshark alone asks whether it is there, ours whether it is set") {
    CHECK(nagle().packets("tcp.flags.syn") == kAll);
    CHECK(nagle().packets("tcp.flags.syn == 1") == "1 2");
    CHECK(nagle().packets("tcp.flags.syn == true && !tcp.flags.ack == 1") == "1");
    CHECK(nagle().packets("flags.syn") == "1 2");
    CHECK(nagle().packets("flags.fin or flags.syn") == "1 2 8 9");
    CHECK(Filter::compile("tcp.flags.syn")->note().has_value());
    CHECK_FALSE(Filter::compile("tcp.flags.syn == 1")->note().has_value());
    CHECK_FALSE(Filter::compile("flags.syn")->note().has_value());
}

TEST_CASE("and binds closer than xor, xor closer than or, a comparison closer than not") {
    CHECK(nagle().packets("frame.number == 1 or frame.number == 2 and tcp.len > 0") == "1");
    CHECK(nagle().packets("(frame.number == 1 or frame.number == 4) and tcp.len > 0") == "4");
    CHECK(nagle().packets("tcp.len > 0 xor frame.number <= 4") == "1 2 3 6");
    CHECK(nagle().packets("not frame.number > 2") == "1 2");
    CHECK(nagle().packets("!!tcp.len == 5") == "4");
}

TEST_CASE("addresses are compared whole or by prefix") {
    CHECK(nagle().packets("ip.src == 127.0.0.2") == "2 5 7 9");
    CHECK(nagle().packets("ip.addr == 127.0.0.0/8") == kAll);
    CHECK(nagle().packets("ip.addr == 10.0.0.0/8").empty());
    CHECK(nagle().packets("ip.src == 127.0.0.3/32 and tcp.len > 5") == "6");
    CHECK(nagle().packets("ip.dst in {127.0.0.3..127.0.0.9}") == "2 5 7 9");
    CHECK(nagle().packets("addr == ::1").empty());
}

TEST_CASE("bytes are searched and cut") {
    CHECK(nagle().packets("payload contains \"ell\"") == "4");
    CHECK(nagle().packets("tcp.payload contains 77:6f:72") == "6");
    CHECK(nagle().packets("frame contains \"world!\"") == "6");
    CHECK(nagle().packets("tcp.payload[0:2] == 68:65") == "4");
    CHECK(nagle().packets("tcp.payload[-1] == \"!\"") == "6");
    CHECK(nagle().packets("tcp.payload[1-3] == \"ell\"") == "4");
    CHECK(nagle().packets("tcp.payload[4:] == \"d!\"") == "6");
    CHECK(nagle().packets("tcp.payload[100:2] == 00:00").empty());
    CHECK(nagle().packets("tcp.payload matches \"^HEL+O$\"") == "4");
    CHECK(nagle().packets(R"(tcp.payload matches "^wor\\w+!")") == "6");
    CHECK(nagle().packets(R"(tcp.payload matches r"^wor\w+!")") == "6");
}

TEST_CASE("what only recordings with calls have") {
    CHECK(nagle().packets("actor == client") == kAll);
    CHECK(nagle().packets("actor.src == client and len > 0") == "4 6");
    CHECK(nagle().packets("actor.dst == \"client\"") == "2 5 7 9");
    CHECK(nagle().packets("message == 1") == "4");
    CHECK(nagle().packets("message in {2, 3}") == "6");
    CHECK(nagle().packets("call == send") == "4 6");
    CHECK(nagle().packets("flow == 0") == kAll);
    CHECK(nagle().packets("finding == coalesced-write") == "6");
    CHECK(nagle().packets("finding == nagle-hold and tcp.len == 0") != kAll);
    CHECK(nagle().packets("tcp.analysis.retransmission").empty());
}

TEST_CASE("calls are selected by what they are and by their socket") {
    CHECK(nagle().calls("call == send") == R"(send("hello") = 5; send("world") = 5; send("!") = 1)");
    CHECK(nagle().calls("call == recv and len == 11") == R"(conn.recv(1024) = "helloworld!")");
    CHECK(nagle().calls("message == 3") == R"(send("!") = 1; conn.recv(1024) = "helloworld!")");
    CHECK(nagle().calls("payload contains \"wor\"") == R"(send("world") = 5; conn.recv(1024) = "helloworld!")");
    CHECK(nagle().calls("actor == server and call in {bind, listen}") == "bind(9000) = 0; listen(5) = 0");
    CHECK(nagle().calls("tcp.flags.syn == 1 or frame.number > 0").empty());
    CHECK(nagle().calls("call == accept and tcp.port == 9000 and tcp").find("accept") != std::string::npos);
}

TEST_CASE("a finding is selected by its own kind, or by what it rests on") {
    const auto selected = [](const std::string& text) {
        FilterMatcher matcher(*Filter::compile(text), nagle().recording, nagle().analysis);
        std::string out;
        for (std::uint32_t i = 0; i < nagle().analysis.findings.size(); ++i) {
            if (matcher.finding(i)) out += std::string(to_string(nagle().analysis.findings[i].kind)) + " ";
        }
        return out;
    };
    CHECK(selected("finding == delayed-ack") == "delayed-ack ");
    CHECK(selected("payload contains \"world\"").find("coalesced-write") != std::string::npos);
    CHECK(selected("udp").empty());
}

TEST_CASE("UDP and what ICMP quotes have their fields") {
    const Subject udp(test::udp_loss_recording());
    CHECK(udp.packets("udp.length > 100") == kAll);
    CHECK(udp.packets("message == 7") == "7");
    CHECK(udp.packets("finding == datagram-dropped-in-receive-buffer") == "7 8 9 10");
    CHECK(udp.calls("call == sendto and message in {1..2}").find("sendto") != std::string::npos);

    test::RecordingBuilder builder;
    const auto datagram =
        builder.datagram(test::us(1), test::endpoint("10.0.0.1", 5000), test::endpoint("10.0.0.2", 53), "question");
    builder.port_unreachable(test::us(2), datagram);
    const Subject refused(builder.build());
    CHECK(refused.packets("icmp") == "2");
    CHECK(refused.packets("icmp.type == 3 and icmp.code == 3") == "2");
    CHECK(refused.packets("udp.dstport == 53") == "1 2");
    CHECK(refused.packets("udp.stream == 0 and udp.dstport == 53") == "1");
}

TEST_CASE("mistakes say what is wrong, where, and what was probably meant") {
    CHECK(mistake("tcp.prt == 80") ==
          "there is no field \"tcp.prt\"\n  tcp.prt == 80\n  ^~~~~~~\nhint: did you mean tcp.port?\n");
    CHECK(mistake("tcp.port = 80") == "a single `=` compares nothing\n  tcp.port = 80\n           ^\nhint: write ==\n");
    CHECK(mistake("payload contains \"中文\" and tcp.port == x") ==
          "tcp.port is a number, \"x\" is none\n  payload contains \"中文\" and tcp.port == x\n"
          "                                          ^\n");
    CHECK(mistake("tcp port 80").find("capture filter; here it is tcp.port == 80") != std::string::npos);
    CHECK(mistake("udp dst port 53").find("udp.dstport == 53") != std::string::npos);
    CHECK(mistake("host 10.0.0.1").find("ip.addr == 10.0.0.1") != std::string::npos);
    CHECK(mistake("finding == nagle-hodl").find("did you mean nagle-hold?") != std::string::npos);
    CHECK(mistake("syn == 1").find("did you mean") != std::string::npos);
}

TEST_CASE("mistakes are told in the language asked for") {
    const auto filter = Filter::compile("tcp.prt == 80", Language::kChinese);
    REQUIRE_FALSE(filter.has_value());
    CHECK(filter.error().message == "没有字段 \"tcp.prt\"");
    CHECK(format_filter_error("tcp.prt == 80", filter.error(), Language::kChinese) ==
          "没有字段 \"tcp.prt\"\n  tcp.prt == 80\n  ^~~~~~~\n提示：是否想写 tcp.port？\n");
}

TEST_CASE("every kind of mistake is refused") {
    const auto wrong = GENERATE(
        as<std::string>{}, "tcp.port ==", "== 80", "tcp.port == 80 and", "(tcp", "tcp)", "tcp udp", "tcp.port == 65536",
        "tcp.port == -1", "tcp.port == 1.5", "tcp.port contains \"a\"", "tcp == 5", "tcp.flags.syn == 2",
        "ip.addr == 10.0.0", "ip.addr == ::1", "ipv6.addr == 1.2.3.4", "ip.addr == 1.2.3.4/33", "tcp.port in 80",
        "tcp.port in {", "tcp.port in {}", "tcp.port in {80", "tcp.port in {90..80}", "eth.src == 00:11",
        "payload == zz", "payload matches \"(\"", "payload[x] == 00", "tcp.port[0] == 1", "payload & 2", "\"open",
        "tcp.port == \"a\\q\"", "finding > nagle-hold", "call == sned", "frame.time_relative < soon", "a b c", "!",
        "tcp.len == 5 == 6", "tcp.port == ip.addr", "tcp,udp", "tcp.flags & == 3", "9000", "\"text\"",
        "tcp and and udp");
    INFO(wrong);
    CHECK_FALSE(Filter::compile(wrong).has_value());
}

TEST_CASE("depth and length are limited, long chains are not") {
    CHECK_FALSE(Filter::compile(std::string(5000, '(') + "tcp" + std::string(5000, ')')).has_value());
    CHECK_FALSE(Filter::compile(std::string(70000, ' ') + "tcp").has_value());
    std::string chain = "tcp.port == 1";
    for (int i = 2; i < 3000; ++i) chain += " or tcp.port == " + std::to_string(i);
    CHECK(nagle().packets(chain).empty());
    CHECK(nagle().packets(chain + " or tcp.port == 9000") == kAll);
}

TEST_CASE("a pattern that would try for ever gives up") {
    test::RecordingBuilder builder;
    builder.datagram(test::us(1), test::endpoint("10.0.0.1", 1), test::endpoint("10.0.0.2", 2), std::string(1400, 'a'));
    const Subject subject(builder.build());
    CHECK(subject.packets("payload matches \"(a*)*b\"").empty());
    CHECK(subject.packets("payload matches \"a{1400}\"") == "1");
}

TEST_CASE("times are seconds, exactly, or have a unit") {
    CHECK(nagle().packets("frame.time_relative >= 0") == kAll);
    CHECK(nagle().packets("frame.time_relative > 1h").find("is a time in seconds") != std::string::npos);
    CHECK(nagle().packets("frame.time_delta > 30ms") == nagle().packets("frame.time_delta > 0.030"));
    CHECK(nagle().packets("frame.time_epoch < 1.5").empty());
}

TEST_CASE("every field can be asked of every packet and call") {
    for (const std::string_view name : analysis::filter_field_names()) {
        INFO(name);
        const auto filter = Filter::compile(name);
        REQUIRE(filter.has_value());
        const auto hits = find_hits(*filter, nagle().recording, nagle().analysis);
        CHECK(hits.packets.size() == 10);
    }
}

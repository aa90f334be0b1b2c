// Mistakes with variables, functions, framing, options and what is measured.
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/sim/mistake.hpp"

using namespace wirestory::sim;
using namespace wirestory::sim::test;

namespace {

void expect_in_steps(const std::vector<Mistake>& rows) {
    for (const Mistake& row : rows) expect_mistake(kPrelude + "  - " + std::string{row.text} + "\n", row);
}
void expect_outside(const std::vector<Mistake>& rows) {
    for (const Mistake& row : rows) expect_mistake(kPrelude + std::string{row.text} + "\n", row);
}

std::vector<Diagnostic> errors_of(const ParseOutcome& outcome) {
    std::vector<Diagnostic> errors = sorted_by_place(outcome.diagnostics);
    std::erase_if(errors, [](const Diagnostic& each) { return each.severity != Severity::kError; });
    return errors;
}

}  // namespace

TEST_CASE("Mistakes with variables") {
    expect_in_steps({
        {"client: send(⟦$text)", "`client` has no variable `$text` at this step", "recv(1024) -> $text"},
        {"server: conn.recv(5) -> ⟦text", "expected a variable behind `->`, found `text`", "-> $line"},
        {"server: conn.recv(5) ->⟦", "found the end of the step", "-> $line"},
        {"server: conn.recv(5) ⟦$text", "`$text` behind the end of the step", "kept by an arrow"},
        {"server: conn.recv(5) = ⟦$text", "`$text` has no value to compare with", "write `-> $text`"},
        {"server: conn.recv(5) -> $a, ⟦$b", "recv gives one value to keep", "recvfrom"},
        {"alice: u.recvfrom(5) -> $a, $b, ⟦$c", "recvfrom gives two values to keep", "$who"},
        {"server: conn.recv(5) -> $a, ⟦b", "expected a variable behind `->`", ""},
        {"server: conn.close() ⟦-> $a", "close gives nothing to keep", "recv, recvfrom"},
        {"client: s2 = socket(tcp) ⟦-> $fd", "socket gives nothing to keep", ""},
        {"client: poll(POLLIN, 0) ⟦-> $events", "poll gives nothing to keep", ""},
        {"server: conn.recv(5) = EAGAIN ⟦-> $a", "a call that fails gives nothing to keep", "leave the arrow out"},
        {"client: send(\"x\") ⟦->> $n", "`->>` joins strings; send gives a number", "`->`"},
        {"client: send(\"x\") -> $n\n  - client: recv(5) ->> ⟦$n", "`$n` is a number since line 9", "name"},
        {"client: send(⟦$Text)", "unexpected character `$`", "lower-case"},
        {"server: conn.recv(5) -> ⟦$aB", "`$aB` cannot name a variable", "lower-case"},
        {"server: conn.recv(5) -> $a\n  - server: conn.send(\"x\") -> ⟦$a", "this call gives a number", "name"},
        {"alice: u.recvfrom(5) -> $a, ⟦$a", "`$a` is a string since line 9, this call gives an address", "name"},
        {"server: conn.recv(5) -> $text ⟦= \"x\"", "behind the end of the step", ""},
        {"server: conn.recv(5) -> $text\n  - client: send(⟦$text)", "known to `server`, not to `client`",
         "read itself"},
        {"server: conn.recv(5) -> $text\n  - server: conn.send(⟦$txt)", "no variable `$txt`", "did you mean `text`?"},
        {"server: conn.recv(5) -> $text\n  - server: conn.send($text ⟦+ 5)", "cannot join a string and a number", ""},
        {"server: conn.recv(5) -> $text\n  - server: conn.recv(⟦$text)", "takes a number here, not a string", "recv("},
        {"server: conn.send(\"x\") -> $n\n  - server: conn.send(⟦$n)", "takes a string here, not a number", "send("},
        {"server: conn.recv(5) -> $text\n  - client: connect(⟦$text)", "known to `server`", ""},
        {"server: conn.recv(5) -> $text\n  - wait: ⟦$text", "has no value here", ""},
        {"server: conn.recv(5) -> $text\n  - until: conn.unread_bytes == ⟦$text", "has no value here", ""},
        {"server: conn.send(\"x\") = ⟦$n", "no value to compare with", ""},
    });
}

// Whatever made the socket: the step after a mistake is read as if that one had not been there.
TEST_CASE("A socket that a mistaken step may have made is made by the next one, without a word") {
    for (const char* text : {"  - server: socket(tpc)\n  - server: socket(tcp)\n",
                             "  - server: l = socket(tpc)\n  - server: l = socket(tcp)\n",
                             "  - server: socket(tcp)\n  - server: bind(9000)\n  - server: listen(5)\n"
                             "  - server: conn = acept()\n  - server: conn = accept()\n"}) {
        const ParseOutcome outcome = parse("story:\n" + std::string{text});
        CHECK(errors_of(outcome).size() == 1);
    }
    const ParseOutcome twice = parse(
        "story:\n  - server: socket(tpc)\n  - server: socket(tcp)\n"
        "  - server: socket(tcp)\n");
    REQUIRE(errors_of(twice).size() == 2);
    CHECK(errors_of(twice)[1].message.find("made in line 3") != std::string::npos);
}

TEST_CASE("Mistakes with functions") {
    expect_in_steps({
        {"client: send(\"a\" ⟦- \"b\")", "`-` cannot take a string from a string", "subtracts numbers"},
        {"client: send(⟦unpack(\"<i\", \"abcd\"))", "send takes a string here, not a number", ""},
        {"client: recv(unpack(⟦\"<i\", \"abc\"))", "unpack has 3 bytes", "unpack("},
        {"client: recv(unpack(⟦\"<f\", \"abcd\"))", "unpack does not know the code `f`", ""},
        {"client: recv(unpack(⟦\"<2h\", \"abcd\"))", "unpack gives 2 numbers: say which", ""},
        {"client: recv(unpack(⟦\"<2h\", \"abcd\", 3))", "there is no number 3", ""},
        {"client: recv(⟦unpack(\"<i\"))", "unpack takes 2 values, not 1", "unpack("},
        {"client: recv(number(⟦\"12x\"))", "\"12x\" is no whole number", "number("},
        {"client: recv(number(⟦\"\"))", "is no whole number", ""},
        {"client: send(text(⟦\"x\"))", "text takes a number, not a string", "text(42)"},
        {"client: send(part(⟦\"abc\", -1))", "numbers that are not negative", "part("},
        {"client: send(⟦part(\"abc\"))", "part takes 2 values, not 1", "part("},
        {"client: send(part(\"abc\", ⟦\"x\"))", "part takes a number, not a string", ""},
        {"client: send(replace(⟦\"abc\", \"\", \"x\"))", "a string that is not empty", ""},
        {"client: send(json(⟦\"[1]\", \"a\"))", "is no JSON object", "json("},
        {"client: send(json(⟦\"{}\", \"a\"))", "has no \"a\"", ""},
        {"client: send(json(⟦\"{\\\"a\\\":[]}\", \"a\"))", "\"a\" is no text and no number", ""},
        {"client: send(file(⟦\"../secret\"))", "lies outside the scenario's folder", "folder"},
        {"client: send(file(⟦\"/etc/passwd\"))", "lies outside the scenario's folder", "folder"},
        {"client: send(file(⟦\"absent.bin\"))", "cannot read \"absent.bin\": No such file", "folder"},
        {"client: send(file(⟦\"\"))", "takes the name of a file", ""},
        {"client: send(file(⟦5))", "file takes a string, not a number", "cat.png"},
        {"client: send(bytes(⟦-1))", "not negative", "bytes(1000)"},
        {"client: send(bytes(⟦\"x\"))", "bytes takes a number", "bytes(1000)"},
        {"client: send(md5(\"x\"⟦, \"y\"))", "`)` is missing after `md5(`", ""},
        {"client: recv(9223372036854775807 ⟦+ 1)", "does not fit into 64 bits", ""},
        {"client: send(pack(⟦5))", "pack takes a string, not a number", "pack("},
        {"client: send(pack(\"<i\", ⟦\"x\"))", "pack takes a number, not a string", "pack("},
        {"client: send(⟦packk(\"<i\", 1))", "unknown function `packk`", "did you mean `pack`?"},
        {"client: send(\"x\" +⟦)", "expected a value", ""},
    });
}

TEST_CASE("Mistakes with options") {
    expect_in_steps({
        {"client: setsockopt(IP_ADD_MEMBERSHIP, ⟦\"10.0.0.1\")", "a multicast group", "239.0.0.1"},
        {"client: setsockopt(IP_ADD_MEMBERSHIP, ⟦5)", "a multicast group", "239.0.0.1"},
        {"client: setsockopt(IP_ADD_MEMBERSHIP, \"239.0.0.1\", ⟦nobody)", "an actor or an IPv4 address", ""},
        {"client: setsockopt(IP_ADD_MEMBERSHIP, \"239.0.0.1\", alice, ⟦1)", "takes 2 to 3 arguments", ""},
        {"client: setsockopt(IP_MULTICAST_IF, ⟦\"::1\")", "an actor or an IPv4 address", "127.0.0.2"},
        {"client: setsockopt(IPV6_JOIN_GROUP, ⟦\"fe80::1\")", "a multicast group", "ff02::1"},
        {"client: setsockopt(IPV6_JOIN_GROUP, \"ff02::1\", ⟦5)", "a device's name", "lo"},
        {"client: setsockopt(IPV6_MULTICAST_IF, ⟦\"\")", "a device's name", "lo"},
        {"client: getsockopt(⟦IP_ADD_MEMBERSHIP)", "IP_ADD_MEMBERSHIP can only be set", ""},
        {"client: getsockopt⟦(TCP_INFO)", "which field of TCP_INFO?", "tcpi_snd_mss"},
        {"client: getsockopt(TCP_INFO, ⟦tcpi_rt)", "unknown field `tcpi_rt`", "did you mean `tcpi_rt"},
        {"client: getsockopt(SO_RCVBUF, ⟦tcpi_rtt)", "SO_RCVBUF has no fields", "TCP_INFO"},
        {"client: getsockopt(TCP_INFO, ⟦5)", "takes a field's name here, not a number", ""},
        {"client: setsockopt(⟦TCP_INFO, 1)", "TCP_INFO can only be read", ""},
        {"client: setsockopt⟦(TCP_NODELAY, 1, 2)", "TCP_NODELAY takes one value", "TCP_NODELAY, 1"},
        {"client: setsockopt(SO_RCVBUF, ⟦99999999999)", "a number that fits an int", ""},
        {"client: setsockopt(TCP_CONGESTION, ⟦5)", "TCP_CONGESTION takes a string, not a number", "cubic"},
        {"client: setsockopt(SO_LINGER, 1, ⟦\"x\")", "two numbers", "1, 0"},
        {"client: setsockopt(⟦5, 1)", "takes an option's name here, not a number", ""},
        {"client: getsockopt(TCP_CONGESTION) = ⟦5", "it gives a string", ""},
        {"client: getsockopt(SO_RCVTIMEO) = ⟦5", "it gives a duration", ""},
        {"client: getsockopt(SO_LINGER) = ⟦5", "two numbers, which cannot be expected", ""},
        {"client: getsockopt(SO_LINGER) ⟦-> $l", "getsockopt gives nothing to keep", ""},
    });
}

TEST_CASE("Mistakes with calls of several system calls, poll and flags") {
    expect_in_steps({
        {"client: ⟦send_message(\"x\")", "send_message needs to know where a message ends", "framing: {"},
        {"server: conn.⟦recv_message()", "recv_message needs to know where a message ends", "framing: {"},
        {"server: conn.recv_message(⟦5)", "recv_message takes no argument, not 1", "recv_message()"},
        {"alice: u.⟦sendall(\"x\")", "sendall is for TCP sockets", ""},
        {"client: set_timeout(⟦5)", "set_timeout takes a duration, or 0 here", "200ms"},
        {"client: recvall⟦()", "recvall takes 1 to 2 arguments, not 0", "recvall(4)"},
        {"client: recvall(4) = ⟦\"hello\"", "recvall(4) cannot give 5 bytes", "at most 4"},
        {"client: sendall(\"x\") = ⟦2", "sendall cannot take 2 bytes of 1", "at most 1"},
        {"client: ⟦settimeout(1s)", "unknown call `settimeout`", "`set_timeout`"},
        {"client: ⟦send_all(\"x\")", "unknown call `send_all`", "`sendall`"},
        {"client: poll(⟦POLLINN)", "unknown events `POLLINN`", "POLLIN"},
        {"client: poll(POLLIN, ⟦5)", "a duration, or 0", "poll("},
        {"client: poll(POLLIN) = ⟦5", "POLL events", ""},
        {"client: set_blocking(⟦5)", "true or false", "set_blocking(false)"},
        {"server: listen(⟦-1)", "-1 is out of range", "from 0"},
        {"alice: u.sendto(\"x\", ⟦server:0)", "port 0 is no port to send to", ""},
        {"client: recv(4, ⟦5)", "takes flags here, not a number", ""},
        {"client: send(\"x\", MSG_MORE, ⟦5)", "send takes 1 to 2 arguments, not 3", ""},
        {"client: shutdown(⟦1)", "SHUT_RD, SHUT_WR or SHUT_RDWR", ""},
        {"client: recv(4) = ⟦-1 ECONREFUSED", "unknown error name `ECONREFUSED`", "did you mean"},
        {"client: recv(4) = ⟦EFOO", "unknown error name `EFOO`", ""},
    });
}

TEST_CASE("Mistakes with framing") {
    expect_outside({
        {"framing: ⟦{}", "how does a message end?", "length-prefix"},
        {"framing: ⟦lines", "`framing` is a mapping of keys, not text", "length-prefix"},
        {"framing: { ⟦line: x }", "unknown key `line` in `framing`", ""},
        {"framing: { length-prefix: ⟦x }", "the format of one number", "\"<i\""},
        {"framing: { length-prefix: \"⟦<2i\" }", "the format of one number", "\"<i\""},
        {"framing: { length-prefix: ⟦[i] }", "the format of one number", "\"<i\""},
        {"framing: { delimiter: \"⟦\" }", "a text of 1 to 64 bytes", "double quotes"},
        {"framing: { delimiter: ⟦\\n }", "an escape outside of double quotes", "delimiter: \"\\n\""},
        {"framing: { fixed: ⟦0 }", "a number of bytes, from 1", "fixed: 16"},
        {"framing: { fixed: ⟦4.5 }", "a number of bytes, from 1", "fixed: 16"},
        {"framing: { fixed: ⟦[1] }", "a number of bytes, from 1", "fixed: 16"},
        {"framing: ⟦{ fixed: 4, delimiter: x }", "a message ends in one way", "framing:"},
    });
    const auto framed = [](const std::string& framing, const Mistake& row) {
        expect_mistake("framing: " + framing + "\n" + kPrelude + "  - " + std::string{row.text} + "\n", row);
    };
    framed("{ fixed: 4 }", {"client: send_message(⟦\"hello\")", "a message of 5 bytes, not of 4", "fixed: 4"});
    framed("{ delimiter: ; }", {"client: send_message(⟦\"a;b\")", "holds the delimiter", "delimiter: \";\""});
    framed("{ delimiter: ;; }", {"client: send_message(⟦\"a;\")", "holds the delimiter", ""});
    framed("{ length-prefix: b }", {"client: send_message(⟦bytes(200))", "does not fit into the prefix", ""});
    framed("{ fixed: 4 }", {"server: conn.recv_message() = ⟦EFOO", "unknown error name", ""});
}

TEST_CASE("Mistakes in what is measured") {
    expect_outside({
        {"expect:\n  messages:\n    - ⟦con read 1 takes message 1", "`con`", ""},
        {"expect:\n  messages:\n    - conn ⟦reads 1 takes message 1", "expected `read`, found `reads`", ""},
        {"expect:\n  messages:\n    - conn read ⟦0 takes message 1", "expected a number from 1", ""},
        {"expect:\n  messages:\n    - conn read 1 ⟦gets message 1", "expected `takes`, found `gets`", ""},
        {"expect:\n  messages:\n    - conn read 1 takes ⟦1", "expected `messages`, found `1`", ""},
        {"expect:\n  messages:\n    - conn read 1 takes messages 3-⟦1", "the last message comes first", ""},
        {"expect:\n  messages: ⟦x", "`messages` is a list, not text", ""},
        {"expect:\n  buffers:\n    - client.⟦send_bufer peak > 1", "unknown buffer `send_bufer`", "`send_buffer`"},
        {"expect:\n  buffers:\n    - client.send_buffer ⟦most > 1", "`peak` or `last`", ""},
        {"expect:\n  buffers:\n    - client.send_buffer peak ⟦= 1", "`=` is no comparison", "=="},
        {"expect:\n  buffers:\n    - client.send_buffer peak > ⟦\"x\"", "expected a number, not a string", ""},
        {"expect:\n  buffers:\n    - ⟦client", "a socket and its buffer are missing", ""},
        {"expect:\n  buffers:\n    - u.⟦unsent peak > 1", "UDP sockets have no unsent", ""},
        {"expect:\n  counts:\n    - RST == ⟦\"x\"", "expected a number, not a string", ""},
        {"expect:\n  counts:\n    - RST == ⟦99999999999", "nobody counts so many packets", ""},
        {"expect:\n  counts: ⟦3", "`counts` is a list, not text", ""},
        {"expect:\n  times:\n    - ⟦connect takes > 5s", "a call of the story is missing here", ""},
        {"expect:\n  times:\n    - client.connect ⟦lasts > 5s", "expected `to`, found `lasts`", ""},
        {"expect:\n  times:\n    - client.connect takes > ⟦5", "a time is a duration", ""},
        {"expect:\n  times:\n    - client.connect takes ⟦5s", "", ""},
        {"expect:\n  times:\n    - client.connect to ⟦server takes", "", ""},
        {"expect: ⟦x", "`expect`", ""},
    });
}

// Each row is one mistake; `⟦` stands where it must be reported. Exactly one error each: a mistake must not drag
// others along.
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/sim/mistake.hpp"

using namespace wirestory::sim;
using namespace wirestory::sim::test;

namespace {

const std::vector<Mistake> kStepMistakes{
    // names of calls, actors, sockets
    {"client: ⟦conect(server:9000)", "unknown call `conect`", "did you mean `connect`?"},
    {"client: ⟦bnid(1)", "unknown call `bnid`", "did you mean `bind`?"},
    {"client: ⟦write(\"x\")", "unknown call `write`", "`send`"},
    {"client: ⟦sleep(1s)", "unknown call", "- wait: 50ms"},
    {"client: connect(⟦sever:9000)", "unknown actor `sever`", "did you mean `server`?"},
    {"sever: ⟦recv(5)", "`sever` has no unnamed socket yet", "did you mean the actor `server`?"},
    {"⟦Client: send(\"x\")", "`Client` is no actor's name", "lower-case"},
    {"⟦server#x: conn.recv(5)", "`server#x` names no thread", "server#2"},
    {"⟦server#99: conn.recv(5)", "names no thread", "there may be 16"},
    {"server: ⟦con.recv(5)", "no socket called `con`", "did you mean `conn`?"},
    {"client: ⟦client.send(\"x\")", "the actor stands before the colon already", "write `send(...)`"},
    {"alice: ⟦sendto(\"x\", server:1)", "`alice` has no unnamed socket yet", "u.sendto(...)"},
    {"client: ⟦socket(tcp)", "already has an unnamed socket, made in line 5", "s2 = socket(tcp)"},
    {"alice: ⟦u = socket(udp)", "already has a socket called `u`", "another name"},
    {"server: ⟦conn = accept()", "already has a socket called `conn`", "another name"},
    {"server: ⟦accept()", "the accepted socket needs a name", "conn = accept()"},
    {"server: ⟦alice = accept()", "`alice` is an actor's name", "another name"},
    {"server: ⟦Conn = accept()", "cannot name a socket", "lower-case"},
    {"client: ⟦n = send(\"x\")", "send makes no socket to name", "only socket() and accept()"},
    {"client: ⟦s.socket(tcp)", "socket() is called on no socket", "s = socket(tcp)"},
    {"client: c2 = ⟦accept()", "does not listen", "listen(5)"},
    {"alice: u.⟦listen(5)", "listen is for TCP sockets", "EOPNOTSUPP"},
    {"alice: u.setsockopt(⟦TCP_NODELAY, 1)", "option of TCP sockets", "EOPNOTSUPP"},
    {"alice: u.bind(⟦server:9000)", "`alice` cannot bind the address of `server`", "its own"},
    // arguments
    {"client: connect⟦()", "connect takes 1 argument, not 0", "connect(server:9000)"},
    {"client: close(⟦1)", "close takes no argument, not 1", "close()"},
    {"client: send⟦()", "send takes 1 to 2 arguments, not 0", "send(\"hello\")"},
    {"client: connect(⟦9000)", "connect takes an address here, not a number", "connect(server:9000)"},
    {"client: send(⟦5)", "send takes a string here, not a number", "send(\"hello\")"},
    {"client: recv(⟦\"x\")", "recv takes a size here, not a string", "recv(1024)"},
    {"client: recv(⟦-1)", "-1 is out of range for recv", "from 0 to"},
    {"client: recv(4, ⟦MSG_PEAK)", "unknown flag `MSG_PEAK`", "MSG_PEEK"},
    {"client: recv(4, MSG_PEEK|⟦MSG_DONTWIAT)", "unknown flag `MSG_DONTWIAT`", "MSG_DONTWAIT"},
    {"client: recv(4, MSG_PEEK|⟦)", "a flag's name is missing", ""},
    {"client: shutdown(⟦SHUT_WRITE)", "unknown direction `SHUT_WRITE`", "SHUT_WR"},
    {"client: setsockopt(⟦SO_REUSADDR, 1)", "unknown socket option", "did you mean `SO_REUSEADDR`?"},
    {"client: setsockopt(SO_RCVTIMEO, ⟦200)", "SO_RCVTIMEO takes a duration, not a number", "200ms"},
    {"client: setsockopt(TCP_NODELAY, ⟦\"on\")", "takes a number that fits an int, not a string", "TCP_NODELAY, 1"},
    {"client: setsockopt⟦(SO_LINGER, 1)", "SO_LINGER takes two values", "SO_LINGER, 1, 0"},
    {"client: setsockopt(⟦SO_ERROR, 1)", "SO_ERROR can only be read", "getsockopt(SO_ERROR)"},
    {"client: s2 = socket(⟦tpc)", "unknown family `tpc`", "tcp"},
    {"client: s2 = socket(⟦sctp)", "unknown family `sctp`", "`tcp`"},
    {"client: s2 = socket(⟦pigeon)", "unknown family `pigeon`", "`unix_dgram`"},
    {"alice: u.bind(⟦\"printer\")", "a name is no address of UDP sockets", "bind(9000)"},
    {"alice: u.bind(⟦70000)", "70000 is out of range", "from 0 to 65535"},
    {"client: connect(server:⟦70000)", "`70000` is no port", "65535"},
    {"client: connect(⟦1.2.3:9000)", "`1.2.3` is no IP address", "127.0.0.1:9000"},
    {"client: connect(⟦*:9000)", "`*` is no address to send to", "server:9000"},
    // expected results
    {"client: send(\"你好\") = ⟦7", "send cannot take 7 bytes of 6", "at most 6"},
    {"client: send(\"x\") = ⟦\"x\"", "send cannot give `\"x\"`: it gives a number of bytes", "ECONNREFUSED"},
    {"client: recv(4) = ⟦\"hello\"", "recv(4) cannot give 5 bytes", "at most 4"},
    {"alice: u.bind(1) = ⟦1", "bind cannot give `1`: it gives 0", "`_` for anything"},
    {"client: s2 = socket(tcp) = ⟦3", "whose number no story can know", "_"},
    {"client: recv(4) = ⟦ECONREFUSED", "unknown error name `ECONREFUSED`", "did you mean `ECONNREFUSED`?"},
    {"client: recv(4) = ⟦-1", "which failure is expected?", "= -1 ECONNREFUSED"},
    {"client: recv(4) = ⟦server:9000", "recv cannot give `server:9000`", "_"},
    {"client: getsockopt(SO_RCVBUF) = ⟦\"x\"", "it gives a number", "_"},
    {"client: getsockname() = ⟦5", "it gives an address", "_"},
    // grammar
    {"client: send⟦", "expected `(` behind `send`, found the end of the step", "send()"},
    {"client: send⟦(\"x\"", "`(` is never closed", "`)`"},
    {"client: send(\"x\" ⟦\"y\")", "expected `,` or `)`, found `\"y\"`", "commas"},
    {"client: send(⟦\"x)", "this string is never closed", "close the string"},
    {"client: send(⟦\"a # b\") = 3", "this string is never closed", "comment at ` #`"},
    {"client: send(\"a⟦\\qb\")", "unknown escape `\\q`", "\\n"},
    {"client: send(\"a⟦\\x1\")", "`\\x` needs two hexadecimal digits", "\\x0a"},
    {"client: send(x\"0⟦g\")", "holds only 0-9 and a-f", "x\"00ff\""},
    {"client: send(\"x\") ⟦== 1", "expected with one `=`", "write `=`"},
    {"client: send(\"x\") = 1 ⟦2", "`2` behind the end of the step", "one call"},
    {"client: send(\"x\")⟦; close()", "unexpected character `;`", "one step holds one call"},
    {"client: send⟦（\"x\"）", "unexpected character `（`", "the plain `(`"},
    {"client: send(⟦'x')", "unexpected character `'`", "double quotes"},
    {"client: a.b⟦.send(\"x\")", "too many dots", "before the colon"},
    {"client: recv(⟦12abc)", "`12abc` is no number, size or duration", "64KiB"},
    {"client: send(\"x\" ⟦+ 5)", "`+` cannot join a string and a number", "two strings"},
    {"client: send(⟦byts(5))", "unknown function `byts`", "did you mean `bytes`?"},
    {"client: send(bytes(⟦100MiB))", "more than 64 MiB", "send less"},
    {"client: send(len(⟦5))", "len takes a string", "len(\"hello\")"},
    // the shape of a step
    {"⟦client send(\"x\")", "this step has no actor", "- client: send"},
    {"⟦client:close()", "YAML wants a space behind the colon", "- client: ..."},
    {"⟦client:", "this step does nothing", "- client: send"},
    {"client: ⟦[send, x]", "a step is a text, not a list", "single quotes"},
    {"client: close()\n    ⟦server: close()", "one step holds two actors", "begin each step with `- `"},
    {"client: close()\n    ⟦client: close()", "`client` is called twice in one step", "begin each step with `- `"},
    {"client: send(\"a⟦: b\") = 4", "a colon with a space behind it", "'send(\"a: b\") = 4'"},
    {"client: ⟦&a close()", "an anchor", "write the text out"},
    {"client: ⟦!x close()", "a tag", "quotes"},
    // wait and until
    {"wait: ⟦50", "wait takes a duration, not a number", "50ms"},
    {"wait: 50ms ⟦60ms", "behind the duration", "50ms"},
    {"wait: ⟦2min", "more than a minute", "until"},
    {"until: ⟦con.unread_bytes == 3", "no socket is called `con` at this step", "did you mean `conn`?"},
    {"until: conn.⟦unread_byte == 3", "unknown figure `unread_byte`", "did you mean `unread_bytes`?"},
    {"until: conn.unread_bytes ⟦= 3", "`=` is no comparison", "=="},
    {"until: conn.unread_bytes == ⟦\"x\"", "compared with a number, not a string", "conn.unread_bytes"},
    {"until: conn.unread_bytes == ⟦-1", "never negative", ""},
    {"until: conn.state == ⟦CLOSEWAIT", "unknown TCP state `CLOSEWAIT`", "did you mean `CLOSE_WAIT`?"},
    {"until: conn.state ⟦> CLOSE_WAIT", "a state is compared with `==`", "CLOSE_WAIT"},
    {"until: u.⟦state == CLOSE_WAIT", "a UDP socket has no states", "unread_bytes"},
    {"until: u.⟦unsent_bytes == 0", "the kernel has no unsent_bytes for UDP", "queued_bytes"},
    {"until: ⟦alice.unread_bytes > 0", "`alice` has no unnamed socket at this step", "`alice.u`"},
    {"until: ⟦unread_bytes == 3", "begins with a socket", "conn.unread_bytes"},
    {"until: conn.unread_bytes == 3 within ⟦5", "within takes a duration", "5s"},
    {"until: packet⟦(RST == 3", "`(` is never closed", "packet("},
    {"until: packet(RST) == ⟦0", "counted from 1", "== 2"},
    {"until: ⟦packet", "begins with a socket", "packet(RST)"},
    {"until: packet(⟦client > alice SYN)", "no packet can go from `client` to `alice`", "let the story send"},
};

}  // namespace

TEST_CASE("Each mistake in a step is one error at its place, with a hint") {
    REQUIRE(kStepMistakes.size() >= 60);
    for (const Mistake& row : kStepMistakes) expect_mistake(kPrelude + "  - " + std::string{row.text} + "\n", row);
}

TEST_CASE("A socket closed earlier cannot be used") {
    const std::string closed = kPrelude + "  - server: conn.close()\n  - server: ";
    expect_mistake(closed + "⟦conn.recv(5)\n", {"", "`conn` was closed in line 9", "make a new one"});
    expect_mistake(kPrelude + "  - client: close()\n  - client: ⟦send(\"x\")\n",
                   {"", "was closed in line 9", "make a new one"});
    expect_mistake(kPrelude + "  - server: conn.close()\n  - until: ⟦conn.drops == 0\n",
                   {"", "closed in line 9", "open sockets"});
}

TEST_CASE("A socket's name that two actors use asks for the actor") {
    expect_mistake(kPrelude + "  - client: u = socket(udp)\n  - until: ⟦u.unread_bytes == 1\n",
                   {"", "a socket of more than one actor", ".u`"});
}

TEST_CASE("Mistakes outside the story") {
    const std::vector<Mistake> rows{
        {"expect:\n  segments:\n    - client > server: ⟦SNY\n", "unknown word `SNY`", "did you mean `SYN`?"},
        {"expect:\n  segments:\n    - client > ⟦servr: SYN\n", "unknown actor `servr`", "did you mean `server`?"},
        {"expect:\n  segments:\n    - SYN⟦, ACK\n", "`,` between the words", "SYN ACK"},
        {"expect:\n  segments:\n    - SYN ⟦SYN\n", "`SYN` stands twice", ""},
        {"expect:\n  segments:\n    - ⟦udp SYN\n", "udp packets have no flags", "tcp"},
        {"expect:\n  segments:\n    - client > server: \"⟦hello\"\n", "unknown word `hello`", "single quotes"},
        {"expect:\n  segments:\n    - client > server: PSH ACK ⟦500\n", "what does this number count?", "`500 bytes`"},
        {"expect:\n  segments:\n    - PSH \"hello\" ⟦4 bytes\n", "the payload has 5 bytes, not 4", ""},
        {"expect:\n  segments:\n    - ⟦client: SYN\n", "before the colon stand two actors", "client > server: PSH"},
        {"expect:\n  segments:\n    - ⟦client > alice: SYN\n", "neither connects or sends", "remove it"},
        {"expect:\n  segments:\n    - ⟦client > server:\n", "a packet is a text, not nothing", ""},
        {"expect:\n  segments:\n    - ⟦[[SYN]]\n", "a packet is a text, not a list", ""},
        {"expect:\n  segments: ⟦SYN\n", "`segments` is a list, not text", "- client > server: SYN"},
        {"expect:\n  never: ⟦RST\n", "`never` is a list, not text", "never: [RST]"},
        {"expect:\n  findings: [⟦nagle-hodl]\n", "unknown finding `nagle-hodl`", "did you mean `nagle-hold`?"},
        {"expect:\n  states: { client: SYN_SENT ⟦ESTABLISHD }\n", "unknown TCP state", "did you mean `ESTABLISHED`?"},
        {"expect:\n  states: { ⟦clint: SYN_SENT }\n", "unknown actor `clint`", "did you mean `client`?"},
        {"expect:\n  states: { ⟦alice: SYN_SENT }\n", "`alice` has no TCP socket", "only TCP"},
        {"expect:\n  states: { client: SYN_SENT, ⟦client: CLOSED }\n", "`client` stands here a second time", "line 10"},
        {"expect:\n  ⟦segmets: []\n", "unknown key `segmets` in `expect`", "did you mean `segments`?"},
        {"⟦topcs: [a]\n", "unknown key `topcs` in a scenario", "did you mean `topics`?"},
        {"topics: [⟦[a]]\n", "a topic is a word, not a list", "topics: [tcp, nagle]"},
        {"link: ⟦lopback\n", "unknown link `lopback`", "loopback"},
        {"sysctl: { ⟦kernel.pid_max: 3 }\n", "no setting of the network", "net.ipv4.tcp_sack"},
        {"sysctl: { ⟦net.../../kernel.x: 3 }\n", "no setting of the network", "net."},
        {"title: { en: Hello, ⟦world, zh: 你好 }\n", "a comma inside { } ends the text before `world`",
         "double quotes"},
        {"title: ⟦{ zh: 你好 }\n", "`title` has no English text", "add `en:`"},
        {"lesson: { en: x, ⟦de: y }\n", "unknown language `de`", "`zh`"},
        {"lesson: ⟦[a]\n", "`lesson` is a text, not a list", "en:"},
        {"tour:\n  - at: ⟦client.send(\"x\")\n    say: x\n", "no step of the story is", ""},
        {"tour:\n  - at: ⟦server.conn.accept\n    say: x\n", "no step of the story is `server.conn.accept`",
         "server.accept()"},
        {"tour:\n  - at: ⟦server.accept#2\n    say: x\n", "the story has only 1 such step", "#1"},
        {"tour:\n  - at: server.accept#⟦0\n    say: x\n", "behind `#` stands a number from 1", "#2"},
        {"tour:\n  - at: client.⟦conect\n    say: x\n", "unknown call `conect`", "did you mean `connect`?"},
        {"tour:\n  - at: ⟦clint.connect\n    say: x\n", "unknown actor `clint`", "did you mean `client`?"},
        {"tour:\n  - at: ⟦connect(server:9000)\n    say: x\n", "whose call?", "client.connect"},
        {"tour:\n  - ⟦at: client.connect\n", "nothing to `say`", "say:"},
        {"tour:\n  - ⟦say: x\n", "no `at`", "at:"},
        {"tour: ⟦x\n", "the tour is a list of stops", "- at:"},
        {"⟦story: []\n", "`story` stands here a second time", "line 1"},
        {"tour: ⟦*x\n", "anchor is not defined", "goes into quotes"},
        {"title: ⟦\"never closed\n", "the quote \" is never closed", "close it"},
        {"link: loopback\n---\n⟦link: loopback\n", "a second YAML document", "file of its own"},
        {"link: loopback\n⟦\tlink: x\n", "a tab cannot indent YAML", "spaces"},
        {"topics: [a, b\n⟦", "no valid YAML", "`]`"},
    };
    for (const Mistake& row : rows) expect_mistake(kPrelude + std::string{row.text}, row);
}

TEST_CASE("Mistakes of the file as a whole") {
    expect_mistake("", {"", "the file is empty", "story:"});
    expect_mistake(" \n\n\t\n", {"", "the file is empty", "story:"});
    expect_mistake("# only a comment\n", {"", "holds no scenario", "story:"});
    expect_mistake("title: x\n", {"", "no story", "add `story:`"});
    expect_mistake("⟦story:\n", {"", "at least one step", "- client"});
    expect_mistake("story: ⟦[]\n", {"", "at least one step", "- client"});
    expect_mistake("story:\n  ⟦client: socket(tcp)\n",
                   {"", "a list of steps, not a mapping", "begin each step with `- `"});
    expect_mistake("story: ⟦client\n", {"", "a list of steps, not text", "- client"});
    expect_mistake("⟦- a\n- b\n", {"", "a scenario is a mapping of keys, not a list", "story: ..."});
    expect_mistake("story:\n  ⟦- wait: 5ms\n", {"", "nobody does anything", ""});
    expect_mistake("story:\n  - a: socket(tcp)\n  ⟦b: socket(tcp)\n", {"", "no valid YAML", "steps begin with `- `"});
    expect_mistake("story:\n  - a: socket(tcp)\n   ⟦- b: socket(tcp)\n", {"", "no valid YAML", "line 2"});
    expect_mistake("title:x\nstory⟦: []\n", {"", "no valid YAML", "put a space behind the colon in line 1"});
    expect_mistake("story:\n  - a: ⟦\xff\n", {"", "no UTF-8 text", "save the file as UTF-8"});
    expect_mistake("story:\n  - a: ⟦\x1b[31m\n", {"", "control character (0x1b)", "\\x1b"});
    expect_mistake(std::string("story:\0 x", 9), {"", "binary file", "UTF-8"});
    expect_mistake(std::string(kMaxScenarioBytes + 1, 'a'), {"", "larger than 1 MiB", "the right file"});
}

TEST_CASE("Expecting TCP segments of a story without TCP is a mistake, forbidding them a warning") {
    const std::string udp = "story:\n  - a: socket(udp)\n  - b: socket(udp)\n  - a: sendto(\"x\", b:9000)\n";
    expect_mistake(udp + "expect:\n  segments:\n    - ⟦a > b: SYN\n",
                   {"", "the story makes no TCP socket", "remove it"});
    const ParseOutcome outcome = parse(udp + "expect:\n  never: [RST]\n");
    CHECK(outcome.scenario);
    REQUIRE(outcome.diagnostics.items.size() == 1);
    CHECK(outcome.diagnostics.items[0].severity == Severity::kWarning);
    CHECK(outcome.diagnostics.items[0].span.line == 6);
    CHECK(outcome.diagnostics.items[0].span.column == 11);
}

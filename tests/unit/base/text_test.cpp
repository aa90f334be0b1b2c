#include "base/text.hpp"

#include <array>

#include "tests/support/catch.hpp"

using namespace wirestory;

TEST_CASE("durations are printed with three or four digits and a unit") {
    CHECK(format_duration(0) == "0 ns");
    CHECK(format_duration(850) == "850 ns");
    CHECK(format_duration(12'300) == "12.3 us");
    CHECK(format_duration(999'600) == "1.00 ms");
    CHECK(format_duration(40'100'000) == "40.1 ms");
    CHECK(format_duration(2 * kSecondNs) == "2.000 s");
    CHECK(format_duration(-1'500) == "-1.50 us");
}

TEST_CASE("durations are read with their unit, and nothing else is") {
    CHECK(parse_duration("40ms") == 40 * kMillisecondNs);
    CHECK(parse_duration("1.5s") == 1'500 * kMillisecondNs);
    CHECK(parse_duration("200us") == 200'000);
    CHECK(parse_duration("2min") == 120 * kSecondNs);
    for (const char* bad : {"", "40", "ms", "-1ms", "40 ms", "40msx", "1e30s", "nan", "infs"}) {
        INFO(bad);
        CHECK_FALSE(parse_duration(bad).has_value());
    }
}

TEST_CASE("sizes know decimal and binary units") {
    CHECK(parse_size("4096") == 4096U);
    CHECK(parse_size("64KiB") == 65536U);
    CHECK(parse_size("1MB") == 1'000'000U);
    CHECK_FALSE(parse_size("64Kib").has_value());
    CHECK_FALSE(parse_size("-1").has_value());
    CHECK(format_bytes(11) == "11 B");
    CHECK(format_bytes(4096) == "4.0 KiB");
}

TEST_CASE("bytes are quoted as strace quotes them, and cut") {
    CHECK(quote_bytes(as_bytes("hello")) == "\"hello\"");
    CHECK(quote_bytes(as_bytes("a\n\"\\\t")) == "\"a\\n\\\"\\\\\\t\"");
    CHECK(quote_bytes(as_bytes(std::string_view("\0\xff", 2))) == "\"\\x00\\xff\"");
    CHECK(quote_bytes(as_bytes("abcdef"), 3) == "\"abc\"...");
}

TEST_CASE("display width counts columns, not bytes") {
    CHECK(display_width("hello") == 5);
    CHECK(display_width("粘包") == 4);
    CHECK(display_width("e\xcc\x81") == 1);
    CHECK(display_width("\xff\xfe") == 2);
    CHECK(display_width("\xe7\xb2") == 2);  // a character cut in the middle
}

TEST_CASE("texts are cut to a width between characters") {
    CHECK(fit_width("hello", 5) == "hello");
    CHECK(fit_width("hello world", 8) == "hello...");
    CHECK(fit_width("粘包粘包", 7) == "粘包...");
    CHECK(fit_width("粘包粘包", 6) == "粘...");
    CHECK(fit_width("hello", 2) == "..");
    CHECK(fit_width("hello", 0).empty());
}

TEST_CASE("near spellings are suggested, far ones are not") {
    constexpr std::array<std::string_view, 3> kNames{"connect", "close", "accept"};
    CHECK(closest("conect", kNames) == std::string_view{"connect"});
    CHECK(closest("acept", kNames) == std::string_view{"accept"});
    CHECK_FALSE(closest("xyzzy", kNames).has_value());
    CHECK_FALSE(closest("", kNames).has_value());
}

TEST_CASE("padding counts columns, not bytes") {
    CHECK(wirestory::padded("ab", 4) == "ab  ");
    CHECK(wirestory::padded("调用", 6) == "调用  ");
    CHECK(wirestory::padded("abcdef", 4) == "abcdef");
}

TEST_CASE("lines are wrapped at blanks and between Chinese characters") {
    using wirestory::wrapped;
    CHECK(wrapped("one two three", 8, "") == "one two\nthree\n");
    CHECK(wrapped("one two", 6, "  ") == "  one\n  two\n");
    CHECK(wrapped("发送缓冲区", 6, "") == "发送缓\n冲区\n");
    // A closing mark never begins a line.
    CHECK(wrapped("发送缓。冲区", 6, "") == "发送\n缓。冲\n区\n");
    CHECK(wrapped("", 8, "  ").empty());
}

#include "recording/framing.hpp"

#include "recording/story_json.hpp"
#include "tests/support/catch.hpp"

namespace wirestory {
namespace {

Framing prefix(std::uint32_t bytes, bool little_endian, bool is_signed) {
    Framing framing;
    framing.kind = FramingKind::kLengthPrefix;
    framing.prefix_bytes = bytes;
    framing.little_endian = little_endian;
    framing.is_signed = is_signed;
    return framing;
}

Bytes bytes_of(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

}  // namespace

TEST_CASE("numbers of every width, order and sign") {
    CHECK(read_number(bytes_of({0x34, 0x12}), true, false) == 0x1234);
    CHECK(read_number(bytes_of({0x12, 0x34}), false, false) == 0x1234);
    CHECK(read_number(bytes_of({0xFF}), true, true) == -1);
    CHECK(read_number(bytes_of({0xFF}), true, false) == 255);
    CHECK(read_number(bytes_of({0, 0, 0, 0x80}), true, true) == -2147483648LL);
    CHECK(read_number(bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}), true, true) == -1);
    CHECK_FALSE(read_number(bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}), true, false));
    CHECK_FALSE(read_number({}, true, false));
    CHECK_FALSE(read_number(Bytes(9), true, false));
}

TEST_CASE("a length prefix that lies stands for itself") {
    bool broken = false;
    CHECK(message_bytes(prefix(4, true, true), bytes_of({5, 0, 0, 0}), &broken) == 9U);
    CHECK_FALSE(broken);
    CHECK_FALSE(message_bytes(prefix(4, true, true), bytes_of({5, 0, 0})));
    CHECK(message_bytes(prefix(4, true, true), bytes_of({0xFF, 0xFF, 0xFF, 0xFF}), &broken) == 4U);
    CHECK(broken);
    broken = false;
    CHECK(message_bytes(prefix(4, true, false), bytes_of({1, 0, 0, 4}), &broken) == 4U);  // 64 MiB and one
    CHECK(broken);
    CHECK(message_bytes(prefix(4, true, false), bytes_of({0, 0, 0, 4}), &broken) == 4U + (64U << 20U));
    CHECK_FALSE(broken);
}

TEST_CASE("the story keeps its framing") {
    Framing lines;
    lines.kind = FramingKind::kDelimiter;
    lines.delimiter = std::string("\r\n\0\xff", 4);
    Framing blocks;
    blocks.kind = FramingKind::kFixed;
    blocks.fixed_bytes = 16;
    for (const Framing& framing : {prefix(2, false, true), lines, blocks, Framing{}}) {
        Story story;
        story.framing = framing;
        Story read;
        REQUIRE(story_from_json(story_to_json(story), read));
        CHECK(read.framing == framing);
    }
}

TEST_CASE("a framing that cannot be is none") {
    for (const char* json :
         {R"({"framing": 5})", R"({"framing": {"kind": "fixed", "bytes": 0}})",
          R"({"framing": {"kind": "length-prefix", "prefix-bytes": 9}})",
          R"({"framing": {"kind": "delimiter", "bytes": []}})", R"({"framing": {"kind": "delimiter", "bytes": [300]}})",
          R"({"framing": {"kind": "x"}})"}) {
        Story story;
        REQUIRE(story_from_json(json, story));
        CHECK_FALSE(story.framing.present());
    }
}

TEST_CASE("a framing in words") {
    CHECK(to_string(prefix(4, true, true)) == "length-prefix: \"<i\"");
    CHECK(to_string(prefix(2, false, false)) == "length-prefix: \">H\"");
    CHECK(to_string(Framing{}) == "none");
}

}  // namespace wirestory

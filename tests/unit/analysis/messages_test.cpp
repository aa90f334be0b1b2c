// Messages named by step and by framing, straight from what calls wrote.
#include "analysis/messages.hpp"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"

namespace wirestory::analysis {
namespace {

struct Send {
    std::string bytes;
    std::int32_t step;
};

using Ranges = std::vector<std::pair<StreamOffset, StreamOffset>>;

struct Named {
    Ranges ranges;
    std::vector<std::uint32_t> calls;
};

Named named(const Framing& framing, const std::vector<Send>& sends) {
    Recording recording;
    recording.story.framing = framing;
    StreamLedger ledger;
    StreamOffset offset = 0;
    for (const Send& send : sends) {
        Call call;
        call.kind = CallKind::kSend;
        call.step = send.step;
        call.payload = to_bytes(send.bytes);
        call.returned = static_cast<std::int64_t>(send.bytes.size());
        const auto index = static_cast<std::uint32_t>(recording.calls.size());
        ledger.written.push_back({{offset, offset + send.bytes.size()}, index, 0, 0});
        offset += send.bytes.size();
        recording.calls.push_back(std::move(call));
    }
    name_messages(recording, ledger);
    Named result;
    for (std::size_t i = 0; i < ledger.messages.size(); ++i) {
        CHECK(ledger.messages[i].number == i + 1);
        result.ranges.emplace_back(ledger.messages[i].range.begin, ledger.messages[i].range.end);
        result.calls.push_back(ledger.messages[i].call);
    }
    return result;
}

Framing prefix(std::uint32_t bytes, bool little_endian) {
    Framing framing;
    framing.kind = FramingKind::kLengthPrefix;
    framing.prefix_bytes = bytes;
    framing.little_endian = little_endian;
    return framing;
}

Framing delimiter(const std::string& mark) {
    Framing framing;
    framing.kind = FramingKind::kDelimiter;
    framing.delimiter = mark;
    return framing;
}

Framing fixed(std::uint32_t bytes) {
    Framing framing;
    framing.kind = FramingKind::kFixed;
    framing.fixed_bytes = bytes;
    return framing;
}

std::string text(const char* bytes, std::size_t size) { return {bytes, size}; }

}  // namespace

TEST_CASE("without framing a message is what one step wrote, or one call where there is no story") {
    CHECK(named({}, {{"hello", 1}, {"wor", 2}, {"ld", 2}, {"!", 3}}).ranges == Ranges{{0, 5}, {5, 10}, {10, 11}});
    CHECK(named({}, {{"hello", kNoStep}, {"world", kNoStep}}).ranges == Ranges{{0, 5}, {5, 10}});
    CHECK(named({}, {}).ranges.empty());
}

TEST_CASE("a length prefix names messages across sends, and several in one") {
    const Named whole = named(prefix(2, false), {{text("\0\5hello\0\0\0\1x", 12), 1}});
    CHECK(whole.ranges == Ranges{{0, 7}, {7, 9}, {9, 12}});
    const Named split =
        named(prefix(4, true),
              {{text("\5\0", 2), 1}, {text("\0\0he", 4), 2}, {"ll", 3}, {"o", 4}, {text("\1\0\0\0z", 5), 5}});
    CHECK(split.ranges == Ranges{{0, 9}, {9, 14}});
    CHECK(split.calls == std::vector<std::uint32_t>{0, 4});
    // The rest is no whole message, and one all the same.
    CHECK(named(prefix(1, true), {{text("\1a\3b", 4), 1}}).ranges == Ranges{{0, 2}, {2, 4}});
    // A prefix that cannot be believed stands for itself.
    Framing sign = prefix(1, true);
    sign.is_signed = true;
    CHECK(named(sign, {{"\xff\x01q", 1}}).ranges == Ranges{{0, 1}, {1, 3}});
}

TEST_CASE("a message that ends in the middle of a send is followed by the next") {
    const Named split = named(prefix(1, true), {{text("\3a", 2), 1}, {text("bc\2de\1", 6), 2}, {"f", 3}});
    CHECK(split.ranges == Ranges{{0, 4}, {4, 7}, {7, 9}});
    CHECK(split.calls == std::vector<std::uint32_t>{0, 1, 1});
}

TEST_CASE("a delimiter is found across sends") {
    CHECK(named(delimiter("\r\n"), {{"one\r", 1}, {"\ntwo\r\nthr", 2}, {"ee", 3}}).ranges ==
          Ranges{{0, 5}, {5, 10}, {10, 15}});
    CHECK(named(delimiter("ab"), {{"a", 1}, {"a", 2}, {"b", 3}, {"ab", 4}}).ranges == Ranges{{0, 3}, {3, 5}});
    // Ten thousand sends of one message: looked at once.
    std::vector<Send> many(10'000, Send{"0123456789", 1});
    many.push_back({";", 2});
    CHECK(named(delimiter(";"), many).ranges == Ranges{{0, 100'001}});
}

TEST_CASE("fixed lengths") {
    CHECK(named(fixed(4), {{"abcdef", 1}, {"gh", 2}, {"ijk", 3}}).ranges == Ranges{{0, 4}, {4, 8}, {8, 11}});
}

TEST_CASE("where not all that was written is in the recording, a message is what a step wrote") {
    Recording recording;
    recording.story.framing = fixed(2);
    recording.calls.resize(1);
    recording.calls[0].kind = CallKind::kSend;
    recording.calls[0].returned = 6;  // and no payload
    StreamLedger ledger;
    ledger.written.push_back({{0, 6}, 0, 0, 0});
    name_messages(recording, ledger);
    REQUIRE(ledger.messages.size() == 1);
    CHECK(ledger.messages[0].range == ByteRange{0, 6});
}

}  // namespace wirestory::analysis

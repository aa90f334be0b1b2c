#include "base/messages.hpp"

#include "tests/support/catch.hpp"

namespace wirestory {
namespace {

TEST_CASE("a message is in the language asked for, whatever the locale") {
    CHECK(std::string{tr_in(Language::kEnglish, "Findings")} == "Findings");
    CHECK(std::string{tr_in(Language::kChinese, "Findings")} == "发现");
    CHECK(tr_format_in(Language::kChinese, "{} packets", 3) == "3 个数据包");
    CHECK(tr_format_in(Language::kEnglish, "{} packets", 3) == "3 packets");
}

TEST_CASE("what the catalogue has not is said in English") {
    CHECK(std::string{tr_in(Language::kChinese, "no translator has seen this")} == "no translator has seen this");
    // The empty message is the catalogue's header, which is not for users.
    CHECK(std::string{tr_in(Language::kChinese, "")}.empty());
    CHECK(std::string{tr_context_in(Language::kChinese, "no such place", "read")} == "read");
}

TEST_CASE("a context tells words apart that are one in English") {
    const std::string of_bytes = tr_context_in(Language::kChinese, "bytes", "read");
    const std::string of_datagram = tr_context_in(Language::kChinese, "datagram", "read");
    CHECK(of_bytes != of_datagram);
    CHECK(of_bytes != "read");
}

TEST_CASE("translations may name the values in another order") {
    CHECK(tr_format_in(Language::kEnglish, "{} of {} as expected", 2, 3) == "2 of 3 as expected");
    CHECK(tr_format_in(Language::kChinese, "{} of {} as expected", 2, 3) == "3 项中有 2 项符合预期");
}

TEST_CASE("the process has a language of its own, English until it is set") {
    CHECK(process_language() == Language::kEnglish);
    set_process_language(Language::kChinese);
    CHECK(std::string{tr("Findings")} == "发现");
    set_process_language(Language::kEnglish);
    CHECK(std::string{tr("Findings")} == "Findings");
}

TEST_CASE("all Chinese messages are there for a font, the catalogue's header is not") {
    const std::string all = messages_in_chinese();
    CHECK(all.find("发现") != std::string::npos);
    CHECK(all.find("Plural-Forms") == std::string::npos);
}

}  // namespace
}  // namespace wirestory

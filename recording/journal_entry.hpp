// One systemd journal entry in the Journal Export Format (https://systemd.io/JOURNAL_EXPORT_FORMATS): fields of text
// `NAME=value`, or of any bytes with a length. JournalEntry writes one as a pcapng block, JournalFields reads one and
// never looks beyond its bytes. Neither knows what the fields mean.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "recording/block_buffer.hpp"

namespace wirestory {

class JournalEntry {
public:
    // Starts an entry with the fields that every reader of journals expects; done() ends it.
    JournalEntry(pcapng::BlockBuffer& out, TimeNs time_ns, std::string_view host, std::string_view message);
    // As text where the format allows it (no control characters), as bytes otherwise.
    void text(std::string_view name, std::string_view value);
    void binary(std::string_view name, ByteView value);
    void number(std::string_view name, std::int64_t value);
    void unsigned_number(std::string_view name, std::uint64_t value);
    void done() { out_.end(); }

private:
    pcapng::BlockBuffer& out_;
};

class JournalFields {
public:
    // Fields up to the first that is broken.
    explicit JournalFields(ByteView entry);

    [[nodiscard]] bool well_formed() const { return well_formed_; }
    [[nodiscard]] std::optional<ByteView> find(std::string_view name) const;
    [[nodiscard]] std::string_view text(std::string_view name) const;  // empty when absent

    // The number in the field; nothing when it is absent, has other characters, or does not fit.
    template <class Number>
    [[nodiscard]] std::optional<Number> number(std::string_view name) const {
        const std::string_view digits = text(name);
        Number value{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
        return value;
    }

private:
    std::vector<std::pair<std::string_view, ByteView>> fields_;
    bool well_formed_ = true;
};

}  // namespace wirestory

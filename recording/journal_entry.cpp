#include "recording/journal_entry.hpp"

#include <algorithm>
#include <array>

namespace wirestory {

namespace {

bool is_control(char c) {
    const auto value = static_cast<unsigned char>(c);
    return value < 0x20 || value == 0x7F;
}

}  // namespace

JournalEntry::JournalEntry(pcapng::BlockBuffer& out, TimeNs time_ns, std::string_view host, std::string_view message)
    : out_(out) {
    out_.begin(pcapng::kJournalEntry);
    // The journal counts microseconds; the exact time stands in a field of our own.
    number("__REALTIME_TIMESTAMP", std::max<TimeNs>(time_ns, 0) / kMicrosecondNs);
    // Wireshark shows the message in its list, which has one line for it.
    out_.text("MESSAGE=");
    for (const char c : message) out_.u8(is_control(c) ? '?' : static_cast<std::uint8_t>(c));
    out_.u8('\n');
    out_.text("PRIORITY=6\nSYSLOG_IDENTIFIER=wirestory\n");
    text("_HOSTNAME", host);
    out_.text("_TRANSPORT=journal\n");
}

void JournalEntry::text(std::string_view name, std::string_view value) {
    if (std::any_of(value.begin(), value.end(), is_control)) return binary(name, as_bytes(value));
    out_.text(name);
    out_.u8('=');
    out_.text(value);
    out_.u8('\n');
}

void JournalEntry::binary(std::string_view name, ByteView value) {
    out_.text(name);
    out_.u8('\n');
    out_.u64(value.size());
    out_.bytes(value);
    out_.u8('\n');
}

void JournalEntry::number(std::string_view name, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void JournalEntry::unsigned_number(std::string_view name, std::uint64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JournalFields::JournalFields(ByteView entry) {
    ByteReader in(entry);
    while (in.remaining() > 0) {
        const std::string_view rest = as_text(in.rest());
        if (rest.front() == '\0') return;  // the block's padding
        const std::size_t line_end = rest.find('\n');
        if (line_end == std::string_view::npos) {
            well_formed_ = false;
            return;
        }
        const std::string_view line = rest.substr(0, line_end);
        in.skip(line_end + 1);
        if (line.empty()) continue;  // ends an entry in a stream of entries
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos) {
            fields_.emplace_back(line.substr(0, equals), as_bytes(line.substr(equals + 1)));
            continue;
        }
        const std::uint64_t size = in.le64();
        const ByteView value = in.take(size);
        in.skip(1);  // its newline
        if (in.failed()) {
            well_formed_ = false;
            return;
        }
        fields_.emplace_back(line, value);
    }
}

std::optional<ByteView> JournalFields::find(std::string_view name) const {
    for (const auto& [field, value] : fields_) {
        if (field == name) return value;
    }
    return std::nullopt;
}

std::string_view JournalFields::text(std::string_view name) const {
    const auto value = find(name);
    return value ? as_text(*value) : std::string_view();
}

}  // namespace wirestory

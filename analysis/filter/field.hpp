// The fields that a filter may name: name, type, and the function that gives its values for the packet or call at hand.
// A field may have several values there (tcp.port has two) or none. The tables stand in fields_*.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace wirestory::analysis::filter {

class Facts;

enum class FieldType : std::uint8_t {
    kProtocol,  // there or not; its bytes from its header on
    kFlag,      // 0 or 1; alone it asks whether it is there, as in Wireshark
    kTruth,     // 0 or 1; alone it asks whether it is set: ours
    kNumber,
    kSeconds,  // nanoseconds inside
    kIpv4,
    kIpv6,
    kIp,  // either
    kBytes,
    kMac,
    kText,
    kWord,  // one of a closed list of names
};

struct Value {
    std::int64_t number = 0;
    const IpAddress* address = nullptr;
    ByteView bytes;  // kProtocol, kBytes, kMac; the letters of kText and kWord
};

// Takes the values of a field, one after another.
class ValueSink {
public:
    virtual void take(const Value& value) = 0;
    void number(std::int64_t value) { take({value, nullptr, {}}); }
    void address(const IpAddress& value) { take({0, &value, {}}); }
    void bytes(ByteView value) { take({0, nullptr, value}); }
    void text(std::string_view value) { take({0, nullptr, as_bytes(value)}); }

protected:
    ~ValueSink() = default;
};

struct Field {
    std::string_view name;
    FieldType type = FieldType::kNumber;
    void (*values)(Facts&, ValueSink&) = nullptr;
    std::uint64_t largest = 0xFFFFFFFF;                  // kNumber
    std::vector<std::string_view> (*words)() = nullptr;  // kWord: what there is
};

// nullptr when there is none. `flags.syn` finds ours before `tcp.flags.syn`.
const Field* find_field(std::string_view name);
std::vector<std::string_view> field_names();

// The tables.
std::span<const Field> frame_fields();
std::span<const Field> ip_fields();
std::span<const Field> tcp_fields();
std::span<const Field> datagram_fields();
std::span<const Field> own_fields();

constexpr bool is_address(FieldType type) {
    return type == FieldType::kIpv4 || type == FieldType::kIpv6 || type == FieldType::kIp;
}
constexpr bool is_number(FieldType type) {
    return type == FieldType::kNumber || type == FieldType::kFlag || type == FieldType::kTruth ||
           type == FieldType::kSeconds;
}
constexpr bool is_bytes(FieldType type) {
    return type == FieldType::kBytes || type == FieldType::kMac || type == FieldType::kProtocol;
}
constexpr bool is_text(FieldType type) { return type == FieldType::kText || type == FieldType::kWord; }

}  // namespace wirestory::analysis::filter

// Values in a story: what stands between a call's parentheses and behind its `=`. Most are known when the file is read;
// one that speaks of a variable (`$n`) is known when its step is played. Plain data; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "sim/scenario/diagnostics.hpp"

namespace wirestory::sim {

struct AnyValue {};  // `_`
struct Symbol {      // SO_REUSEADDR, MSG_PEEK, tcp, ECONNREFUSED, SHUT_WR; combined flags as "MSG_PEEK|MSG_DONTWAIT"
    std::string name;
};
struct Duration {
    DurationNs ns = 0;
};
struct AddressText {   // `server:9000`, `127.0.0.1:9000`, `[::1]:9000`, `*:9000`; a bare port is an integer
    std::string host;  // an actor's name, an IP address or `*`
    std::uint16_t port = 0;
    std::string path{};  // of a Unix socket: `server:"name"`, or "name" where only an address can stand
};

// What kind of value it is; in the order of ValueData, so that a value's type is its index.
enum class ValueType : std::uint8_t { kAny, kNumber, kBytes, kDuration, kSymbol, kAddress };

struct Expression;
// Not known before the step is played: `$n`, `len($n) + 4`. Its type is.
struct Deferred {
    std::shared_ptr<const Expression> expression;
    ValueType type = ValueType::kAny;
};

using ValueData = std::variant<AnyValue, std::int64_t, Bytes, Duration, Symbol, AddressText, Deferred>;

struct Value {
    ValueData data;
    SourceSpan span;
    std::string text;  // as written
};

constexpr bool is_deferred(const Value& value) { return std::holds_alternative<Deferred>(value.data); }
inline ValueType type_of(const Value& value) {
    const auto* deferred = std::get_if<Deferred>(&value.data);
    return deferred != nullptr ? deferred->type : static_cast<ValueType>(value.data.index());
}
// "a string", "a number" ...: for messages.
const char* name_of(ValueType type);

}  // namespace wirestory::sim

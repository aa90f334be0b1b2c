// Values in a story: what stands between a call's parentheses and behind its `=`.
#pragma once

#include <cstdint>
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

struct Value {
    std::variant<AnyValue, std::int64_t, Bytes, Duration, Symbol, AddressText> data;
    SourceSpan span;
    std::string text;  // as written
};

}  // namespace wirestory::sim

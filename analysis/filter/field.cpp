#include "analysis/filter/field.hpp"

#include <array>
#include <string>

namespace wirestory::analysis::filter {

namespace {

std::array<std::span<const Field>, 5> tables() {
    return {own_fields(), frame_fields(), ip_fields(), tcp_fields(), datagram_fields()};
}

const Field* exactly(std::string_view name) {
    for (const auto table : tables()) {
        for (const Field& field : table) {
            if (field.name == name) return &field;
        }
    }
    return nullptr;
}

}  // namespace

const Field* find_field(std::string_view name) {
    constexpr std::size_t kLongest = 64;
    if (name.empty() || name.size() > kLongest) return nullptr;
    if (const Field* field = exactly(name)) return field;
    // Most questions are about TCP: its prefix may be left out (`seq`, `window_size`, `analysis.retransmission`).
    return exactly(std::string("tcp.").append(name));
}

std::vector<std::string_view> field_names() {
    std::vector<std::string_view> names;
    for (const auto table : tables()) {
        for (const Field& field : table) names.push_back(field.name);
    }
    return names;
}

}  // namespace wirestory::analysis::filter

// Scenario texts for tests: a prelude with two connected actors, and texts in which a marker shows the expected place.
#pragma once

#include <string>
#include <string_view>

#include "sim/scenario/scenario.hpp"

namespace wirestory::sim::test {

inline const std::vector<std::string>& findings() {
    static const std::vector<std::string> names{"nagle-hold", "delayed-ack", "sticky-read"};
    return names;
}

inline ParseOutcome parse(std::string_view text) { return parse_scenario(text, "test.yaml", findings()); }

// Seven good steps: a TCP connection between client and server (conn), and a UDP socket `u` of alice.
inline const std::string kPrelude =
    "story:\n"
    "  - server: socket(tcp)\n"
    "  - server: bind(9000)\n"
    "  - server: listen(5)\n"
    "  - client: socket(tcp)\n"
    "  - client: connect(server:9000)\n"
    "  - server: conn = accept()\n"
    "  - alice: u = socket(udp)\n";

// `text` without its marker `⟦`, and where the marker stood: counted here, not by the code under test.
struct Marked {
    std::string text;
    int line = 0;
    int column = 0;
};

inline Marked unmark(std::string_view text) {
    constexpr std::string_view kMarker = "⟦";
    Marked marked;
    const std::size_t at = text.find(kMarker);
    if (at == std::string_view::npos) {
        marked.text = std::string{text};
        marked.column = 1;
        return marked;
    }
    marked.text = std::string{text.substr(0, at)} + std::string{text.substr(at + kMarker.size())};
    marked.line = 1;
    marked.column = 1;
    for (const char c : text.substr(0, at)) {
        const bool inside_character = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (c == '\n') {
            ++marked.line;
            marked.column = 1;
        } else if (!inside_character) {
            ++marked.column;
        }
    }
    return marked;
}

}  // namespace wirestory::sim::test

// libFuzzer: any bytes as a scenario file. Neither reading nor formatting the mistakes may crash, hang or eat memory,
// and every mistake must stand at a place that exists.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sim/scenario/scenario.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto outcome = wirestory::sim::parse_scenario(text, "scenarios/fuzz.yaml", {"nagle-hold", "sticky-read"});
    if (outcome.scenario.has_value() == outcome.diagnostics.has_errors()) std::abort();
    for (const auto& item : outcome.diagnostics.items)
        if (item.span.line < 0 || item.span.column < 1 || item.span.length < 1 || item.message.empty()) std::abort();
    if (format_diagnostics(outcome.diagnostics, text).empty() != outcome.diagnostics.items.empty()) std::abort();
    return 0;
}

// libFuzzer: any bytes as a scenario file. Neither reading nor formatting the mistakes may crash, hang or eat memory,
// and every mistake must stand at a place that exists. What waits for variables is computed with some.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sim/scenario/expression.hpp"
#include "sim/scenario/scenario.hpp"

namespace {

using namespace wirestory;
using namespace wirestory::sim;

// Each variable in every type: those that do not fit must be refused.
void compute_all(const Scenario& scenario) {
    const std::vector<ValueData> samples{std::int64_t{7}, to_bytes("{\"size\": 12}\n"), Duration{1'000'000},
                                         AddressText{"127.0.0.1", 9000, {}}};
    for (const Step& step : scenario.story) {
        const auto* call = std::get_if<CallStep>(&step.action);
        if (call == nullptr || call->variables.empty()) continue;
        for (const ValueData& sample : samples) {
            const Variables variables = [&](const std::string&) { return &sample; };
            for (const Value& argument : call->arguments) (void)evaluate(argument, variables);
            if (call->expected) (void)evaluate(*call->expected, variables);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto outcome = wirestory::sim::parse_scenario(text, "scenarios/fuzz.yaml", {"nagle-hold", "sticky-read"});
    if (outcome.scenario) compute_all(*outcome.scenario);
    if (outcome.scenario.has_value() == outcome.diagnostics.has_errors()) std::abort();
    for (const auto& item : outcome.diagnostics.items)
        if (item.span.line < 0 || item.span.column < 1 || item.span.length < 1 || item.message.empty()) std::abort();
    if (format_diagnostics(outcome.diagnostics, text).empty() != outcome.diagnostics.items.empty()) std::abort();
    return 0;
}

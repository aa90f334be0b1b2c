// What the inspector says of the connection that a packet or a call belongs to.
#include "analysis/flow_words.hpp"
#include "viz/app/inspect.hpp"
#include "viz/app/ui_strings.hpp"

namespace wirestory::viz {

FieldGroup flow_fields(const Recording& recording, const analysis::Analysis& analysis, analysis::FlowId flow,
                       Language language) {
    FieldGroup group;
    if (flow >= analysis.flows.size()) return group;
    const analysis::Flow& what = analysis.flows[flow];
    if (what.transport != capture::Transport::kTcp) return group;
    const analysis::FlowSummary summary = analysis::summarise(recording, analysis, flow);
    const analysis::EndNames names = analysis::end_names(recording, what, language);
    group.title = text(Text::kConnection, language);
    group.fields = {{text(Text::kBeginning, language), analysis::beginning_words(summary, language)},
                    {text(Text::kEnding, language), analysis::ending_words(summary, names, language)}};
    if (std::string states = analysis::state_words(summary, names); !states.empty()) {
        group.fields.push_back({text(Text::kState, language), std::move(states)});
    }
    for (analysis::FlowFigure& figure : analysis::figure_words(summary, language)) {
        group.fields.push_back({std::move(figure.name), std::move(figure.value)});
    }
    return group;
}

}  // namespace wirestory::viz

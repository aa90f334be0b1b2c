// ModelWork: what the model wants to know and what takes longer than a frame: display filters over large captures, the
// details of the selected flow, the findings of all. poll() between frames starts what is wanted and puts what was
// found into the model; the threads see only the document, which does not change. One thread.
#pragma once

#include <string>

#include "viz/app/app_model.hpp"
#include "viz/app/background.hpp"

namespace wirestory::viz {

class ModelWork {
public:
    News poll(AppModel& model);
    [[nodiscard]] bool running() const { return filter_.running() || flow_.running() || findings_.running(); }
    // Until everything wanted is in the model.
    void finish(AppModel& model);

private:
    struct FilterAnswer {
        std::string text;
        std::optional<analysis::FilterHits> hits;
    };

    void start_filter(AppModel& model);
    News poll_filter(AppModel& model);
    News poll_flow(AppModel& model);
    News poll_findings(AppModel& model);

    std::uint64_t revision_ = 0;  // of the document that is worked on
    BackgroundWork<FilterAnswer> filter_;
    analysis::FlowId flow_asked_ = analysis::kNoFlow;
    BackgroundWork<LateFlow> flow_;
    BackgroundWork<std::optional<std::vector<FindingRow>>> findings_;
};

}  // namespace wirestory::viz

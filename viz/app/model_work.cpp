#include "viz/app/model_work.hpp"

#include <algorithm>
#include <utility>

namespace wirestory::viz {

namespace {

// Of what is selected; kNoFlow when nothing is, or when the analysis has all of it already.
analysis::FlowId late_flow_of_selection(const AppModel& model) {
    if (!model.has_document()) return analysis::kNoFlow;
    const analysis::Analysis& analysis = model.analysis();
    analysis::FlowId flow = analysis::kNoFlow;
    if (model.view.bytes) flow = model.view.bytes->stream.flow;
    const EventRef selected = model.view.selected;
    if (selected.kind == EventKind::kPacket && selected.index < analysis.packets.size()) {
        flow = analysis.packets.flow[selected.index];
    }
    return analysis.has_late(flow) ? flow : analysis::kNoFlow;
}

}  // namespace

News ModelWork::poll(AppModel& model) {
    if (revision_ != model.revision) {
        revision_ = model.revision;
        filter_.cancel();
        flow_.cancel();
        findings_.cancel();
        flow_asked_ = analysis::kNoFlow;
    }
    const News filter = poll_filter(model);
    const News flow = poll_flow(model);
    const News findings = poll_findings(model);
    return std::max({filter, flow, findings});
}

void ModelWork::finish(AppModel& model) {
    poll(model);
    while (running()) {
        filter_.wait();
        flow_.wait();
        findings_.wait();
        poll(model);
    }
}

void ModelWork::start_filter(AppModel& model) {
    const std::string text = *std::exchange(model.filter_wanted, std::nullopt);
    model.filter_share = 0;
    filter_.start([document = model.document, text](WorkMeter& meter) -> FilterAnswer {
        // Compiled here: a filter belongs to one thread.
        const auto filter = analysis::Filter::compile(text);
        if (!filter) return {text, std::nullopt};
        return {text, find_hits(*filter, *document.recording, *document.analysis,
                                [&](std::size_t done, std::size_t of) { return meter.at(done, of); })};
    });
}

News ModelWork::poll_filter(AppModel& model) {
    if (model.filter_wanted) start_filter(model);
    if (!filter_.running()) return News::kNone;
    if (!model.filter_share) {  // put off
        filter_.cancel();
        return News::kAnswer;
    }
    auto answer = filter_.take();
    if (!answer) {
        model.filter_share = filter_.share();
        return News::kProgress;
    }
    model.filter_share.reset();
    if (answer->hits) set_filter_hits(model, answer->text, std::move(*answer->hits));
    return News::kAnswer;
}

News ModelWork::poll_flow(AppModel& model) {
    const analysis::FlowId wanted = late_flow_of_selection(model);
    // What was shown stays until another flow is selected.
    if (wanted != analysis::kNoFlow && wanted != flow_asked_) {
        flow_asked_ = wanted;
        flow_.start([document = model.document, wanted](WorkMeter& meter) {
            return find_late_flow(*document.analysis, wanted, [&] { return !meter.cancelled(); });
        });
    }
    auto answer = flow_.take();
    if (!answer) return News::kNone;
    model.late_flow = std::move(*answer);
    model.timeline_index->show_states(model.late_flow.states);
    ++model.details_revision;
    if (model.view.trace_pending) {
        const ViewState view = model.view;
        if (view.bytes) {
            select_bytes(model, view.bytes->stream, view.bytes->range);
        } else {
            select(model, view.selected);
        }
    }
    return News::kAnswer;
}

News ModelWork::poll_findings(AppModel& model) {
    LateFindings& late = model.late_findings;
    if (late.wanted && !late.complete && !findings_.running()) {
        late.share = 0;
        findings_.start([document = model.document](WorkMeter& meter) {
            return find_all_late(*document.analysis,
                                 [&](std::size_t done, std::size_t of) { return meter.at(done, of); });
        });
    }
    if (!findings_.running()) return News::kNone;
    auto answer = findings_.take();
    if (!answer) {
        late.share = findings_.share();
        return News::kProgress;
    }
    late.share.reset();
    late.complete = true;
    if (*answer) late.rows = std::move(**answer);
    return News::kAnswer;
}

}  // namespace wirestory::viz

// The views of `wirestory show`: what all of them are given, and one function each. A view returns false when nobody
// reads its output any more (`| head`): then the command ends quietly.
#pragma once

#include <string>
#include <string_view>

#include "analysis/filter/filter.hpp"
#include "base/locale.hpp"
#include "viz/paint_text/paint_text.hpp"

namespace wirestory::cli {

enum class TimeStyle : std::uint8_t { kRelative, kAbsolute, kDelta };

struct ShowContext {
    const Recording& recording;
    const analysis::Analysis& analysis;
    analysis::FilterMatcher& matcher;
    int width = 80;
    viz::TextStyle style;
    TimeStyle time = TimeStyle::kRelative;
    Language language = Language::kEnglish;
    bool verbose = false;
};

bool write_out(std::string_view text);

// One moment in the chosen way. Deltas are to the moment asked about before.
class TimeWriter {
public:
    TimeWriter(const Recording& recording, TimeStyle style);
    std::string operator()(TimeNs time_ns);
    std::string with_unit(TimeNs time_ns);  // for sentences: "2.149 ms"
    [[nodiscard]] std::string title() const;

private:
    TimeStyle style_;
    TimeNs start_ns_;
    TimeNs before_ns_;
};

// "client:9000" where the address is an actor's, else as it is; without a port for what has none.
std::string endpoint_text(const Recording& recording, const Endpoint& endpoint);

bool show_heading(const ShowContext& context);
bool show_ladder(const ShowContext& context);
// Where the file is damaged, and how: a sentence.
std::string damage_text(const Damage& damage);
bool show_verdicts(const ShowContext& context);
// Of a large capture the analysis makes some findings only when they are asked for, which takes its time.
enum class FindingScope : std::uint8_t { kMade, kAll };
bool show_findings(const ShowContext& context, FindingScope scope);  // with a heading; nothing when there are none
bool show_flow_findings(const ShowContext& context, analysis::FlowId flow);
bool show_flows(const ShowContext& context);

enum class StreamForm : std::uint8_t { kText, kHex, kRaw };
enum class StreamDirection : std::uint8_t { kBoth, kInitiator, kResponder };
struct StreamRequest {
    analysis::FlowId flow = analysis::kNoFlow;
    StreamForm form = StreamForm::kText;
    StreamDirection direction = StreamDirection::kBoth;
};
bool show_stream(const ShowContext& context, const StreamRequest& request);

}  // namespace wirestory::cli

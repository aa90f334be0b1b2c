// What a recording keeps of the scenario that staged it, as plain data for viewers: the text, its steps, lesson, tour
// and verdicts. Whoever needs the scenario's meaning parses the text again with sim; viewers never do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/locale.hpp"
#include "recording/framing.hpp"
#include "recording/ids.hpp"

namespace wirestory {

struct StoryStep {
    int line = 0;  // 1-based, in Story::yaml
    ActorId actor = kNoActor;
    std::string text;  // `conn.recv(1024) = "helloworld!"`, `until: conn.unread_bytes == 11`
};

// A stop of the guided tour, already resolved to the event it speaks of.
struct TourStop {
    std::string at;  // as written
    EventRef event;  // kNone when the run never reached it
    Localized say;
};

struct Verdict {
    bool passed = false;
    std::string name;  // "segments", "step 12", "states client"
    std::string expected;
    std::string seen;
    int line = 0;    // in Story::yaml
    EventRef event;  // where in the recording to look; kNone when no one place shows it
};

struct Story {
    std::string name;       // "tcp/nagle-coalescing"
    std::string file_name;  // as given to run
    std::string yaml;       // the whole file
    Localized title;
    Localized lesson;  // Markdown
    std::vector<std::string> topics;
    Framing framing;  // of the streams' messages
    std::vector<StoryStep> steps;
    std::vector<TourStop> tour;
    std::vector<Verdict> verdicts;

    [[nodiscard]] bool present() const { return !yaml.empty(); }
};

}  // namespace wirestory

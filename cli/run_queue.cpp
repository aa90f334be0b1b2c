#include "cli/run_queue.hpp"

#include <algorithm>

#include <poll.h>

namespace wirestory::cli {

namespace {

struct Going {
    const QueuedRun* queued;
    session::ScenarioRun run;
};

// The index of a run that is about to end.
std::size_t wait_for_one(const std::vector<Going>& going) {
    std::vector<pollfd> fds;
    for (const Going& one : going) fds.push_back({one.run.ready_fd(), POLLIN, 0});
    for (;;) {
        poll(fds.data(), fds.size(), -1);  // EINTR: a signal was passed on to the children, who will end
        const auto ready = std::find_if(fds.begin(), fds.end(), [](const pollfd& fd) { return fd.revents != 0; });
        if (ready != fds.end()) return static_cast<std::size_t>(ready - fds.begin());
    }
}

}  // namespace

void run_queue(const std::vector<QueuedRun>& queue, int jobs,
               const std::function<bool(const FinishedRun&)>& on_finished) {
    std::vector<Going> going;
    std::size_t next = 0;
    bool go_on = true;
    while (!going.empty() || (go_on && next < queue.size())) {
        while (go_on && next < queue.size() && going.size() < static_cast<std::size_t>(jobs)) {
            const QueuedRun& queued = queue[next++];
            auto run = session::ScenarioRun::start(*queued.scenario, queued.options);
            if (run) {
                going.push_back({&queued, std::move(*run)});
            } else {
                go_on = on_finished({&queued, tl::unexpected<Error>(run.error())}) && go_on;
            }
        }
        if (going.empty()) continue;
        const std::size_t ended = wait_for_one(going);
        FinishedRun finished{going[ended].queued, going[ended].run.finish()};
        // Rebuilt rather than erased: a run can be moved from, not assigned to.
        std::vector<Going> others;
        for (std::size_t i = 0; i < going.size(); ++i) {
            if (i != ended) others.push_back(std::move(going[i]));
        }
        going.swap(others);
        go_on = on_finished(finished) && go_on;
    }
}

}  // namespace wirestory::cli

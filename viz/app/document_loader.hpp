// DocumentLoader: opens a file on a thread of its own, in two steps where the file is large: its first packets, then
// the whole. The window asks between frames what has come; each part is handed over complete, and only once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "viz/app/app.hpp"
#include "viz/app/background.hpp"
#include "viz/app/prepared_document.hpp"

namespace wirestory::viz {

class DocumentLoader {
public:
    // What was being opened is put off. `wants_first`: the first packets are not shown yet.
    void start(const OpenDocument& open, const std::string& path, AxisMode axis, bool wants_first);
    void cancel();
    [[nodiscard]] bool running() const { return work_.running(); }
    [[nodiscard]] LoadProgress progress() const;
    // What has come since it was asked last.
    std::optional<PreparedDocument> take_first();
    std::optional<Result<PreparedDocument>> take_whole();
    void wait() { work_.wait(); }

private:
    // The worker's end.
    class Steps;
    struct Desk {
        std::atomic<std::uint64_t> packets{0};
        std::mutex mutex;  // of `first`, for the moment of handing it over
        std::optional<PreparedDocument> first;
    };

    std::shared_ptr<Desk> desk_;
    BackgroundWork<Result<PreparedDocument>> work_;
};

}  // namespace wirestory::viz

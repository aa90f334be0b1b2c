// BackgroundWork: one question at a time, answered on a thread of its own, for what takes longer than a frame. The
// answer is handed over as a whole: until take() it belongs to the worker, after it to the caller; what the work reads
// must not change meanwhile. A new question puts the running one off. The owner's functions are for one thread and
// never wait, save for wait() and the destructor, which waits for the workers to notice that nobody wants their answer.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace wirestory::viz {

// What a look at running work brought.
enum class News : std::uint8_t { kNone, kProgress, kAnswer };

// How far the work has come; shared by the worker and the one who asked.
class WorkMeter {
public:
    // For the worker: `share` of it is done, 0 to 1. False when the answer is not wanted any more.
    bool at(double share) {
        share_.store(static_cast<float>(share), std::memory_order_relaxed);
        return !cancelled();
    }
    bool at(std::size_t done, std::size_t of) {
        return at(of == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(of));
    }
    [[nodiscard]] bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
    [[nodiscard]] float share() const { return share_.load(std::memory_order_relaxed); }
    void cancel() { cancelled_.store(true, std::memory_order_relaxed); }

private:
    std::atomic<float> share_{0};
    std::atomic<bool> cancelled_{false};
};

template <class Answer>
class BackgroundWork {
public:
    using Work = std::function<Answer(WorkMeter&)>;

    BackgroundWork() = default;
    BackgroundWork(const BackgroundWork&) = delete;
    BackgroundWork& operator=(const BackgroundWork&) = delete;
    ~BackgroundWork() { cancel(); }  // the tasks' threads are joined with them

    void start(Work work) {
        cancel();
        current_ = std::make_unique<Task>(std::move(work));
    }
    // Its answer will not be given. The thread ends soon after.
    void cancel() {
        if (current_) {
            current_->meter.cancel();
            abandoned_.push_back(std::move(current_));
        }
        std::erase_if(abandoned_, [](const std::unique_ptr<Task>& task) { return task->done(); });
    }
    // Started, and its answer not taken yet.
    [[nodiscard]] bool running() const { return current_ != nullptr; }
    [[nodiscard]] float share() const { return current_ ? current_->meter.share() : 0; }
    // The answer, once, when there is one.
    std::optional<Answer> take() {
        if (!current_ || !current_->done()) return std::nullopt;
        const std::unique_ptr<Task> task = std::move(current_);
        if (task->thread.joinable()) task->thread.join();
        return std::move(task->answer);
    }
    void wait() {
        if (current_ && current_->thread.joinable()) current_->thread.join();
    }

private:
    struct Task {
        explicit Task(Work work)
            : thread([this, run = std::move(work)] {
                  answer.emplace(run(meter));
                  finished.store(true, std::memory_order_release);
              }) {}
        Task(const Task&) = delete;
        Task& operator=(const Task&) = delete;
        ~Task() {
            if (thread.joinable()) thread.join();
        }
        [[nodiscard]] bool done() const { return finished.load(std::memory_order_acquire); }

        WorkMeter meter;
        std::optional<Answer> answer;
        std::atomic<bool> finished{false};
        std::thread thread;  // the last to be made, for it uses the others
    };

    std::unique_ptr<Task> current_;
    std::vector<std::unique_ptr<Task>> abandoned_;
};

}  // namespace wirestory::viz

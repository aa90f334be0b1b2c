#include "sim/run/actor_thread.hpp"

#include <csignal>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wirestory::sim {
namespace {

// A real-time signal that no C library and no terminal uses.
int interrupt_signal() { return SIGRTMIN + 7; }

// Signals of the process (Ctrl-C) go to the caller's thread, so that no scripted call ever fails with EINTR by chance.
// What a fault raises stays open: blocked, it would end the process without a trace.
void block_signals_of_the_process() {
    sigset_t set;
    sigfillset(&set);
    for (const int open : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, interrupt_signal()})
        sigdelset(&set, open);
    pthread_sigmask(SIG_SETMASK, &set, nullptr);
}

}  // namespace

Result<std::unique_ptr<ActorThread>> ActorThread::start(ActorId actor, std::uint16_t number, const std::string& name,
                                                        StageState& stage, const Wire* wire) {
    std::unique_ptr<ActorThread> made(new ActorThread(actor, number, stage));
    try {
        made->thread_ = std::thread([self = made.get(), name, wire] { self->run(name, wire); });
    } catch (const std::system_error& error) {
        return fail_errno("start a thread for " + name, error.code().value());
    }
    pid_t thread_id = 0;
    {
        std::unique_lock lock(stage.monitor().mutex);
        stage.monitor().changed.wait(lock, [&] { return made->thread_id_ != 0; });
        thread_id = made->thread_id_;
    }
    if (!made->on_host_) return tl::unexpected(made->on_host_.error());
    auto probe = ThreadProbe::open(thread_id);
    if (!probe) return tl::unexpected(probe.error());
    made->probe_ = std::move(*probe);
    return made;
}

void ActorThread::hand_over(std::unique_ptr<Assignment> assignment) {
    {
        const std::lock_guard lock(stage_.monitor().mutex);
        assignment_ = std::move(assignment);
        busy_.store(true, std::memory_order_release);
    }
    wake_.notify_one();
}

void ActorThread::run(const std::string& name, const Wire* wire) {
    block_signals_of_the_process();
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());  // the kernel's limit
    const Status on_host = wire == nullptr ? Status{} : wire->enter_host(actor_);
    Monitor& monitor = stage_.monitor();
    std::unique_lock lock(monitor.mutex);
    on_host_ = on_host;
    thread_id_ = static_cast<pid_t>(syscall(SYS_gettid));
    monitor.changed.notify_one();
    while (true) {
        wake_.wait(lock, [this] { return quit_ || busy_.load(std::memory_order_relaxed); });
        if (quit_) return;
        lock.unlock();
        Assignment& call = *assignment_;
        call.result = perform_step(call.prepared, {stage_, window_, call.parts, call.abandoned});
        lock.lock();
        busy_.store(false, std::memory_order_release);
        ++monitor.events;
        lock.unlock();
        monitor.changed.notify_one();
        stage_.signal_event();
        lock.lock();
    }
}

void ActorThread::interrupt_call() {
    // Not pthread_kill: it must reach this very thread, which lives until stop().
    syscall(SYS_tgkill, getpid(), thread_id_, interrupt_signal());
}

void ActorThread::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(stage_.monitor().mutex);
        quit_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

struct InterruptSignal::Saved {
    struct sigaction before {};
};

InterruptSignal::InterruptSignal() : saved_(std::make_unique<Saved>()) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigemptyset(&action.sa_mask);
    sigaction(interrupt_signal(), &action, &saved_->before);
}

InterruptSignal::~InterruptSignal() { sigaction(interrupt_signal(), &saved_->before, nullptr); }

}  // namespace wirestory::sim

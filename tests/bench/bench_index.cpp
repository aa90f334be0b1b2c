// Speed and memory of the index: it reads, decodes, sorts into flows and analyses captures made by make_captures,
// beside
//   bare loop, tuned      the least that any index has to do (bare_loops.hpp), from a mapped file into reserved memory
//   bare loop, libpcap    the same through pcap_next_ex and a vector that grows
//   libpcap, reading only nothing but pcap_next_ex
//   ours, reading only    open_capture_file(): each packet's time, place and lengths
//   ours, index           that and IndexBuilder: each packet's row and each flow, with all flags of the TCP analysis
//   ours, analyse()       that and all that analyse() adds for a capture of this size; two threads where it takes two
//   tshark, tcptrace      their tables of conversations
// Each measurement is the best of several runs, each in a process of its own: the least CPU time on one thread, the
// least time by the clock on two. "x" is how many times as many packets a second of CPU time ours takes on one thread.
// Usage: bench_index [FOLDER [MILLIONS]]; run it in a Release build on a quiet machine.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/analysis.hpp"
#include "analysis/index_builder.hpp"
#include "capture/source/capture_file.hpp"
#include "tests/bench/bare_loops.hpp"
#include "tests/bench/make_captures.hpp"

namespace {

using namespace wirestory;

struct Measured {
    double seconds = 0;
    double cpu_seconds = 0;  // of all threads: what counts when others use the machine, too
    std::uint64_t packets = 0;
    std::uint64_t peak_bytes = 0;  // of the process's own memory, above what it had before; the mapped file not counted

    [[nodiscard]] double million_a_second() const { return static_cast<double>(packets) / seconds / 1e6; }
    [[nodiscard]] double packets_a_cpu_second() const { return static_cast<double>(packets) / cpu_seconds; }
    [[nodiscard]] double bytes_a_packet() const {
        return static_cast<double>(peak_bytes) / static_cast<double>(packets);
    }
};

double cpu_seconds(const rusage& usage) {
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t status_bytes(const char* field) {
    std::ifstream status("/proc/self/status");
    std::string name;
    std::uint64_t kilobytes = 0;
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(field)) kilobytes = std::strtoull(line.c_str() + std::strlen(field) + 1, nullptr, 10);
    }
    return kilobytes * 1024;
}

// `work` returns the number of packets; what it built must still be there when it asks for `finish`.
using Work = std::function<std::uint64_t(const std::function<void()>& finish)>;

Measured in_a_process(const Work& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) std::abort();
    const pid_t child = ::fork();
    if (child == 0) {
        Measured measured;
        const std::uint64_t before = status_bytes("RssAnon:");
        const auto begin = std::chrono::steady_clock::now();
        measured.packets = work([&] {
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
            measured.seconds = took.count();
            rusage usage{};
            ::getrusage(RUSAGE_SELF, &usage);
            measured.cpu_seconds = cpu_seconds(usage);
            // The peak counts the file's mapped pages, which only grow in number: at the end they are all there.
            const std::uint64_t peak = status_bytes("VmHWM:") - status_bytes("RssFile:");
            measured.peak_bytes = peak - std::min(peak, before);
        });
        const bool sent = ::write(ends[1], &measured, sizeof measured) == sizeof measured;
        ::_exit(sent ? 0 : 1);
    }
    ::close(ends[1]);
    Measured measured;
    const bool got = ::read(ends[0], &measured, sizeof measured) == sizeof measured;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    if (!got) {
        fmt::print(stderr, "bench_index: a measurement failed\n");
        std::exit(1);
    }
    return measured;
}

// What others do on the machine only adds time.
enum class By : std::uint8_t { kCpu, kClock };
Measured best_of_runs(By by, const Work& work) {
    constexpr int kRuns = 5;
    const auto cost = [&](const Measured& run) { return by == By::kCpu ? run.cpu_seconds : run.seconds; };
    Measured best = in_a_process(work);
    for (int run = 1; run < kRuns; ++run) {
        const Measured another = in_a_process(work);
        if (cost(another) < cost(best)) best = another;
    }
    return best;
}

// --- ours

std::uint64_t index(const std::string& path, unsigned threads, const std::function<void()>& finish) {
    const auto recording = capture::open_capture_file(path);
    if (!recording) std::abort();
    const analysis::Sightings sightings(*recording);
    analysis::IndexBuilder builder(*recording, sightings);
    builder.add_all(threads);
    const analysis::FlowTableResult built = builder.finish();
    finish();
    return built.packets.size();
}

std::uint64_t analyse_all(const std::string& path, const std::function<void()>& finish) {
    const auto recording = capture::open_capture_file(path);
    if (!recording) std::abort();
    const analysis::Analysis analysis = analysis::analyse(*recording);
    finish();
    return analysis.packets.size();
}

std::uint64_t read_only(const std::string& path, const std::function<void()>& finish) {
    const auto recording = capture::open_capture_file(path);
    if (!recording) std::abort();
    finish();
    return recording->packets.size();
}

// --- others; nothing when the program is not installed

Measured other_program(const std::vector<std::string>& command, std::uint64_t packets) {
    Measured measured;
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
        const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nothing, STDOUT_FILENO);
        ::dup2(nothing, STDERR_FILENO);
        std::vector<char*> arguments;
        for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
        arguments.push_back(nullptr);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return measured;
    measured.seconds = took.count();
    measured.cpu_seconds = cpu_seconds(usage);
    measured.packets = packets;
    measured.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    return measured;
}

void print_row(const char* what, const Measured& row, const Measured& ours) {
    if (row.packets == 0) return fmt::print("  {:<24}not installed\n", what);
    fmt::print("  {:<24}{:>8.2f} s{:>8.2f} s CPU{:>8.3f} Mpackets/s{:>8.1f} B/packet   x {:.2f}\n", what, row.seconds,
               row.cpu_seconds, row.million_a_second(), row.bytes_a_packet(),
               ours.packets_a_cpu_second() / row.packets_a_cpu_second());
}

enum class Others : std::uint8_t { kNone, kTcptrace, kAll };

// Returns ours on one thread.
Measured bench_file(const std::string& path, Others others) {
    fmt::print("{} ({:.2f} GB)\n", path, static_cast<double>(std::filesystem::file_size(path)) / 1e9);
    const auto best = [&](By by, auto measured) {
        return best_of_runs(by, [&](const auto& finish) { return measured(path, finish); });
    };
    const auto index_on = [](unsigned threads) {
        return [threads](const std::string& file, const auto& finish) { return index(file, threads, finish); };
    };
    in_a_process([&](const auto& finish) { return bench::tuned_loop(path, finish); });  // warms the page cache
    const Measured one = best(By::kCpu, index_on(1));
    print_row("bare loop, tuned", best(By::kCpu, bench::tuned_loop), one);
    print_row("bare loop, libpcap", best(By::kCpu, bench::libpcap_loop), one);
    print_row("libpcap, reading only", best(By::kCpu, bench::libpcap_reading), one);
    print_row("ours, reading only", best(By::kCpu, read_only), one);
    print_row("ours, index, 1 thread", one, one);
    print_row("ours, index, 2 threads", best(By::kClock, index_on(2)), one);
    print_row("ours, analyse()", best(By::kClock, analyse_all), one);
    if (others == Others::kAll) {
        print_row("tshark -q -z conv,tcp",
                  other_program({"tshark", "-n", "-q", "-z", "conv,tcp", "-r", path}, one.packets), one);
    }
    if (others != Others::kNone) {
        print_row("tcptrace -l", other_program({"tcptrace", "-l", "-n", path}, one.packets), one);
    }
    std::fflush(stdout);
    return one;
}

std::string made(const std::string& folder, const char* name, const bench::CaptureSpec& spec) {
    const std::string path = folder + "/" + name;
    if (std::filesystem::exists(path)) return path;
    if (const Status status = bench::make_capture(path, spec); !status) {
        fmt::print(stderr, "bench_index: {}\n", status.error().message);
        std::exit(1);
    }
    return path;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string folder = argc > 1 ? argv[1] : "/tmp/wirestory-bench";
    const std::uint64_t millions = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10;
    std::filesystem::create_directories(folder);
    constexpr std::uint64_t kMillion = 1'000'000;
    const auto name = [&](const char* kind, std::uint64_t size) { return fmt::format("{}-{}m.pcap", kind, size); };
    const std::string tenth = made(folder, name("many", std::max<std::uint64_t>(millions / 10, 1)).c_str(),
                                   {std::max<std::uint64_t>(millions / 10, 1) * kMillion, 20'000, 96, 1448});
    const std::string many = made(folder, name("many", millions).c_str(), {millions * kMillion, 20'000, 96, 1448});
    const std::string full = made(folder, name("full", 1).c_str(), {kMillion, 20'000, 65'535, 1448});
    const std::string one = made(folder, name("one", millions / 2).c_str(), {millions * kMillion / 2, 1, 96, 1448});
    const Measured small = bench_file(tenth, Others::kAll);
    const Measured large = bench_file(many, Others::kTcptrace);
    fmt::print("  {:.1f} times the packets took {:.2f} times the CPU time\n",
               static_cast<double>(large.packets) / static_cast<double>(small.packets),
               large.cpu_seconds / small.cpu_seconds);
    bench_file(full, Others::kNone);
    bench_file(one, Others::kNone);
    return 0;
}

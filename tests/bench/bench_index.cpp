// Speed and memory of the index: reads, decodes, sorts into flows and analyses captures made by make_captures, beside a
// bare loop that only parses and hashes, tshark's conversation table and tcptrace on the same file. Each measurement
// runs in a process of its own. Usage: bench_index [FOLDER [MILLIONS]]; run it in a Release build on a quiet machine.
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
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/analysis.hpp"
#include "analysis/index_builder.hpp"
#include "capture/source/capture_file.hpp"
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

// --- the bare loop: what any index has to do at least, in plain C++ with the standard library's map

struct BareRow {
    std::array<std::uint32_t, 9> words{};  // 36 bytes
};

struct BareKey {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t ports = 0;
    bool operator==(const BareKey&) const = default;
};
struct BareHash {
    std::size_t operator()(const BareKey& key) const {
        const std::uint64_t mixed = (std::uint64_t{key.low} << 32U | key.high) * 0x9E3779B97F4A7C15ULL;
        return static_cast<std::size_t>((mixed ^ key.ports) * 0xC2B2AE3D27D4EB4FULL);
    }
};
using BareFlows = std::unordered_map<BareKey, std::uint32_t, BareHash>;

std::uint32_t big32(const std::byte* at) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

BareRow parse_bare(const std::byte* record, BareFlows& flows) {
    std::array<std::uint32_t, 4> header{};
    std::memcpy(header.data(), record, sizeof header);
    const std::byte* ip = record + 16 + 14;
    const std::uint32_t source = big32(ip + 12);
    const std::uint32_t destination = big32(ip + 16);
    const std::byte* tcp = ip + (std::to_integer<std::uint32_t>(ip[0]) & 15U) * 4;
    const std::uint32_t ports = big32(tcp);
    const bool turn = source > destination;
    const BareKey key{turn ? destination : source, turn ? source : destination,
                      turn ? ports << 16U | ports >> 16U : ports};
    const std::uint32_t flow = flows.try_emplace(key, static_cast<std::uint32_t>(flows.size())).first->second;
    return {{header[0], header[1], header[3], flow, ports, big32(tcp + 4), big32(tcp + 8), big32(tcp + 12), source}};
}

std::uint64_t bare_loop(const std::string& path, const std::function<void()>& finish) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd < 0 || ::fstat(fd, &status) != 0) return 0;
    const auto size = static_cast<std::size_t>(status.st_size);
    const auto* file = static_cast<const std::byte*>(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0));
    std::vector<BareRow> rows;
    rows.reserve(size / 80);  // untouched memory costs nothing
    BareFlows flows;
    for (std::size_t at = 24; at + 16 <= size;) {
        std::uint32_t captured = 0;
        std::memcpy(&captured, file + at + 8, sizeof captured);
        const bool ip = captured >= 54 && file[at + 28] == std::byte{8} && file[at + 29] == std::byte{0};
        if (ip && at + 16 + captured <= size) rows.push_back(parse_bare(file + at, flows));
        at += 16 + captured;
    }
    finish();
    return rows.size();
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
    fmt::print("  {:<24}{:>8.2f} s{:>8.2f} s CPU{:>8.3f} Mpackets/s{:>8.1f} B/packet   ours, 1 thread: x {:.2f}\n",
               what, row.seconds, row.cpu_seconds, row.million_a_second(), row.bytes_a_packet(),
               ours.packets_a_cpu_second() / row.packets_a_cpu_second());
}

// Returns ours on one thread.
Measured bench_file(const std::string& path, bool others) {
    fmt::print("{} ({:.2f} GB)\n", path, static_cast<double>(std::filesystem::file_size(path)) / 1e9);
    in_a_process([&](const auto& finish) { return bare_loop(path, finish); });  // warms the page cache
    const Measured bare = in_a_process([&](const auto& finish) { return bare_loop(path, finish); });
    const Measured read = in_a_process([&](const auto& finish) { return read_only(path, finish); });
    const Measured one = in_a_process([&](const auto& finish) { return index(path, 1, finish); });
    const Measured two = in_a_process([&](const auto& finish) { return index(path, 2, finish); });
    const Measured all = in_a_process([&](const auto& finish) { return analyse_all(path, finish); });
    print_row("bare loop", bare, one);
    print_row("ours, reading only", read, one);
    print_row("ours, index, 1 thread", one, one);
    print_row("ours, index, 2 threads", two, one);
    print_row("ours, all of analyse()", all, one);
    if (others) {
        print_row("tshark -q -z conv,tcp",
                  other_program({"tshark", "-n", "-q", "-z", "conv,tcp", "-r", path}, one.packets), one);
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
    const Measured small = bench_file(tenth, true);
    const Measured large = bench_file(many, false);
    fmt::print("  {:.1f} times the packets took {:.2f} times the CPU time\n",
               static_cast<double>(large.packets) / static_cast<double>(small.packets),
               large.cpu_seconds / small.cpu_seconds);
    bench_file(full, false);
    bench_file(one, false);
    return 0;
}

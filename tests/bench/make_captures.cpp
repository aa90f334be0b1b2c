#include "tests/bench/make_captures.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "capture/wire/tcp.hpp"

namespace wirestory::bench {
namespace {

constexpr std::size_t kEthernetBytes = 14;
constexpr std::size_t kIpBytes = 20;
constexpr std::size_t kTcpBytes = 32;  // with NOP NOP time stamps
constexpr std::size_t kHeaderBytes = kEthernetBytes + kIpBytes + kTcpBytes;
constexpr std::uint32_t kSegmentsOfFlow = 400;  // then it closes and begins again on another port

// Numbers that look random and are the same each time (xorshift64*, Vigna 2016).
class Random {
public:
    std::uint32_t below(std::uint32_t limit) {
        state_ ^= state_ >> 12U;
        state_ ^= state_ << 25U;
        state_ ^= state_ >> 27U;
        return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1DULL) >> 32U) % limit;
    }

private:
    std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

struct FlowState {
    std::uint32_t client_seq = 0;
    std::uint32_t server_seq = 0;
    std::uint32_t sent = 0;  // packets of this connection
    std::uint16_t port = 0;
    std::uint8_t unacked = 0;  // data segments since the last ACK
};

void put16(std::byte* at, std::uint32_t value) {
    at[0] = static_cast<std::byte>(value >> 8U);
    at[1] = static_cast<std::byte>(value);
}
void put32(std::byte* at, std::uint32_t value) {
    put16(at, value >> 16U);
    put16(at + 2, value);
}

class Maker {
public:
    Maker(std::FILE* file, const CaptureSpec& spec) : file_(file), spec_(spec), flows_(spec.flows) {
        frame_.resize(kHeaderBytes + spec.payload_bytes, std::byte{'.'});
    }

    bool run() {
        const std::array<std::uint32_t, 6> header{0xA1B2C3D4, 0x00040002, 0, 0, spec_.snap_bytes, 1};
        bool good = std::fwrite(header.data(), sizeof header, 1, file_) == 1;
        for (std::uint32_t id = 0; id < flows_.size(); ++id) begin(id);
        for (std::uint64_t i = 0; i < spec_.packets && good; ++i) good = step(random_.below(spec_.flows));
        return good;
    }

private:
    struct Header {
        bool from_client = true;
        std::uint32_t seq = 0;
        std::uint32_t ack = 0;
        std::uint16_t flags = 0;
        std::uint32_t payload_bytes = 0;
    };

    void begin(std::uint32_t id) {
        FlowState& flow = flows_[id];
        flow.client_seq = random_.below(0xFFFFFFFF);
        flow.server_seq = random_.below(0xFFFFFFFF);
        flow.sent = 0;
        flow.unacked = 0;
        flow.port = static_cast<std::uint16_t>(1024 + (flow.port + 1U) % 60'000U);
    }
    bool step(std::uint32_t id);
    bool data(std::uint32_t id);
    bool write(std::uint32_t id, const Header& header);

    std::FILE* file_;
    CaptureSpec spec_;
    std::vector<FlowState> flows_;
    std::vector<std::byte> frame_;
    Random random_;
    std::uint64_t microseconds_ = 1'700'000'000'000'000;
};

// One packet of flow `id`: whatever comes next in its life.
bool Maker::step(std::uint32_t id) {
    using namespace capture;
    FlowState& flow = flows_[id];
    const std::uint32_t at = flow.sent++;
    // A single flow never ends: it is there to be long.
    const std::uint32_t last = spec_.flows > 1 ? kSegmentsOfFlow : 0xFFFFFFFF;
    if (at == 0) return write(id, {true, flow.client_seq++, 0, kSyn, 0});
    if (at == 1) return write(id, {false, flow.server_seq++, flow.client_seq, kSyn | kAck, 0});
    if (at == 2) return write(id, {true, flow.client_seq, flow.server_seq, kAck, 0});
    if (at == last - 2) return write(id, {true, flow.client_seq++, flow.server_seq, kFin | kAck, 0});
    if (at == last - 1) return write(id, {false, flow.server_seq++, flow.client_seq, kFin | kAck, 0});
    if (at == last) {
        const bool good = write(id, {true, flow.client_seq, flow.server_seq, kAck, 0});
        begin(id);
        return good;
    }
    return data(id);
}

bool Maker::data(std::uint32_t id) {
    using namespace capture;
    FlowState& flow = flows_[id];
    if (flow.unacked == 2) {  // every second segment is acknowledged (RFC 1122, 4.2.3.2)
        flow.unacked = 0;
        return write(id, {true, flow.client_seq, flow.server_seq, kAck, 0});
    }
    const bool again = flow.unacked == 1 && random_.below(200) == 0;
    const bool request = random_.below(50) == 0;
    if (request) {
        const std::uint32_t bytes = 100 + random_.below(300);
        const Header header{true, flow.client_seq, flow.server_seq, kPsh | kAck, bytes};
        flow.client_seq += bytes;
        return write(id, header);
    }
    if (again)
        return write(id, {false, flow.server_seq - spec_.payload_bytes, flow.client_seq, kAck, spec_.payload_bytes});
    ++flow.unacked;
    const Header header{false, flow.server_seq, flow.client_seq, kAck, spec_.payload_bytes};
    flow.server_seq += spec_.payload_bytes;
    return write(id, header);
}

bool Maker::write(std::uint32_t id, const Header& header) {
    std::byte* ip = frame_.data() + kEthernetBytes;
    std::byte* tcp = ip + kIpBytes;
    const std::uint32_t client = 0x0A000000U + id;
    const std::uint32_t server = 0xC0A80001U + id % 50;
    const std::uint32_t payload = std::min(header.payload_bytes, spec_.payload_bytes);
    std::memset(frame_.data(), 0, kHeaderBytes);
    put16(ip - 2, 0x0800);
    ip[0] = std::byte{0x45};
    put16(ip + 2, static_cast<std::uint32_t>(kIpBytes + kTcpBytes) + payload);
    ip[8] = std::byte{64};
    ip[9] = std::byte{6};
    put32(ip + 12, header.from_client ? client : server);
    put32(ip + 16, header.from_client ? server : client);
    put16(tcp, header.from_client ? flows_[id].port : 443);
    put16(tcp + 2, header.from_client ? 443 : flows_[id].port);
    put32(tcp + 4, header.seq);
    put32(tcp + 8, header.ack);
    put16(tcp + 12, 0x8000U | header.flags);
    put16(tcp + 14, 64'000);
    put32(tcp + 20, 0x0101080AU);
    put32(tcp + 24, static_cast<std::uint32_t>(microseconds_ / 1000));
    const auto original = static_cast<std::uint32_t>(kHeaderBytes) + payload;
    const std::uint32_t captured = std::min(original, spec_.snap_bytes);
    microseconds_ += 1 + random_.below(3);
    const std::array<std::uint32_t, 4> record{static_cast<std::uint32_t>(microseconds_ / 1'000'000),
                                              static_cast<std::uint32_t>(microseconds_ % 1'000'000), captured,
                                              original};
    return std::fwrite(record.data(), sizeof record, 1, file_) == 1 &&
           std::fwrite(frame_.data(), captured, 1, file_) == 1;
}

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

Status make_capture(const std::string& path, const CaptureSpec& spec) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "we"));
    if (!file) return fail_errno("create " + path, errno);
    if (!Maker(file.get(), spec).run() || std::fflush(file.get()) != 0) return fail_errno("write " + path, errno);
    return {};
}

}  // namespace wirestory::bench

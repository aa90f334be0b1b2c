#include "recording/block_file.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/messages.hpp"

namespace wirestory {

namespace {

using pcapng::BlockBuffer;

constexpr std::size_t kPushBytes = 64U << 10U;
constexpr std::uint8_t kNanoseconds = 9;  // if_tsresol: 10^-9

// Differs between runs, also of one process: what was first in the recording is no help, it may be empty yet.
std::string new_run_id() { return fmt::format("{:x}-{:x}", realtime_now_ns(), ::getpid()); }

void write_section(BlockBuffer& out) {
    utsname system{};
    ::uname(&system);
    out.begin(pcapng::kSectionHeader);
    out.u32(pcapng::kByteOrderMagic);
    out.u16(1);
    out.u16(0);
    out.u64(~std::uint64_t{0});  // length not known while it is written
    out.option(pcapng::kSectionHardware, std::string_view(system.machine));
    out.option(pcapng::kSectionOs, fmt::format("{} {}", system.sysname, system.release));
    out.option(pcapng::kSectionProgram, "wirestory");
    out.end_of_options();
    out.end();
}

void write_interface(BlockBuffer& out, const Tap& tap) {
    out.begin(pcapng::kInterface);
    out.u16(static_cast<std::uint16_t>(tap.link_type));
    out.u16(0);
    out.u32(tap.snap_bytes);
    if (!tap.name.empty()) out.option(pcapng::kInterfaceName, tap.name);
    const std::array resolution{std::byte{kNanoseconds}};
    out.option(pcapng::kInterfaceResolution, ByteView(resolution));
    out.end_of_options();
    out.end();
}

void write_names(BlockBuffer& out, const std::vector<Actor>& actors) {
    out.begin(pcapng::kNameResolution);
    for (const Actor& actor : actors) {
        const bool v4 = actor.address.version == IpVersion::kV4;
        // A record ends its name with a zero byte and has 16 bits for its length.
        const bool writable = actor.name.size() < 1024 && actor.name.find('\0') == std::string::npos;
        if (actor.address.version == IpVersion::kNone || actor.name.empty() || !writable) continue;
        const std::size_t address_bytes = v4 ? 4 : 16;
        out.u16(v4 ? pcapng::kNameIpv4 : pcapng::kNameIpv6);
        out.u16(static_cast<std::uint16_t>(address_bytes + actor.name.size() + 1));
        out.bytes(std::as_bytes(std::span(actor.address.bytes).first(address_bytes)));
        out.text(actor.name);
        out.u8(0);
        out.pad();
    }
    out.u32(0);  // end of records
    out.end();
}

}  // namespace

BlockFile::BlockFile(std::string path, UniqueFd fd)
    : path_(std::move(path)), fd_(std::move(fd)), entries_(buffer_, new_run_id()) {
    buffer_.reserve(4 * kPushBytes);
}

Result<std::unique_ptr<BlockFile>> BlockFile::create(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) return fail_errno(tr_format("create {}", path), errno);
    return std::unique_ptr<BlockFile>(new BlockFile(path, std::move(fd)));
}

void BlockFile::write_header(const Recording& header) {
    tap_count_ = header.taps.size();
    write_section(buffer_);
    for (const Tap& tap : header.taps) write_interface(buffer_, tap);
    if (!header.actors.empty()) write_names(buffer_, header.actors);
}

void BlockFile::write_packet(const PacketRecord& packet, std::string_view comment) {
    buffer_.begin(pcapng::kEnhancedPacket);
    buffer_.u32(packet.tap);
    buffer_.time(static_cast<std::uint64_t>(packet.time_ns));
    buffer_.u32(static_cast<std::uint32_t>(packet.frame.size()));
    buffer_.u32(packet.original_bytes);
    buffer_.bytes(packet.frame);
    buffer_.pad();
    if (packet.flags != 0) buffer_.option_u32(pcapng::kPacketFlags, packet.flags);
    if (packet.packet_id != 0) buffer_.option_u64(pcapng::kPacketId, packet.packet_id);
    if (!comment.empty()) buffer_.option(pcapng::kComment, comment);
    if (packet.flags != 0 || packet.packet_id != 0 || !comment.empty()) buffer_.end_of_options();
    buffer_.end();
}

void BlockFile::write_statistics(const Recording& footer, TimeNs time_ns) {
    for (std::size_t i = 0; i < footer.taps.size() && i < tap_count_; ++i) {
        const Tap& tap = footer.taps[i];
        if (!tap.has_statistics) continue;
        buffer_.begin(pcapng::kInterfaceStatistics);
        buffer_.u32(static_cast<std::uint32_t>(i));
        buffer_.time(static_cast<std::uint64_t>(time_ns));
        buffer_.option_u64(pcapng::kStatisticsReceived, tap.received);
        buffer_.option_u64(pcapng::kStatisticsDropped, tap.dropped);
        buffer_.end_of_options();
        buffer_.end();
    }
}

Status BlockFile::push_when_full() { return buffer_.size() < kPushBytes ? status() : push(); }

Status BlockFile::push() {
    ByteView left = buffer_.view();
    while (!left.empty() && error_number_ == 0) {
        const ssize_t written = ::write(fd_.get(), left.data(), left.size());
        if (written > 0) {
            left = left.subspan(static_cast<std::size_t>(written));
        } else if (written == 0) {
            keep_error(ENOSPC);
        } else if (errno != EINTR) {
            keep_error(errno);
        }
    }
    buffer_.clear();
    return status();
}

Status BlockFile::close() {
    Status pushed = push();
    const int fd = fd_.release();
    // close() may be the first to tell of a failed write (NFS, quotas).
    if (fd >= 0 && ::close(fd) != 0 && errno != EINTR && error_number_ == 0) keep_error(errno);
    return pushed ? status() : pushed;
}

void BlockFile::keep_error(int error_number) {
    error_number_ = error_number;
    error_ = fail_errno(tr_format("write {}", path_), error_number).value().message;
}

Status BlockFile::status() const {
    if (error_number_ == 0) return {};
    return fail(error_, error_number_);
}

}  // namespace wirestory

// BlockFile: a recording's file being written. Blocks are built in its buffer and pushed with write(2), whole blocks at
// a time. The first error is kept: from then on nothing is written and every call returns it. Internal to recording/.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "recording/block_buffer.hpp"
#include "recording/entry_writer.hpp"
#include "recording/recording.hpp"

namespace wirestory {

class BlockFile {
public:
    static Result<std::unique_ptr<BlockFile>> create(const std::string& path);

    // Section header, interfaces and names of the recording.
    void write_header(const Recording& header);
    void write_packet(const PacketRecord& packet, std::string_view comment);
    void write_statistics(const Recording& footer, TimeNs time_ns);
    EntryWriter& entries() { return entries_; }

    [[nodiscard]] std::size_t tap_count() const { return tap_count_; }
    // Pushes when the buffer is worth a system call.
    Status push_when_full();
    Status push();
    Status close();
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    BlockFile(std::string path, UniqueFd fd);
    void keep_error(int error_number);
    [[nodiscard]] Status status() const;

    std::string path_;
    UniqueFd fd_;
    std::string error_;
    int error_number_ = 0;
    std::size_t tap_count_ = 0;
    pcapng::BlockBuffer buffer_;
    EntryWriter entries_;
};

}  // namespace wirestory

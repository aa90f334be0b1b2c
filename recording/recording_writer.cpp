#include "recording/recording_writer.hpp"

#include <unordered_set>

#include "recording/block_file.hpp"

namespace wirestory {

class RecordingWriter::Impl {
public:
    explicit Impl(std::unique_ptr<BlockFile> file) : file_(std::move(file)) {}

    BlockFile& file() { return *file_; }
    std::unordered_set<std::uint64_t>& unfinished() { return unfinished_; }

private:
    std::unique_ptr<BlockFile> file_;
    std::unordered_set<std::uint64_t> unfinished_;  // keys of calls whose first entry is written
};

RecordingWriter::RecordingWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecordingWriter::RecordingWriter(RecordingWriter&&) noexcept = default;
RecordingWriter& RecordingWriter::operator=(RecordingWriter&&) noexcept = default;
RecordingWriter::~RecordingWriter() {
    if (impl_) (void)impl_->file().push();  // nobody is left to tell; an earlier error was already told
}

Result<RecordingWriter> RecordingWriter::create(const std::string& path, const Recording& header) {
    auto file = BlockFile::create(path);
    if (!file) return tl::unexpected(file.error());
    (*file)->write_header(header);
    const TimeNs first = header.first_time_ns();
    (*file)->entries().begin(header, first != 0 ? first : realtime_now_ns());
    if (Status pushed = (*file)->push(); !pushed) return tl::unexpected(pushed.error());
    return RecordingWriter(std::make_unique<Impl>(std::move(*file)));
}

Status RecordingWriter::write_packet(const PacketRecord& packet, std::string_view comment) {
    BlockFile& file = impl_->file();
    if (packet.tap >= file.tap_count())
        return fail("write " + file.path() + ": packet of a tap that was not announced");
    file.write_packet(packet, comment);
    return file.push_when_full();
}

Status RecordingWriter::write_call(const Recording& names, const Call& call, std::uint64_t key) {
    CallPhase phase = CallPhase::kWhole;
    if (!call.returned_at_all()) {
        phase = CallPhase::kUnfinished;
        impl_->unfinished().insert(key);
    } else if (impl_->unfinished().erase(key) != 0) {
        phase = CallPhase::kResumed;
    }
    impl_->file().entries().call(names, call, key, phase);
    return impl_->file().push_when_full();
}

Status RecordingWriter::write_socket(const Recording& names, SocketId socket) {
    impl_->file().entries().socket(names, socket, realtime_now_ns());
    return impl_->file().push_when_full();
}

Status RecordingWriter::write_samples(std::span<const Sample> samples) {
    impl_->file().entries().samples(samples);
    return impl_->file().push_when_full();
}

Status RecordingWriter::write_tx_reports(std::span<const TxReport> reports) {
    impl_->file().entries().tx_reports(reports);
    return impl_->file().push_when_full();
}

Status RecordingWriter::write_fates(std::span<const WireFate> fates) {
    impl_->file().entries().fates(fates);
    return impl_->file().push_when_full();
}

Status RecordingWriter::write_wire_change(const WireChange& change) {
    impl_->file().entries().wire_change(change);
    return impl_->file().push_when_full();
}

Status RecordingWriter::flush() { return impl_->file().push(); }

Status RecordingWriter::finish(const Recording& footer) {
    const TimeNs now = realtime_now_ns();
    impl_->file().write_statistics(footer, now);
    impl_->file().entries().end(footer, now, true, true);
    return impl_->file().close();
}

}  // namespace wirestory

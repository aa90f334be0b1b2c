#include "recording/sample_rows.hpp"

#include <type_traits>

namespace wirestory {

namespace {

constexpr std::uint16_t kRowVersion = 1;

// The two archives: one visit() a row type says the layout once, for writing and for reading.
class RowWriter {
public:
    template <class T>
    void operator()(const T& value) {
        if constexpr (std::is_enum_v<T>) {
            (*this)(static_cast<std::underlying_type_t<T>>(value));
        } else {
            const auto bits = static_cast<std::uint64_t>(value);
            for (unsigned i = 0; i < sizeof(T); ++i) bytes_.push_back(static_cast<std::byte>(bits >> 8U * i));
        }
    }
    Bytes& bytes() { return bytes_; }

private:
    Bytes bytes_;
};

class RowReader {
public:
    explicit RowReader(ByteView row) : in_(row) {}
    template <class T>
    void operator()(T& value) {
        if constexpr (std::is_enum_v<T>) {
            std::underlying_type_t<T> number{};
            (*this)(number);
            value = static_cast<T>(number);
        } else {
            std::uint64_t bits = 0;
            unsigned shift = 0;
            for (const std::byte b : in_.take(sizeof(T))) {
                bits |= std::to_integer<std::uint64_t>(b) << shift;
                shift += 8;
            }
            value = static_cast<T>(bits);
        }
    }
    [[nodiscard]] bool failed() const { return in_.failed(); }

private:
    ByteReader in_;
};

template <class Archive, class Memory>
void visit_memory(Archive& a, Memory& m) {
    a(m.rmem_alloc_bytes), a(m.rcvbuf_bytes), a(m.wmem_alloc_bytes), a(m.sndbuf_bytes), a(m.fwd_alloc_bytes);
    a(m.wmem_queued_bytes), a(m.optmem_bytes), a(m.backlog_bytes), a(m.drops);
}

template <class Archive, class Tcp>
void visit_tcp(Archive& a, Tcp& t) {
    a(t.state), a(t.ca_state), a(t.retransmits), a(t.probes), a(t.backoff);
    a(t.rto_us), a(t.ato_us), a(t.snd_mss_bytes), a(t.rcv_mss_bytes);
    a(t.unacked_segments), a(t.sacked_segments), a(t.lost_segments), a(t.retrans_segments);
    a(t.rtt_us), a(t.rttvar_us), a(t.snd_ssthresh_segments), a(t.snd_cwnd_segments), a(t.rcv_space_bytes);
    a(t.total_retrans_segments), a(t.bytes_acked), a(t.bytes_received), a(t.notsent_bytes), a(t.min_rtt_us);
    a(t.busy_time_us), a(t.rwnd_limited_us), a(t.sndbuf_limited_us), a(t.snd_wnd_bytes), a(t.rcv_wnd_bytes);
}

template <class Archive, class Fate>
void visit_fate(Archive& a, Fate& f) {
    a(f.packet_id), a(f.packet_number), a(f.from), a(f.to), a(f.cause), a(f.copy), a(f.copies);
    a(f.corrupted), a(f.marked_ce), a(f.reordered), a(f.rule), a(f.size_bytes), a(f.queue_packets), a(f.queue_bytes);
    a(f.entered_ns), a(f.sent_ns), a(f.due_ns), a(f.left_ns), a(f.fingerprint), a(f.left_fingerprint);
}

// The order is the file format: append only.
template <class Archive, class Row>
void visit(Archive& a, Row& row) {
    if constexpr (std::is_same_v<std::remove_const_t<Row>, WireFate>) {
        visit_fate(a, row);
        return;
    } else {
        a(row.time_ns), a(row.socket);
    }
    if constexpr (std::is_same_v<std::remove_const_t<Row>, Sample>) {
        a(row.trigger), a(row.has);
        a(row.unacked_and_unsent_bytes), a(row.unsent_bytes), a(row.unread_bytes);
        visit_memory(a, row.memory);
        visit_tcp(a, row.tcp);
    } else if constexpr (std::is_same_v<std::remove_const_t<Row>, TxReport>) {
        a(row.kind), a(row.id);
    }
}

// What later releases or damaged files may hold in fields that have few values.
void normalise(Sample& sample) {
    if (sample.trigger > SampleTrigger::kTick) sample.trigger = SampleTrigger::kTick;
    if (sample.tcp.state > TcpState::kClosing) sample.tcp.state = TcpState::kUnknown;
}
void normalise(TxReport& report) {
    if (report.kind > TxReportKind::kAcknowledged) report.kind = TxReportKind::kSoftware;
}

void normalise(WireFate& fate) {
    if (fate.cause > DropCause::kClosed) fate.cause = DropCause::kLoss;
}

template <class Row>
std::uint16_t row_bytes() {
    static const auto size = [] {
        RowWriter writer;
        const Row row{};
        visit(writer, row);
        return static_cast<std::uint16_t>(writer.bytes().size());
    }();
    return size;
}

template <class Row>
Bytes pack(std::span<const Row> rows) {
    RowWriter writer;
    writer.bytes().reserve(8 + rows.size() * row_bytes<Row>());
    writer(kRowVersion);
    writer(row_bytes<Row>());
    writer(static_cast<std::uint32_t>(rows.size()));
    for (const Row& row : rows) visit(writer, row);
    return std::move(writer.bytes());
}

template <class Row>
bool unpack(ByteView bytes, std::vector<Row>& rows) {
    ByteReader in(bytes);
    const std::uint16_t version = in.le16();
    const std::uint16_t size = in.le16();
    const std::uint32_t count = in.le32();
    if (in.failed() || version != kRowVersion || size < row_bytes<Row>()) return false;
    if (in.remaining() / size < count) return false;
    for (std::uint32_t i = 0; i < count; ++i) {
        RowReader reader(in.take(size));
        visit(reader, rows.emplace_back());
        normalise(rows.back());
    }
    return true;
}

}  // namespace

Bytes pack_samples(std::span<const Sample> samples) { return pack(samples); }
Bytes pack_tx_reports(std::span<const TxReport> reports) { return pack(reports); }
Bytes pack_fates(std::span<const WireFate> fates) { return pack(fates); }
bool unpack_samples(ByteView rows, std::vector<Sample>& samples) { return unpack(rows, samples); }
bool unpack_tx_reports(ByteView rows, std::vector<TxReport>& reports) { return unpack(rows, reports); }
bool unpack_fates(ByteView rows, std::vector<WireFate>& fates) { return unpack(rows, fates); }

}  // namespace wirestory

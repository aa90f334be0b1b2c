#include "analysis/messages.hpp"

#include <algorithm>

namespace wirestory::analysis {
namespace {

void add(StreamLedger& ledger, ByteRange range, std::uint32_t call) {
    ledger.messages.push_back({range, call, static_cast<std::uint32_t>(ledger.messages.size() + 1)});
}

void name_by_step(const Recording& recording, StreamLedger& ledger) {
    std::int32_t step = kNoStep;
    for (const Written& written : ledger.written) {
        const Call& call = recording.calls[written.call];
        if (step != kNoStep && call.step == step && !ledger.messages.empty())
            ledger.messages.back().range.end = written.range.end;
        else
            add(ledger, written.range, written.call);
        step = call.step;
    }
}

class Framer {
public:
    Framer(const Recording& recording, StreamLedger& ledger)
        : recording_(recording), framing_(recording.story.framing), ledger_(ledger) {}

    // False when the bytes written are not all in the recording: nobody can say where messages end then.
    bool run() {
        for (const Written& written : ledger_.written)
            if (recording_.calls[written.call].payload.size() != written.range.size()) return false;
        for (const Written& written : ledger_.written) take(written);
        const StreamOffset end = ledger_.written.empty() ? 0 : ledger_.written.back().range.end;
        if (begin_ < end) add(ledger_, {begin_, end}, call_at(begin_));
        return true;
    }

private:
    void take(const Written& written) {
        const Bytes& payload = recording_.calls[written.call].payload;
        if (end_ > 0 && written.range.end < end_) return;  // inside a message whose length is known
        if (end_ > 0) cut(end_);
        const StreamOffset from = std::max(begin_ + pending_.size(), written.range.begin);
        const auto skipped = static_cast<std::size_t>(from - written.range.begin);
        pending_.insert(pending_.end(), payload.begin() + static_cast<std::ptrdiff_t>(skipped), payload.end());
        cut_pending(written.range.end);
    }

    // Cuts whole messages off what is pending; `written` is the end of what was written so far.
    void cut_pending(StreamOffset written) {
        std::size_t at = 0;
        while (at < pending_.size()) {
            const ByteView rest = ByteView(pending_).subspan(at);
            const std::size_t known = at == 0 ? searched_ : 0;
            const auto size = size_of(rest, known);
            if (!size) break;
            if (begin_ + *size > written) {
                end_ = begin_ + *size;
                pending_.clear();
                searched_ = 0;
                return;
            }
            at += static_cast<std::size_t>(*size);
            cut(begin_ + *size);
        }
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(std::min(at, pending_.size())));
        searched_ = pending_.size();
    }

    // A delimiter is not looked for twice in the same bytes: a long message comes in many sends.
    [[nodiscard]] std::optional<std::uint64_t> size_of(ByteView rest, std::size_t searched) const {
        std::size_t skip = 0;
        if (framing_.kind == FramingKind::kDelimiter) {
            const std::size_t mark = framing_.delimiter.size();
            skip = searched > mark ? searched - mark : 0;
        }
        const auto size = message_bytes(framing_, rest.subspan(skip));
        if (!size) return size;
        return *size + skip;
    }

    void cut(StreamOffset end) {
        add(ledger_, {begin_, end}, call_at(begin_));
        begin_ = end;
        end_ = 0;
    }

    [[nodiscard]] std::uint32_t call_at(StreamOffset offset) const {
        const auto writes = writes_in(ledger_, {offset, offset + 1});
        return writes.empty() ? kNoIndex : writes.front().call;
    }

    const Recording& recording_;
    const Framing& framing_;
    StreamLedger& ledger_;
    StreamOffset begin_ = 0;    // of the message being cut
    StreamOffset end_ = 0;      // of it, when known beforehand; 0: not yet
    Bytes pending_;             // its first bytes, as far as they must be looked at
    std::size_t searched_ = 0;  // of them, in vain
};

}  // namespace

void name_messages(const Recording& recording, StreamLedger& ledger) {
    ledger.messages.clear();
    if (recording.story.framing.present() && Framer(recording, ledger).run()) return;
    ledger.messages.clear();
    name_by_step(recording, ledger);
}

}  // namespace wirestory::analysis

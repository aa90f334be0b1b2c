// Segments that carry other bytes than an earlier one did at the same place of the stream. A TCP never does that
// (RFC 9293, 3.8.1: what is sent again is the same data); so somebody in between changed or forged one of them, and
// which bytes the program got depends on what its kernel keeps: Wireshark's "conflicting data in segment overlap". Each
// byte is compared with the first segment that carried it, as far as both were captured: linear in the bytes.
#include <algorithm>
#include <map>

#include "analysis/findings/finders.hpp"
#include "analysis/flow_table.hpp"
#include "analysis/tcp/segment_flags.hpp"

namespace wirestory::analysis {
namespace {

class OverlapFinder {
public:
    OverlapFinder(const FinderContext& context, StreamId id, std::vector<Finding>& findings)
        : context_(context), id_(id), findings_(findings) {}

    void find() {
        if (!repeats()) return;
        for (const std::uint32_t packet : context_.flow(id_).packets) {
            if (carries(packet)) add(packet);
        }
    }

private:
    struct First {
        StreamOffset end = 0;
        StreamOffset payload_begin = 0;  // where the segment's own payload begins
        std::uint32_t packet = kNoPacket;
    };

    // Keep-alives may carry a byte of garbage (RFC 9293, 3.8.4).
    [[nodiscard]] bool carries(std::uint32_t packet) const {
        return context_.from(packet) == id_.from && context_.payload_bytes(packet) > 0 &&
               !context_.has(packet, capture::kRst) && (context_.segment_flags(packet) & kKeepAlive) == 0;
    }
    [[nodiscard]] ByteRange range_of(std::uint32_t packet) const {
        return {context_.offset(packet), context_.offset(packet) + context_.payload_bytes(packet)};
    }
    // Most streams carry nothing twice: then there is nothing to keep.
    [[nodiscard]] bool repeats() const {
        StreamOffset highest = 0;
        for (const std::uint32_t packet : context_.flow(id_).packets) {
            if (!carries(packet)) continue;
            if (context_.offset(packet) < highest) return true;
            highest = std::max(highest, range_of(packet).end);
        }
        return false;
    }
    [[nodiscard]] ByteView payload(std::uint32_t packet) const {
        const capture::DecodedPacket decoded = decode_packet(context_.recording(), packet);
        return decoded.fragment ? ByteView{} : decoded.payload;
    }

    void add(std::uint32_t packet);
    [[nodiscard]] StreamOffset first_difference(std::uint32_t packet, const First& first, ByteRange common) const;
    void report(std::uint32_t packet, const First& first, ByteRange differing);

    const FinderContext& context_;
    StreamId id_;
    std::vector<Finding>& findings_;
    std::map<StreamOffset, First> firsts_;  // by begin; disjoint
};

// Where they overlap, compared; where nobody carried the bytes before, remembered.
void OverlapFinder::add(std::uint32_t packet) {
    const ByteRange range = range_of(packet);
    StreamOffset at = range.begin;
    auto next = firsts_.upper_bound(at);
    if (next != firsts_.begin() && std::prev(next)->second.end > at) --next;
    while (at < range.end) {
        if (next == firsts_.end() || next->first > at) {
            const StreamOffset end = next == firsts_.end() ? range.end : std::min(range.end, next->first);
            firsts_.emplace_hint(next, at, First{end, range.begin, packet});
            at = end;
            continue;
        }
        const ByteRange common{at, std::min(range.end, next->second.end)};
        const StreamOffset differs = first_difference(packet, next->second, common);
        if (differs < common.end) return report(packet, next->second, {differs, common.end});
        at = common.end;
        ++next;
    }
}

StreamOffset OverlapFinder::first_difference(std::uint32_t packet, const First& first, ByteRange common) const {
    const ByteView now = payload(packet);
    const ByteView before = payload(first.packet);
    const std::size_t now_at = common.begin - context_.offset(packet);
    const std::size_t before_at = common.begin - first.payload_begin;
    if (now_at >= now.size() || before_at >= before.size()) return common.end;
    const std::size_t bytes =
        std::min({static_cast<std::size_t>(common.size()), now.size() - now_at, before.size() - before_at});
    const auto here = now.subspan(now_at, bytes);
    const auto difference = std::mismatch(here.begin(), here.end(), before.begin() + static_cast<long>(before_at));
    return difference.first == here.end() ? common.end
                                          : common.begin + static_cast<StreamOffset>(difference.first - here.begin());
}

void OverlapFinder::report(std::uint32_t packet, const First& first, ByteRange differing) {
    Finding finding = finding_about(context_, FindingKind::kOverlapConflict, id_);
    finding.begin_ns = context_.packet_time(packet);
    finding.end_ns = finding.begin_ns;
    finding.range = differing;
    finding.count = 1;
    finding.amount = context_.recording().packets.number(first.packet);
    finding.events = {{EventKind::kPacket, packet}, {EventKind::kPacket, first.packet}};
    findings_.push_back(std::move(finding));
}

}  // namespace

void find_overlap_conflicts(const FinderContext& context, FlowId flow, std::vector<Finding>& findings) {
    for (const Side side : {Side::kInitiator, Side::kResponder}) OverlapFinder(context, {flow, side}, findings).find();
}

}  // namespace wirestory::analysis

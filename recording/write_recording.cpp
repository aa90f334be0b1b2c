#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "recording/block_file.hpp"
#include "recording/recording_writer.hpp"

namespace wirestory {

namespace {

// One thing that stands at a time in the file.
struct Item {
    enum class What : std::uint8_t {
        kChange,
        kCall,
        kPacket,
        kResumed
    };  // in the order of equal times: cause before effect
    TimeNs time_ns = 0;
    What what = What::kCall;
    std::uint32_t index = 0;
};

bool in_two_entries(const Call& call) { return call.slept && call.returned_at_all(); }

std::vector<Item> items_in_order(const Recording& recording) {
    std::vector<Item> items;
    items.reserve(recording.packets.size() + 2 * recording.calls.size());
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i) {
        items.push_back({recording.packets.time_ns(i), Item::What::kPacket, i});
    }
    for (std::uint32_t i = 0; i < recording.calls.size(); ++i) {
        const Call& call = recording.calls[i];
        items.push_back({call.enter_ns, Item::What::kCall, i});
        if (in_two_entries(call)) items.push_back({call.exit_ns, Item::What::kResumed, i});
    }
    for (std::uint32_t i = 0; i < recording.wire_changes.size(); ++i) {
        items.push_back({recording.wire_changes[i].time_ns, Item::What::kChange, i});
    }
    std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.what < b.what;
    });
    return items;
}

void write_call_item(EntryWriter& entries, const Recording& recording, const Item& item) {
    const Call& call = recording.calls[item.index];
    const std::uint64_t key = item.index;
    if (item.what == Item::What::kResumed) return entries.call(recording, call, key, CallPhase::kResumed);
    if (!call.returned_at_all()) return entries.call(recording, call, key, CallPhase::kUnfinished);
    if (!in_two_entries(call)) return entries.call(recording, call, key, CallPhase::kWhole);
    // Its first entry tells what was known when it fell asleep.
    Call unfinished = call;
    unfinished.exit_ns = kNeverReturned;
    if (reads_data(call.kind)) unfinished.payload.clear();
    entries.call(recording, unfinished, key, CallPhase::kUnfinished);
}

// Comments that a file came with stay where nothing new is said.
std::string_view comment_of(const Recording& recording, const std::map<std::uint32_t, std::string>& comments,
                            std::uint32_t packet) {
    if (const auto given = comments.find(packet); given != comments.end()) return given->second;
    const auto kept = recording.packets.comments().find(packet);
    return kept == recording.packets.comments().end() ? std::string_view() : kept->second;
}

Status write_items(BlockFile& file, const Recording& recording, const std::map<std::uint32_t, std::string>& comments) {
    for (const Item& item : items_in_order(recording)) {
        if (item.what == Item::What::kPacket) {
            const PacketRecord packet = recording.packets.record(item.index);
            if (packet.tap >= file.tap_count()) {
                return fail("write " + file.path() + ": packet of a tap that was not announced");
            }
            file.write_packet(packet, comment_of(recording, comments, item.index));
        } else if (item.what == Item::What::kChange) {
            file.entries().wire_change(recording.wire_changes[item.index]);
        } else {
            write_call_item(file.entries(), recording, item);
        }
        if (Status pushed = file.push_when_full(); !pushed) return pushed;
    }
    return {};
}

Status write_all(BlockFile& file, const Recording& recording, const std::map<std::uint32_t, std::string>& comments) {
    const bool ours = recording.complete || recording.story.present() || !recording.calls.empty() ||
                      !recording.sockets.empty() || !recording.samples.empty() || !recording.facts.empty();
    const TimeNs last = recording.last_time_ns();
    file.write_header(recording);
    if (ours) file.entries().begin(recording, recording.first_time_ns());
    if (Status items = write_items(file, recording, comments); !items) return items;
    file.entries().samples(recording.samples);
    file.entries().tx_reports(recording.tx_reports);
    file.entries().fates(recording.fates);
    file.write_statistics(recording, last);
    if (ours) file.entries().end(recording, last, false, recording.complete);
    return file.close();
}

}  // namespace

Status write_recording(const std::string& path, const Recording& recording,
                       const std::map<std::uint32_t, std::string>& comments) {
    const std::string temporary = fmt::format("{}.tmp-{}", path, ::getpid());
    auto file = BlockFile::create(temporary);
    if (!file) return tl::unexpected(file.error());
    Status written = write_all(**file, recording, comments);
    if (written && std::rename(temporary.c_str(), path.c_str()) != 0) {
        written = fail_errno(fmt::format("rename {} to {}", temporary, path), errno);
    }
    if (!written) ::unlink(temporary.c_str());
    return written;
}

}  // namespace wirestory

// Opening in two steps, and what is asked of large captures in the background. Nothing here rests on how long anything
// takes: the opener waits for the test, or the test for the opener.
#include <future>
#include <memory>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "viz/app/app_model.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/document_loader.hpp"
#include "viz/app/model_work.hpp"

namespace wirestory::viz {
namespace {

// The packets of a small exchange again and again, as a capture without calls: every time two flows more.
Recording repeated(std::size_t packets) {
    const Recording once = test::nagle_recording();
    const DurationNs length = once.last_time_ns() - once.first_time_ns() + kMillisecondNs;
    Recording recording;
    recording.path = "repeated.pcap";
    recording.taps = once.taps;
    for (std::size_t i = 0; i < packets; ++i) {
        PacketRecord packet = once.packets.record(i % once.packets.size());
        packet.time_ns += static_cast<DurationNs>(i / once.packets.size()) * length;
        packet.packet_id = 0;
        recording.packets.append_copy(packet);
    }
    return recording;
}

Document document_of(Recording recording) {
    Document document;
    const auto shared = std::make_shared<const Recording>(std::move(recording));
    document.analysis = std::make_shared<const analysis::Analysis>(analysis::analyse(*shared));
    document.recording = shared;
    return document;
}

constexpr std::size_t kFewPackets = 300;
constexpr std::size_t kManyPackets = 1'000;

template <class Take>
auto wait_for(const Take& take) {
    for (;;) {
        if (auto taken = take()) return std::move(*taken);
        std::this_thread::yield();
    }
}

TEST_CASE("of a large file the first packets come, then the whole") {
    std::promise<void> first_shown;
    DocumentLoader loader;
    loader.start(
        [&, shown = first_shown.get_future().share()](const std::string& path,
                                                      OpeningSteps& steps) -> Result<Document> {
            CHECK(path == "some.pcap");
            CHECK(steps.wants_first());
            steps.hand_over_first(document_of(repeated(kFewPackets)));
            shown.wait();
            CHECK(steps.reading(kManyPackets, 10, 10));
            CHECK(steps.indexing(kManyPackets, kManyPackets));
            return document_of(repeated(kManyPackets));
        },
        "some.pcap", AxisMode::kSqueezed, true);
    const PreparedDocument first = wait_for([&] { return loader.take_first(); });
    CHECK(first.packet_rows.size() == kFewPackets);
    CHECK_FALSE(loader.take_whole().has_value());
    CHECK(loader.running());
    first_shown.set_value();
    const auto whole = wait_for([&] { return loader.take_whole(); });
    REQUIRE(whole.has_value());
    CHECK(whole->packet_rows.size() == kManyPackets);
    CHECK(whole->events.size() == kManyPackets);
    CHECK(whole->timeline_index != nullptr);
    CHECK_FALSE(loader.running());
    CHECK_FALSE(loader.take_first().has_value());
}

TEST_CASE("opening that is put off ends soon, and gives nothing") {
    DocumentLoader loader;
    std::promise<void> begun;
    const auto endless = [&](const std::string&, OpeningSteps& steps) -> Result<Document> {
        begun.set_value();
        while (steps.reading(1, 1, 2)) std::this_thread::yield();
        return fail("put off");
    };
    loader.start(endless, "endless.pcap", AxisMode::kSqueezed, false);
    begun.get_future().wait();
    CHECK(loader.running());
    loader.cancel();
    CHECK_FALSE(loader.running());
    CHECK_FALSE(loader.take_whole().has_value());
    // Another one at once, and one that the destructor puts off.
    begun = {};
    loader.start(endless, "endless.pcap", AxisMode::kSqueezed, false);
    begun.get_future().wait();
    loader.start([](const std::string&, OpeningSteps&) -> Result<Document> { return fail("it is a directory"); }, ".",
                 AxisMode::kSqueezed, true);
    const auto whole = wait_for([&] { return loader.take_whole(); });
    REQUIRE_FALSE(whole.has_value());
    CHECK(whole.error().message == "it is a directory");
    begun = {};
    loader.start(endless, "endless.pcap", AxisMode::kSqueezed, false);
    begun.get_future().wait();
}

TEST_CASE("when the whole comes, what the user chose stays") {
    AppModel model;
    set_document(model, document_of(repeated(kFewPackets)));
    model.beginning_only = true;
    model.filter = "tcp.flags.syn == 1";
    REQUIRE(apply_filter(model));
    select(model, {EventKind::kPacket, 7});
    zoom_around(model, 4, 0.25F);
    model.tab = Tab::kBytes;
    const TimeNs left = model.axis.time_at(model.view.pan);
    const TimeNs right = model.axis.time_at(model.view.pan + 1 / model.view.zoom);
    ModelWork work;
    work.finish(model);
    continue_document(model, prepare(document_of(repeated(kManyPackets)), AxisMode::kSqueezed));
    CHECK_FALSE(model.beginning_only);
    CHECK(model.packet_rows.size() == kManyPackets);
    CHECK(model.view.selected == EventRef{EventKind::kPacket, 7});
    CHECK(model.tab == Tab::kBytes);
    const DurationNs tolerance = (right - left) / 100;
    CHECK(std::abs(model.axis.time_at(model.view.pan) - left) < tolerance);
    CHECK(std::abs(model.axis.time_at(model.view.pan + 1 / model.view.zoom) - right) < tolerance);
    REQUIRE(model.view.filter != nullptr);
    const std::size_t before = model.view.filter->packet_list.size();
    work.finish(model);
    CHECK(model.applied_filter == "tcp.flags.syn == 1");
    CHECK(model.view.filter->packet_list.size() > 2 * before);
}

TEST_CASE("packets that jump back in time keep their selection") {
    Recording few = repeated(kFewPackets);
    Recording many = repeated(kFewPackets);
    PacketRecord early = many.packets.record(0);
    early.time_ns -= kSecondNs;
    many.packets.append_copy(early);
    many.packets.sort_by_time();
    AppModel model;
    set_document(model, document_of(std::move(few)));
    select(model, {EventKind::kPacket, 7});
    continue_document(model, prepare(document_of(std::move(many)), AxisMode::kSqueezed));
    CHECK(model.view.selected == EventRef{EventKind::kPacket, 8});
}

TEST_CASE("a large capture is filtered in the background; a newer filter replaces an older one") {
    AppModel model;
    set_document(model, document_of(repeated(kAtOncePackets + 1)));
    ModelWork work;
    model.filter = "frame.number == 5";
    REQUIRE(apply_filter(model));
    CHECK(model.view.filter == nullptr);
    work.poll(model);
    CHECK(model.filter_share.has_value());
    model.filter = "frame.number < 4";
    REQUIRE(apply_filter(model));
    work.finish(model);
    CHECK_FALSE(model.filter_share.has_value());
    REQUIRE(model.view.filter != nullptr);
    CHECK(model.view.filter->packet_list == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(model.applied_filter == "frame.number < 4");
    // Esc gives up the next one and leaves this.
    model.filter = "finding == retransmission";
    REQUIRE(apply_filter(model));
    work.poll(model);
    apply(model, Command::kClearSelection);
    work.finish(model);
    CHECK(model.view.filter->packet_list.size() == 3);
    CHECK(model.filter == "frame.number < 4");
    apply(model, Command::kClearFilter);
    CHECK(model.view.filter == nullptr);
}

TEST_CASE("what carries the same bytes in a very long flow is found in the background") {
    const Recording once = test::nagle_recording();
    Recording recording;
    recording.taps = once.taps;
    for (std::size_t i = 0; i <= kAtOncePackets; ++i) {
        PacketRecord packet = once.packets.record(3);  // behind the handshake
        packet.time_ns += static_cast<DurationNs>(i) * kMicrosecondNs;
        packet.packet_id = 0;
        recording.packets.append_copy(packet);
    }
    AppModel model;
    set_document(model, document_of(std::move(recording)));
    REQUIRE(model.analysis().flows.size() == 1);
    select(model, {EventKind::kPacket, 0});
    CHECK(model.view.trace_pending);
    CHECK(model.selection.events.empty());
    CHECK(model.analysis().lacks_ledgers(0));
    ModelWork work;
    work.finish(model);
    CHECK_FALSE(model.view.trace_pending);
    CHECK(model.view.selected == EventRef{EventKind::kPacket, 0});
    CHECK_FALSE(model.selection.events.empty());
    CHECK_FALSE(model.analysis().lacks_ledgers(0));
}

TEST_CASE("of a large capture the details of the selected flow come when it is selected") {
    AppModel model;
    set_document(model, document_of(repeated(kAtOncePackets + 1)));
    REQUIRE(model.analysis().has_late(0));
    CHECK(model.analysis().states.empty());
    ModelWork work;
    work.finish(model);
    CHECK(model.late_flow.flow == analysis::kNoFlow);
    select(model, {EventKind::kPacket, 3});
    const std::uint64_t before = model.details_revision;
    work.finish(model);
    CHECK(model.late_flow.flow == model.analysis().packets.flow[3]);
    CHECK_FALSE(model.late_flow.states.empty());
    CHECK(model.details_revision > before);
    std::size_t rows = 0;
    for (const PartyTracks& tracks : model.timeline_index->tracks()) rows += tracks.state_rows.size();
    CHECK(rows >= 2);
    model.late_findings.wanted = true;
    work.finish(model);
    CHECK(model.late_findings.complete);
    std::size_t expected = model.analysis().findings.size();
    for (analysis::FlowId flow = 0; flow < model.analysis().flows.size(); ++flow) {
        expected += model.analysis().find_late(flow).size();
    }
    CHECK(expected > 0);
    CHECK(model.late_findings.rows.size() == expected);
}

}  // namespace
}  // namespace wirestory::viz

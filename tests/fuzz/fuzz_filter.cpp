// libFuzzer: any text as a display filter. Compiling and its errors must neither crash nor hang, errors must stand at a
// place that exists, and what compiles is asked of a recording with calls, packets and findings.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analysis/filter/hits.hpp"
#include "tests/support/sample_recordings.hpp"

namespace {

struct Subject {
    wirestory::Recording recording = wirestory::test::nagle_recording();
    wirestory::analysis::Analysis analysis = wirestory::analysis::analyse(recording);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Subject subject;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto filter = wirestory::analysis::Filter::compile(text);
    if (!filter) {
        const auto& error = filter.error();
        if (error.message.empty() || error.begin > text.size() || error.length == 0) std::abort();
        if (format_filter_error(text, error).empty()) std::abort();
        return 0;
    }
    const auto hits = find_hits(*filter, subject.recording, subject.analysis);
    if (hits.packets.size() != subject.recording.packets.size()) std::abort();
    return 0;
}

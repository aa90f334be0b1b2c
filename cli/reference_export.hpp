// `show --reference`: what the decoders and the TCP analysis say of every packet, one JSON object a line, in the layout
// that results of other analysers are compared in (capture, packet and conv lines). For checking us, not for people.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "recording/recording_reader.hpp"

namespace wirestory::cli {

// Takes a piece of the output; false when it wants no more.
using ReferenceSink = std::function<bool(std::string_view)>;

// All lines of an opened file; false when the sink wanted no more.
bool export_reference(const Recording& recording, const analysis::Analysis& analysis, const ReferenceSink& sink);
// The one line of a file that could not be opened.
void export_unopened_reference(const std::string& path, const OpenError& error, const ReferenceSink& sink);

}  // namespace wirestory::cli

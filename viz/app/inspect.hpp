// What the inspector says of a packet, a call or a socket, as names and values: pure, so that it is under test without
// a window. Field names are those of the standards, in English; everything else comes in the language asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "base/locale.hpp"
#include "recording/recording.hpp"

namespace wirestory::viz {

struct Field {
    std::string name;
    std::string value;
};
struct FieldGroup {
    std::string title;      // "TCP  43210 → 9000"
    std::size_t begin = 0;  // bytes of the frame that this layer's header or payload takes
    std::size_t end = 0;
    std::vector<Field> fields;
};

// Frame, link layer, IP, TCP or UDP, payload: the layers that were decoded.
std::vector<FieldGroup> packet_layers(const Recording& recording, const analysis::Analysis& analysis,
                                      std::uint32_t packet, Language language);
// Where and when it left and arrived, and what the wire did to it; no title where there is no wire.
FieldGroup wire_fields(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet,
                       Language language);
// How the TCP connection began, went and ended; no title for what is none. Reads all packets of the flow.
FieldGroup flow_fields(const Recording& recording, const analysis::Analysis& analysis, analysis::FlowId flow,
                       Language language);
FieldGroup call_fields(const Recording& recording, const Call& call, Language language);

// The sample of `socket` nearest to `time` among those taken beside the calls, which have all figures.
std::optional<std::uint32_t> nearest_sample(const Recording& recording, SocketId socket, TimeNs time);

// A sample, and the moment of the event that it is compared with.
struct KernelView {
    std::uint32_t sample = 0;
    TimeNs event_ns = 0;
};
// Of a call: its socket at entry and at return (only what the call can change was read there), and the nearest full
// sample. Of a packet: the first full sample of each end's socket after it.
std::vector<KernelView> kernel_views(const Recording& recording, const analysis::Analysis& analysis, EventRef event);
// The first field says when it was read, and how far from the event.
FieldGroup sample_fields(const Recording& recording, const Sample& sample, TimeNs event_time, Language language);

// What the kernel reported of a send: when it was handed to the device, left, was acknowledged. No title: it has no
// reports. A title without fields: the kernel merged its bytes with a later send's.
FieldGroup report_fields(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t call,
                         Language language);

// Sockets at both ends of what the event speaks of; one for calls.
std::vector<SocketId> sockets_of(const Recording& recording, const analysis::Analysis& analysis, EventRef event);
// Indices of those of `findings` (Analysis::findings, or of one flow) that rest on the event or on its bytes.
std::vector<std::uint32_t> findings_of(const std::vector<analysis::Finding>& findings, EventRef event,
                                       const analysis::ByteTrace& bytes);

// "0000  45 00 ...  E..." lines of 16 bytes (or fewer a line).
std::vector<std::string> hex_lines(ByteView bytes, std::size_t first_offset, std::size_t per_line);

}  // namespace wirestory::viz

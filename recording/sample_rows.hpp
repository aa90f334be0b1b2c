// Samples, TX reports and fates as packed rows of fixed size (docs/recording.md, "Rows"): little-endian, with a header
// that tells version, row size and count, so that a later version may lengthen the rows and an older reader still reads
// what it knows. Pure; untrusted input.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "recording/block_buffer.hpp"
#include "recording/sample.hpp"
#include "recording/wire_fate.hpp"

namespace wirestory {

Bytes pack_samples(std::span<const Sample> samples);
Bytes pack_tx_reports(std::span<const TxReport> reports);
Bytes pack_fates(std::span<const WireFate> fates);

// Append to the vector; false when the rows are of no version we know or contradict their header.
bool unpack_samples(ByteView rows, std::vector<Sample>& samples);
bool unpack_tx_reports(ByteView rows, std::vector<TxReport>& reports);
bool unpack_fates(ByteView rows, std::vector<WireFate>& fates);

}  // namespace wirestory

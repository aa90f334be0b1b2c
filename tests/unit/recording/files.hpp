// Temporary files, whole files as bytes, and pcapng blocks of either byte order for the tests of recording/.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "recording/recording_reader.hpp"
#include "tests/support/catch.hpp"

namespace wirestory::test {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "wirestory-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
    }

private:
    std::filesystem::path path_;
};

inline Bytes file_bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return to_bytes(std::string(std::istreambuf_iterator<char>(in), {}));
}

// Reads from a copy of exactly these bytes on the heap, so that the address sanitizer sees a read beyond them.
inline Result<Recording> read_bytes(ByteView bytes) {
    auto copy = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
    return read_pcapng(*copy, copy);
}

inline Recording read_file(const std::string& path) {
    auto recording = read_bytes(file_bytes(path));
    REQUIRE(recording);
    return std::move(*recording);
}

// Writes numbers in a byte order of choice: what our own writer, which knows one, cannot make.
class Blocks {
public:
    explicit Blocks(bool big_endian) : big_endian_(big_endian) {}

    Blocks& number(std::uint64_t value, unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i) {
            const unsigned shift = 8 * (big_endian_ ? bytes - 1 - i : i);
            body_.push_back(static_cast<std::byte>(value >> shift));
        }
        return *this;
    }
    Blocks& u8(std::uint64_t value) { return number(value, 1); }
    Blocks& u16(std::uint64_t value) { return number(value, 2); }
    Blocks& u32(std::uint64_t value) { return number(value, 4); }
    Blocks& u64(std::uint64_t value) { return number(value, 8); }
    Blocks& time(std::uint64_t ticks) { return u32(ticks >> 32U).u32(ticks & 0xFFFFFFFFU); }
    Blocks& text(std::string_view value) {
        const ByteView view = as_bytes(value);
        body_.insert(body_.end(), view.begin(), view.end());
        while (body_.size() % 4 != 0) body_.push_back(std::byte{0});
        return *this;
    }
    Blocks& option(unsigned code, std::string_view value) { return u16(code).u16(value.size()).text(value); }

    // Ends the block: everything since the last end() is its body.
    Blocks& end(std::uint32_t type) {
        const Bytes body = std::move(body_);
        body_ = std::move(file_);
        const std::size_t total = body.size() + 12;
        u32(type).u32(total);
        body_.insert(body_.end(), body.begin(), body.end());
        u32(total);
        file_ = std::move(body_);
        body_ = {};
        return *this;
    }
    Blocks& section() { return u32(0x1A2B3C4D).u16(1).u16(0).u64(~0ULL).end(0x0A0D0D0A); }
    [[nodiscard]] const Bytes& file() const { return file_; }

private:
    bool big_endian_;
    Bytes body_;
    Bytes file_;
};

}  // namespace wirestory::test

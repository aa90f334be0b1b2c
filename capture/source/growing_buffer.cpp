#include "capture/source/growing_buffer.hpp"

#include <cerrno>

#include <sys/mman.h>

#include "base/messages.hpp"

namespace wirestory::capture {

namespace {

constexpr std::size_t kFirstBytes = 1U << 20U;

}  // namespace

GrowingBuffer::~GrowingBuffer() {
    if (data_ != nullptr) ::munmap(data_, reserved_);
}

Result<std::span<std::byte>> GrowingBuffer::room() {
    if (size_ == reserved_) {
        const std::size_t wanted = reserved_ == 0 ? kFirstBytes : reserved_ * 2;
        void* grown = data_ == nullptr ? ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE,
                                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                       : ::mremap(data_, reserved_, wanted, MREMAP_MAYMOVE);
        if (grown == MAP_FAILED) return fail_errno(tr("reserve memory for the capture"), errno);
        data_ = static_cast<std::byte*>(grown);
        reserved_ = wanted;
    }
    return std::span<std::byte>(data_ + size_, reserved_ - size_);
}

}  // namespace wirestory::capture

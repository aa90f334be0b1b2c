// GL drivers and fontconfig lose a little memory of their own; it is not ours to free, so the leak check looks away
// while they are first used.
#pragma once

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace wirestory::test {

struct IgnoreForeignLeaks {
#ifdef __SANITIZE_ADDRESS__
    __lsan::ScopedDisabler disabled;
#endif
};

}  // namespace wirestory::test

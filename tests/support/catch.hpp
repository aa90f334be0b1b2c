// Catch2 v2 (Debian 12, Ubuntu 22.04) and v3 (Ubuntu 24.04) behind one include.
#pragma once

#ifdef WIRESTORY_CATCH2_V3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

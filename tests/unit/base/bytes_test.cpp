#include "base/bytes.hpp"

#include <fcntl.h>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;

TEST_CASE("a reader that runs out of bytes fails and yields zeros ever after") {
    ByteReader reader{as_bytes("\x01\x02\x03")};
    CHECK(reader.be16() == 0x0102);
    CHECK(reader.be32() == 0);
    CHECK(reader.failed());
    CHECK(reader.u8() == 0);
    CHECK(reader.position() == 2);
}

TEST_CASE("both byte orders are read") {
    const std::string_view bytes{"\x01\x02\x03\x04\x05\x06\x07\x08", 8};
    CHECK(ByteReader{as_bytes(bytes)}.be64() == 0x0102030405060708ULL);
    CHECK(ByteReader{as_bytes(bytes)}.le64() == 0x0807060504030201ULL);
    CHECK(ByteReader{as_bytes(bytes)}.le16() == 0x0201);
}

TEST_CASE("addresses are read, ordered and written") {
    const auto v4 = IpAddress::parse("127.0.0.2");
    REQUIRE(v4);
    CHECK(v4->v4_host_order() == 0x7F000002);
    CHECK(IpAddress::v4(0x7F000002) == *v4);
    CHECK(Endpoint{*v4, 9000}.to_string() == "127.0.0.2:9000");
    const auto v6 = IpAddress::parse("::1");
    REQUIRE(v6);
    CHECK(Endpoint{*v6, 80}.to_string() == "[::1]:80");
    CHECK_FALSE(IpAddress::parse("127.0.0.256").has_value());
    CHECK_FALSE(IpAddress::parse("").has_value());
    CHECK(EndpointHash{}(Endpoint{*v4, 1}) != EndpointHash{}(Endpoint{*v4, 2}));
}

TEST_CASE("a descriptor is closed once, by its last owner") {
    int number = -1;
    {
        UniqueFd first{open("/dev/null", O_RDONLY)};
        REQUIRE(first);
        number = first.get();
        UniqueFd second{std::move(first)};
        CHECK_FALSE(first);
        CHECK(second.get() == number);
        CHECK(fcntl(number, F_GETFD) >= 0);
    }
    CHECK(fcntl(number, F_GETFD) < 0);
}

TEST_CASE("an error names the attempt and the reason") {
    const Result<int> failed = fail_errno("bind 127.0.0.2:9000", EADDRINUSE);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message == "bind 127.0.0.2:9000: Address already in use");
    CHECK(failed.error().error_number == EADDRINUSE);
}

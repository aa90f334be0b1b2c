// The LINKTYPE_ numbers of capture files (https://www.tcpdump.org/linktypes.html) that decode() knows a way through.
#pragma once

#include <cstdint>

namespace wirestory::capture {

constexpr std::uint32_t kLinkNull = 0;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::uint32_t kLinkTokenRing = 6;
constexpr std::uint32_t kLinkArcnet = 7;
constexpr std::uint32_t kLinkPpp = 9;
constexpr std::uint32_t kLinkFddi = 10;
constexpr std::uint32_t kLinkPppHdlc = 50;
constexpr std::uint32_t kLinkPppEthernet = 51;
constexpr std::uint32_t kLinkAtmRfc1483 = 100;
constexpr std::uint32_t kLinkRaw = 101;
constexpr std::uint32_t kLinkCiscoHdlc = 104;
constexpr std::uint32_t kLinkWlan = 105;
constexpr std::uint32_t kLinkFrameRelay = 107;
constexpr std::uint32_t kLinkLoop = 108;
constexpr std::uint32_t kLinkLinuxSll = 113;
constexpr std::uint32_t kLinkPrism = 119;
constexpr std::uint32_t kLinkIpOverFibreChannel = 122;
constexpr std::uint32_t kLinkSunAtm = 123;
constexpr std::uint32_t kLinkRadiotap = 127;
constexpr std::uint32_t kLinkLinuxArcnet = 129;
constexpr std::uint32_t kLinkApple1394 = 138;
constexpr std::uint32_t kLinkUser2 = 149;  // what Apple's systems wrote before PKTAP had a number
constexpr std::uint32_t kLinkWlanAvs = 163;
constexpr std::uint32_t kLinkPppWithDirection = 204;
constexpr std::uint32_t kLinkCiscoHdlcWithDirection = 205;
constexpr std::uint32_t kLinkFrameRelayWithDirection = 206;
constexpr std::uint32_t kLinkPpi = 192;
constexpr std::uint32_t kLinkMpls = 219;
constexpr std::uint32_t kLinkIpnet = 226;
constexpr std::uint32_t kLinkIpv4 = 228;
constexpr std::uint32_t kLinkIpv6 = 229;
constexpr std::uint32_t kLinkNflog = 239;
constexpr std::uint32_t kLinkPktap = 258;
constexpr std::uint32_t kLinkEthernetMpacket = 274;
constexpr std::uint32_t kLinkLinuxSll2 = 276;

// Numbers that files use beside the ones above: DLT_RAW as various systems wrote it.
constexpr std::uint32_t kDltRaw = 12;
constexpr std::uint32_t kDltRawOpenBsd = 14;

}  // namespace wirestory::capture

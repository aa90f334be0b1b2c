#!/usr/bin/env python3
"""Makes the small captures of this folder: one for each file format and link type that is read.

Every link-*.pcap holds the same two packets behind another link layer: a UDP datagram 10.0.0.1:53 > 10.0.0.2:4096 "hey",
and a TCP segment 10.0.0.1:40000 > 10.0.0.2:9000 "hello"; link-*-v6.pcap the same over IPv6. The formats hold the Ethernet
ones. Usage: make_captures.py [--check]    (--check: fail when a file differs from what would be made)
"""
import gzip
import pathlib
import struct
import subprocess
import sys

FOLDER = pathlib.Path(__file__).parent


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


V4 = (bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
V6 = (bytes.fromhex("fd000000000000000000000000000001"), bytes.fromhex("fd000000000000000000000000000002"))


def pseudo_header(ends, protocol, length):
    return ends[0] + ends[1] + struct.pack(">II", length, protocol)


def udp(ends, payload=b"hey", ports=(53, 4096)):
    header = struct.pack(">HHHH", ports[0], ports[1], 8 + len(payload), 0)
    total = checksum(pseudo_header(ends, 17, 8 + len(payload)) + header + payload)
    return header[:6] + struct.pack(">H", total or 0xFFFF) + payload


def tcp(ends, payload=b"hello"):
    options = bytes([1, 1, 8, 10]) + struct.pack(">II", 1, 2)
    header = struct.pack(">HHIIBBHHH", 40000, 9000, 100, 200, 0x80, 0x18, 512, 0, 0) + options
    total = checksum(pseudo_header(ends, 6, len(header) + len(payload)) + header + payload)
    return header[:16] + struct.pack(">H", total) + header[18:] + payload


def ipv4(payload, protocol, ident=1, fragment=0, options=b""):
    words = 5 + len(options) // 4
    header = struct.pack(">BBHHHBBH", 0x40 | words, 0, words * 4 + len(payload), ident, fragment, 64, protocol, 0)
    header += V4[0] + V4[1] + options
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def ipv6(payload, next_header):
    return struct.pack(">IHBB", 0x60000000, len(payload), next_header, 64) + V6[0] + V6[1] + payload


IP4 = [ipv4(udp(V4), 17), ipv4(tcp(V4), 6, 2)]
IP6 = [ipv6(udp(V6), 17), ipv6(tcp(V6), 6)]
MACS = bytes.fromhex("020000000002020000000001")
ETHERNET = MACS + b"\x08\x00"
SNAP = bytes.fromhex("aaaa03000000")
WLAN = bytes.fromhex("0801000002000000000102000000000202000000000300 00".replace(" ", ""))
QOS_WLAN = b"\x88" + WLAN[1:] + b"\0\0"
PRISM = bytes.fromhex("44000000") + struct.pack("<I", 144) + bytes(136)


def pptap(dlt, size=108):
    return struct.pack("<III", size, 1, dlt) + bytes(size - 12)


# name: (LINKTYPE, what stands before an IPv4 packet, before an IPv6 packet or None)
LINKS = {
    "ethernet": (1, ETHERNET, MACS + b"\x86\xdd"),
    "vlan": (1, MACS + bytes.fromhex("8100a0640800"), MACS + bytes.fromhex("8100a06486dd")),
    "qinq": (1, MACS + bytes.fromhex("88a80064810000650800"), None),
    "llc-snap": (1, MACS + b"\0\x60" + SNAP + b"\x08\0", None),
    "pppoe": (1, MACS + bytes.fromhex("8864110000010060" "0021"), MACS + bytes.fromhex("8864110000010080" "0057")),
    "mpls": (1, MACS + bytes.fromhex("8847000640400006513f"), MACS + bytes.fromhex("88470006513f")),
    "mpls-ethernet": (1, MACS + bytes.fromhex("88470006513f00000000") + ETHERNET, None),
    "pbb": (1, MACS + bytes.fromhex("88e700000001") + MACS + b"\x08\0", None),
    "null": (0, b"\2\0\0\0", b"\x1e\0\0\0"),
    "null-big-endian": (0, b"\0\0\0\2", b"\0\0\0\x1c"),
    "loop": (108, b"\0\0\0\2", b"\0\0\0\x18"),
    "raw": (101, b"", b""),
    "raw-bsd": (12, b"", b""),
    "ipv4": (228, b"", None),
    "ipv6": (229, None, b""),
    "ppp": (9, b"\xff\x03\0\x21", b"\0\x57"),
    "ppp-hdlc": (50, b"\xff\x03\0\x21", b"\xff\x03\0\x57"),
    "sll": (113, bytes.fromhex("00000001000602000000000100000800"), bytes.fromhex("000000010006020000000001000086dd")),
    "sll2": (276, bytes.fromhex("0800000000000001000100060200000000010000"),
             bytes.fromhex("86dd000000000001000100060200000000010000")),
    "radiotap": (127, bytes.fromhex("0000080000000000") + WLAN + SNAP + b"\x08\0", None),
    "radiotap-qos-padded": (127, bytes.fromhex("000009000200000020") + QOS_WLAN + b"\0\0" + SNAP + b"\x08\0", None),
    "wlan": (105, WLAN + SNAP + b"\x08\0", WLAN + SNAP + b"\x86\xdd"),
    "prism": (119, PRISM + WLAN + SNAP + b"\x08\0", None),
    "avs": (163, bytes.fromhex("8021100100000040") + bytes(56) + WLAN + SNAP + b"\x08\0", None),
    "ppi": (192, struct.pack("<BBHI", 0, 0, 8, 105) + WLAN + SNAP + b"\x08\0", None),
    "cisco-hdlc": (104, bytes.fromhex("0f000800"), bytes.fromhex("0f0086dd")),
    "frame-relay": (107, bytes.fromhex("184103cc"), bytes.fromhex("1841038e")),
    "fddi": (10, b"\x50" + MACS + SNAP + b"\x08\0", None),
    "arcnet": (129, bytes.fromhex("01020000d4000001"), None),
    "nflog": (239, None, None),
    "ipnet": (226, b"\1\2" + bytes(22), b"\1\x1a" + bytes(22)),
    "pktap": (258, pptap(1) + ETHERNET, None),
    "mpacket": (274, b"\x55" * 7 + b"\xd5" + ETHERNET, None),
}


class File:
    """One capture in memory, in a format and byte order."""

    def __init__(self, order="<"):
        self.order, self.data = order, b""

    def put(self, layout, *values):
        self.data += struct.pack(self.order + layout, *values)

    def pcap(self, link, packets, magic=0xA1B2C3D4, fraction=1000, extra=b""):
        self.put("IHHiIII", magic, 2, 4, 0, 0, 65535, link)
        for number, frame in enumerate(packets):
            self.put("IIII", 1000 + number, fraction, len(frame), len(frame))
            self.data += extra + frame
        return self.data

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        self.put("II", kind, len(body) + 12)
        self.data += body
        self.put("I", len(body) + 12)

    def pack(self, layout, *values):
        return struct.pack(self.order + layout, *values)

    def option(self, code, value):
        return self.pack("HH", code, len(value)) + value + b"\0" * (-len(value) % 4)

    def section(self):
        self.block(0x0A0D0D0A, self.pack("IHHq", 0x1A2B3C4D, 1, 0, -1) + self.option(1, b"a comment") + self.pack("I", 0))

    def interface(self, link=1, options=b""):
        self.block(1, self.pack("HHI", link, 0, 0) + options + self.pack("I", 0))

    def packet(self, interface, ticks, frame, options=b""):
        head = self.pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
        self.block(6, head + frame + b"\0" * (-len(frame) % 4) + options)


ETHERNET_FRAMES = [ETHERNET + packet for packet in IP4]


def pcapng(order):
    """Interfaces of every kind of clock; each frame once on each, at 1000 s after 1970."""
    file = File(order)
    file.section()
    clocks = [(6, 0), (9, 0), (3, 0), (0x80 | 20, 0), (12, 0), (6, 400)]
    for resolution, offset in clocks:
        file.interface(1, file.option(2, b"eth0") + file.option(9, bytes([resolution])) +
                       file.option(14, file.pack("q", offset)))
    for number, (resolution, offset) in enumerate(clocks):
        second = 1 << (resolution & 0x7F) if resolution & 0x80 else 10 ** resolution
        for frame in ETHERNET_FRAMES:
            file.packet(number, (1000 - offset) * second, frame, file.option(1, b"packet") + file.pack("I", 0))
    file.block(3, file.pack("I", len(ETHERNET_FRAMES[0])) + ETHERNET_FRAMES[0])
    file.block(2, file.pack("HHIIII", 0, 0, 0, 1000 * 10 ** 6, len(ETHERNET_FRAMES[1]), len(ETHERNET_FRAMES[1])) +
               ETHERNET_FRAMES[1])
    file.block(0x0BAD, file.pack("I", 32473) + b"of nobody's use")
    file.block(4, file.pack("HH", 1, 4 + 7) + V4[0] + b"sender\0\0" + file.pack("I", 0))
    file.block(5, file.pack("III", 0, 0, 0) + file.option(4, file.pack("Q", 15)) + file.pack("I", 0))
    return file.data


def links():
    for name, (link, before4, before6) in LINKS.items():
        if name == "nflog":
            frames = [struct.pack(">BBH", 2, 0, 0) + struct.pack("<HH", 8, 1) + b"\x08\0\0\0" +
                      struct.pack("<HH", 4 + len(packet), 9) + packet for packet in IP4]
            yield f"link-{name}.pcap", File().pcap(link, frames)
            continue
        if before4 is not None:
            yield f"link-{name}.pcap", File().pcap(link, [before4 + packet for packet in IP4])
        if before6 is not None:
            yield f"link-{name}-v6.pcap", File().pcap(link, [before6 + packet for packet in IP6])


def tunnels():
    """Each holds the two packets once, inside the tunnel."""
    def in_udp(port, before):
        return [ipv4(udp(V4, before + packet, (4000, port)), 17) for packet in IP4]

    yield "ip-in-ip", [ipv4(packet, 4) for packet in IP4]
    yield "6in4", [ipv4(packet, 41) for packet in IP6]
    yield "gre", [ipv4(bytes.fromhex("2000080000000007") + packet, 47) for packet in IP4]
    yield "erspan", [ipv4(bytes.fromhex("100088be00000001" "1000000000000000") + ETHERNET + packet, 47) for packet in IP4]
    yield "vxlan", in_udp(4789, bytes.fromhex("0800000000000700") + ETHERNET)
    yield "geneve", in_udp(6081, bytes.fromhex("0100655800000700") + bytes(4) + ETHERNET)
    gtp = [struct.pack(">BBHI", 0x34, 0xFF, 8 + len(packet), 1) + bytes.fromhex("0000008501100000") + packet
           for packet in IP4]
    yield "gtp-u", [ipv4(udp(V4, packet, (4000, 2152)), 17) for packet in gtp]
    yield "teredo", [ipv4(udp(V4, bytes(2) + bytes(6) + packet, (3544, 3544)), 17) for packet in IP6]


def captures():
    yield from links()
    for name, packets in tunnels():
        yield f"tunnel-{name}.pcap", File().pcap(101, packets)
    whole = udp(V4, bytes(range(256)) * 8)
    parts = [whole[at:at + 800] for at in range(0, len(whole), 800)]
    fragments = [ipv4(part, 17, 7, (0x2000 if number + 1 < len(parts) else 0) | number * 100)
                 for number, part in enumerate(parts)]
    yield "fragments.pcap", File().pcap(101, [fragments[2], fragments[0], fragments[1]])
    micro, nano, kuznetzov = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
    for order, word in (("<", "little"), (">", "big")):
        yield f"format-{word}-us.pcap", File(order).pcap(1, ETHERNET_FRAMES, micro)
        yield f"format-{word}-ns.pcap", File(order).pcap(1, ETHERNET_FRAMES, nano)
        yield f"format-{word}-kuznetzov.pcap", File(order).pcap(1, ETHERNET_FRAMES, kuznetzov, extra=bytes(8))
        yield f"format-{word}.pcapng", pcapng(order)
    yield "format-mixed.pcapng", pcapng("<") + pcapng(">")
    yield "format.pcap.gz", gzip.compress(File().pcap(1, ETHERNET_FRAMES), mtime=0)
    zstd = subprocess.run(["zstd", "-q", "-c"], input=File().pcap(1, ETHERNET_FRAMES), capture_output=True, check=True)
    yield "format.pcap.zst", zstd.stdout


def main():
    check = "--check" in sys.argv[1:]
    wrong = []
    for name, data in captures():
        path = FOLDER / name
        if not check:
            path.write_bytes(data)
        elif name.endswith((".gz", ".zst")):
            continue  # other versions of the packers write other bytes for the same content
        elif not path.exists() or path.read_bytes() != data:
            wrong.append(name)
    for name in wrong:
        print(f"{name} is not what make_captures.py makes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

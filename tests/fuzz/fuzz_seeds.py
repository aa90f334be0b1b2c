#!/usr/bin/env python3
"""Makes seeds for fuzz_decode and fuzz_reassembly from the captures of tests/golden/captures. Usage: fuzz_seeds.py FOLDER"""
import pathlib
import struct
import sys

# As in fuzz_decode.cpp.
LINKS = [0, 1, 6, 7, 9, 10, 12, 14, 50, 51, 100, 101, 104, 105, 107, 108, 113, 119, 122, 123, 127, 129, 138, 149, 163, 192,
         204, 205, 206, 219, 226, 228, 229, 239, 258, 274, 276, 9999]


def frames(data):
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def main():
    target = pathlib.Path(sys.argv[1])
    captures = pathlib.Path(__file__).parent.parent / "golden" / "captures"
    for kind in ("decode", "reassembly"):
        (target / kind).mkdir(parents=True, exist_ok=True)
    for path in sorted(captures.glob("[lt]*.pcap")) + [captures / "fragments.pcap"]:
        data = path.read_bytes()
        link = struct.unpack_from("<I", data, 20)[0]
        if link not in LINKS:
            continue
        for number, frame in enumerate(frames(data)):
            seed = bytes([LINKS.index(link), 1]) + frame
            (target / "decode" / f"{path.stem}-{number}").write_bytes(seed)
        if link == 101:
            packets = b"".join(struct.pack(">HB", len(frame), 1) + frame for frame in frames(data))
            (target / "reassembly" / path.stem).write_bytes(packets)


if __name__ == "__main__":
    main()

"""Reads what only the recording's file holds: the kernel's samples and the fates of packets on the wire (docs/recording.md)."""
import struct

BLOCK_JOURNAL = 9
TCP_INFO = 16  # bit of Sample::has

SAMPLE = struct.Struct("<qIBB 3I 9I 5B 14I 2Q 2I 3Q 2I")
SAMPLE_FIELDS = ("time_ns socket trigger has outq unsent unread " + " ".join(f"memory{i}" for i in range(9)) +
                 " state ca_state retransmits probes backoff rto ato snd_mss rcv_mss unacked sacked lost retrans rtt rttvar"
                 " ssthresh cwnd rcv_space total_retrans bytes_acked bytes_received notsent min_rtt busy rwnd_limited"
                 " sndbuf_limited snd_wnd rcv_wnd").split()
FATE = struct.Struct("<QQ HH 6B h I I Q 4q 2Q")
FATE_FIELDS = ("packet_id number from_actor to_actor cause copy copies corrupted marked held_back rule size queued_packets"
               " queued_bytes came_ns left_queue_ns due_ns handed_on_ns fingerprint_came fingerprint_left").split()


def blocks(data):
    offset = 0
    while offset + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, offset)
        yield kind, data[offset + 8:offset + length - 4]
        offset += length


def journal_fields(entry):
    """The fields of one Journal Export entry, text and binary ones alike, as bytes."""
    fields = {}
    offset = 0
    while offset < len(entry):
        end = entry.find(b"\n", offset)
        if end <= offset:
            break
        line = entry[offset:end]
        if b"=" in line:
            name, value = line.split(b"=", 1)
            offset = end + 1
        else:
            name = line
            (size,) = struct.unpack_from("<Q", entry, end + 1)
            value = entry[end + 9:end + 9 + size]
            offset = end + 9 + size + 1
        fields[name.decode()] = value
    return fields


def rows(path, record, layout, names):
    """The rows of all entries of this record, in order of time; a row may have grown at its end."""
    with open(path, "rb") as file:
        data = file.read()
    found = []
    for kind, body in blocks(data):
        fields = journal_fields(body) if kind == BLOCK_JOURNAL else {}
        if fields.get("WIRESTORY_RECORD") != record.encode():
            continue
        table = fields["WIRESTORY_ROWS"]
        _, size, count = struct.unpack_from("<HHI", table)
        found += [dict(zip(names, layout.unpack_from(table, 8 + i * size))) for i in range(count)]
    return found


def tcp_samples(path, socket):
    """The samples of this socket that hold TCP_INFO, in order of time."""
    samples = rows(path, "samples", SAMPLE, SAMPLE_FIELDS)
    return sorted((s for s in samples if s["socket"] == socket and s["has"] & TCP_INFO), key=lambda s: s["time_ns"])


def wire_fates(path):
    """What became of each packet: {(from actor, number on its way): fate}, copies of the wire's own left out."""
    fates = rows(path, "wire-fates", FATE, FATE_FIELDS)
    return {(f["from_actor"], f["number"]): f for f in fates if f["copy"] == 0}

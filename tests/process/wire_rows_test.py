"""What two rows of the library teach, measured in their recordings: the kernel's figures and the packets must agree.

Usage: wire_rows_test.py
"""
import json
import os
import statistics
import tempfile
import unittest

import recording_rows
import wirestory_process as wirestory

MSS_BYTES = 1448
ROUND_TRIP_GAP_NS = 30_000_000     # bursts of slow start are 100 ms apart
RATE_BITS_PER_S = 2_000_000        # as in bottleneck-queue.yaml
DELAY_NS = 10_000_000


class Run:
    """One run of a row: its recording as JSON, and the rows that JSON does not have."""

    def __init__(self, folder, scenario):
        self.path = os.path.join(folder, os.path.basename(scenario) + ".pcapng")
        result = wirestory.run("run", os.path.join(wirestory.SOURCE, "scenarios", scenario + ".yaml"), "-o", self.path)
        assert result.returncode == 0, result.stdout + result.stderr
        self.json = json.loads(wirestory.run("show", "--json", self.path).stdout)
        self.actors = {actor["address"]: number for number, actor in enumerate(self.json["actors"])}
        self.names = [actor["name"] for actor in self.json["actors"]]
        self.fates = recording_rows.wire_fates(self.path)
        self.fate_of_packet = self.pair_with_fates()

    def pair_with_fates(self):
        """Every frame that leaves a host is counted on its way, from 1, so the n-th at its tap is number n."""
        left = {}
        fates = {}
        for index, packet in enumerate(self.json["packets"]):
            actor = self.actors[packet["from"].rsplit(":", 1)[0]]
            if not self.json["taps"][packet["tap"]]["name"].startswith(self.names[actor]):
                continue
            left[actor] = left.get(actor, 0) + 1
            fates[index] = self.fates[(actor, left[actor])]
        return fates

    def socket(self, actor, name):
        return next(i for i, s in enumerate(self.json["sockets"]) if s["actor"] == actor and s["name"] == name)

    def stream_of(self, socket):
        """The bytes that this client's socket sent."""
        flow = next(i for i, f in enumerate(self.json["flows"]) if f["ends"][0].get("socket") == socket)
        return next(s for s in self.json["streams"] if s["flow"] == flow and s["from"] == "initiator")

    def left_ns(self, packet):
        return self.json["packets"][packet]["time_ns"]


class SlowStart(unittest.TestCase):
    def test_the_window_is_the_number_of_segments_of_a_round_trip(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Run(folder, "tcp/slow-start")
            for name in ("cubic", "reno"):
                with self.subTest(connection=name):
                    sizes = self.check(run, run.socket("client", name))
                    self.assertEqual(sizes[:2], [10, 20])  # HyStart needs eight round trips measured at 16 and more
                    if name == "reno":
                        self.assertEqual(sizes, [10, 20, 40])

    def check(self, run, socket):
        left = sorted(run.left_ns(carried["packet"]) for carried in run.stream_of(socket)["carried"])
        bursts = [[left[0]]]
        for moment in left[1:]:
            if moment - bursts[-1][-1] > ROUND_TRIP_GAP_NS:
                bursts.append([])
            bursts[-1].append(moment)
        samples = recording_rows.tcp_samples(run.path, socket)
        ends = [burst[0] for burst in bursts[1:]] + [bursts[-1][-1] + ROUND_TRIP_GAP_NS]
        for burst, end_ns in zip(bursts, ends):
            windows = [s["cwnd"] for s in samples if burst[-1] <= s["time_ns"] < end_ns]
            self.assertTrue(windows, "no sample after this burst")
            # A sample's time is when its last figure had been read; one of many may be older than it says on a busy machine.
            window = statistics.mode(windows)
            agrees = window >= len(burst) if burst is bursts[-1] else window == len(burst)  # the last may be a rest
            self.assertTrue(agrees, f"{len(burst)} segments left, the kernel's congestion window is {window}")
        return [len(burst) for burst in bursts]


class BottleneckQueue(unittest.TestCase):
    def test_the_round_trip_follows_the_queue(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Run(folder, "tcp/bottleneck-queue")
            socket = run.socket("client", "bulk")
            stream = run.stream_of(socket)
            pairs = [self.measured_and_expected(run, stream, carried) for carried in stream["carried"]]
            in_queue = [pair for pair in pairs if pair["queued"] >= 10]
            self.assertGreater(len(in_queue), 50)
            off = [abs(p["seen_ns"] - p["late_ns"] - p["wanted_ns"]) / p["wanted_ns"] for p in in_queue]
            self.assertLess(statistics.median(off), 0.05)
            self.assertGreaterEqual(sum(o < 0.10 for o in off) / len(off), 0.8, off)
            self.check_kernel(run, socket, stream, pairs)

    def measured_and_expected(self, run, stream, carried):
        """From a segment's departure to the first ACK that covers it; how late the relay was with both, as the recording
        says of each packet, on a busy machine; and what its queue and the delays come to."""
        ack = next(a for a in stream["acknowledged"] if a["up_to"] >= carried["range"][1])
        back = run.fate_of_packet[ack["packet"]]
        fate = run.fate_of_packet[carried["packet"]]
        late_ns = sum(f["handed_on_ns"] - f["due_ns"] for f in (fate, back))
        bits = 8 * (fate["queued_bytes"] + fate["size"])
        wanted_ns = bits * 1e9 / RATE_BITS_PER_S + 2 * DELAY_NS
        return {"seen_ns": back["handed_on_ns"] - run.left_ns(carried["packet"]), "late_ns": late_ns,
                "wanted_ns": wanted_ns, "queued": fate["queued_packets"]}

    def check_kernel(self, run, socket, stream, pairs):
        """The smoothed round trip of TCP_INFO, against the same average (RFC 6298, an eighth each) of what the taps saw."""
        seen_by_end = {c["range"][1]: pair["seen_ns"] for c, pair in zip(stream["carried"], pairs)}
        smoothed = 2 * DELAY_NS
        for ack in stream["acknowledged"]:
            seen = seen_by_end.get(ack["up_to"])
            if seen is not None:
                smoothed += (seen - smoothed) / 8
        kernel = next(s for s in reversed(recording_rows.tcp_samples(run.path, socket)) if s["state"] == 1)["rtt"] * 1000
        self.assertLess(abs(kernel - smoothed) / smoothed, 0.10, f"tcpi_rtt {kernel}, by the taps {smoothed}")


if __name__ == "__main__":
    unittest.main()

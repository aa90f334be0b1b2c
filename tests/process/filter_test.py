"""Display filters: the examples of docs/filters.md, mistakes on the command line, and the same packets as tshark's -Y.

With WIRESTORY_CORPUS (a folder of captures with tshark's results) every capture of it that both read is compared, too.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import wirestory_process as wirestory

# Fields of ours, and what only newer tsharks than Debian 12's know.
OURS = ("actor", "call", "finding", "message", "payload ", "flow", "flags.", "port ", "xor")

# What the corpus is asked: of each kind of field one or more.
CORPUS_FILTERS = [
    "tcp", "udp", "icmp", "icmpv6", "arp", "ip", "ipv6", "vlan", "tcp.port == 80", "udp.port == 53", "tcp.len > 100",
    "udp.length > 100", "tcp.flags.syn == 1", "tcp.flags & 0x05", "ip.addr == 10.0.0.0/8", "tcp.srcport in {1..1023}",
    "frame.len < 100", "vlan.id == 100", "ip.ttl < 60", "icmp.type == 3", "tcp.seq == 1", "tcp.ack == 1",
    "tcp.window_size_value == 0", "tcp.options.mss_val == 1460", "not tcp and not udp", "eth.type == 0x0806",
    "ip.src != 192.168.0.0/16", "tcp.payload contains \"HTTP\"", "udp.payload[0:1] == 00", "tcp.srcport > tcp.dstport",
]


def examples():
    with open(os.path.join(wirestory.SOURCE, "docs/filters.md"), encoding="utf-8") as file:
        block = re.search(r"^```filter\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
    return [line for line in block.group(1).splitlines() if line]


def is_ours(text):
    return any(re.search(r"(^|[ (!])" + re.escape(word), text) for word in OURS)


def times_by_tshark(path, text):
    """Times (in nanoseconds, as text) of the packets that tshark selects; the journal entries are calls, not packets."""
    result = subprocess.run(["tshark", "-r", path, "-n", "-Y", f"({text}) and frame.encap_type != 203", "-T", "fields",
                             "-e", "frame.time_epoch"], capture_output=True, text=True)
    if result.returncode != 0:
        return None
    return [line.replace(".", "") for line in result.stdout.split()]


def times_by_us(path, text):
    result = wirestory.run("show", path, "--json", "--filter", text)
    assert result.returncode == 0, result.stderr
    return [str(packet["time_ns"]) for packet in json.loads(result.stdout)["packets"]]


class FilterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.recording = os.path.join(cls.folder.name, "nagle.pcapng")
        result = wirestory.run("run", wirestory.NAGLE, "-o", cls.recording)
        assert result.returncode == 0, result.stdout + result.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_example_of_the_docs_selects_something(self):
        self.assertGreater(len(examples()), 15)
        for text in examples():
            result = wirestory.run("show", self.recording, "--json", "--filter", text)
            self.assertEqual(result.returncode, 0, text + "\n" + result.stderr)
            shown = json.loads(result.stdout)
            if text != "tcp.analysis.flags":  # nothing is wrong with this exchange
                self.assertTrue(shown["packets"] or shown["calls"], text)

    @unittest.skipUnless(shutil.which("tshark"), "tshark is not installed")
    def test_the_same_packets_as_tshark(self):
        compared = 0
        for text in [*examples(), *CORPUS_FILTERS]:
            if is_ours(text):
                continue
            self.assertEqual(times_by_us(self.recording, text), times_by_tshark(self.recording, text), text)
            compared += 1
        self.assertGreater(compared, 30)

    def test_every_field_of_the_docs_is_there(self):
        with open(os.path.join(wirestory.SOURCE, "docs/filters.md"), encoding="utf-8") as file:
            table = file.read().split("## Wireshark's fields")[1].split("## Examples")[0]
        fields = [name for name in re.findall(r"`([a-z0-9_.]+)`", table) if not name.startswith(".")]
        self.assertGreater(len(fields), 60)
        result = wirestory.run("show", self.recording, "--packets", "--filter", " or ".join(fields))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_mistake_has_a_caret_and_a_hint(self):
        for command in [("show", self.recording), ("export", self.recording, "-o", "/dev/null.csv")]:
            result = wirestory.run(*command, "--filter", "tcp.prt == 80")
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stdout, "")
            self.assertIn("\n  tcp.prt == 80\n  ^~~~~~~\n", result.stderr)
            self.assertIn("did you mean tcp.port?", result.stderr)

    def test_a_likely_misunderstanding_is_noted(self):
        result = wirestory.run("show", self.recording, "--packets", "--filter", "tcp.flags.syn")
        self.assertEqual(result.returncode, 0)
        self.assertIn("tcp.flags.syn == 1", result.stderr)

    @unittest.skipUnless(os.environ.get("WIRESTORY_CORPUS") and shutil.which("tshark"), "no corpus is named")
    def test_the_corpus_is_filtered_as_tshark_does(self):
        folder = os.path.join(os.environ["WIRESTORY_CORPUS"], "captures")
        step = int(os.environ.get("WIRESTORY_CORPUS_STEP", "40"))
        same = different = 0
        worst = {}
        for name in sorted(os.listdir(folder))[::step]:
            path = os.path.join(folder, name)
            if os.path.getsize(path) > 2_000_000 or wirestory.run("show", path, "--flows").returncode != 0:
                continue
            for text in CORPUS_FILTERS:
                theirs = times_by_tshark(path, text)
                if theirs is None:
                    continue
                if sorted(theirs) == sorted(times_by_us(path, text)):
                    same += 1
                else:
                    different += 1
                    worst.setdefault(text, []).append(name)
        for text, names in sorted(worst.items(), key=lambda item: -len(item[1])):
            print(f"{len(names):4} {text}: {', '.join(names[:4])}")
        print(f"{same} of {same + different} answers are tshark's")
        self.assertGreater(same / max(1, same + different), 0.95)


if __name__ == "__main__":
    unittest.main()

"""`wirestory export`, and the lists of `wirestory show`: what stands in the files, and what is said when it cannot be."""
import csv
import json
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import wirestory_process as wirestory


class ExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.recording = os.path.join(cls.folder.name, "nagle.pcapng")
        result = wirestory.run("run", wirestory.NAGLE, "-o", cls.recording)
        assert result.returncode == 0, result.stdout + result.stderr
        cls.everything = json.loads(wirestory.run("show", cls.recording, "--json").stdout)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def export(self, name, *options):
        path = os.path.join(self.folder.name, name)
        result = wirestory.run("export", self.recording, "-o", path, *options)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""), name)
        return path

    def text_of(self, name, *options):
        with open(self.export(name, *options), encoding="utf-8", newline="") as file:
            return file.read()

    def test_csv_has_every_call_packet_and_finding_in_order_of_time(self):
        rows = list(csv.DictReader(self.text_of("all.csv").splitlines()))
        for kind in ["call", "packet", "finding"]:
            self.assertEqual(sum(row["kind"] == kind for row in rows), len(self.everything[kind + "s"]), kind)
        times = [int(row["time_ns"]) for row in rows]
        self.assertEqual(times, sorted(times))
        packets = [row for row in rows if row["kind"] == "packet"]
        for row, packet in zip(packets, self.everything["packets"]):
            self.assertEqual(int(row["time_ns"]), packet["time_ns"])
            self.assertEqual(int(row["seq"]), packet["seq"])
            self.assertEqual(int(row["payload_bytes"]), packet["len"])
        self.assertIn('send("hello") = 5', [row["info"] for row in rows])

    def test_json_lines_are_those_of_show(self):
        lines = [json.loads(line) for line in self.text_of("all.jsonl").splitlines()]
        for kind in ["call", "packet", "finding"]:
            of_kind = [{k: v for k, v in line.items() if k != "type"} for line in lines if line["type"] == kind]
            self.assertEqual(of_kind, self.everything[kind + "s"])

    def test_a_filter_chooses(self):
        lines = self.text_of("some.csv", "--filter", "tcp.len > 0").splitlines()
        self.assertEqual([line.split(",")[0] for line in lines[1:] if "finding" not in line], ["packet", "packet"])

    def test_mermaid_has_participants_notes_and_arrows(self):
        text = self.text_of("nagle.md")
        lines = text.splitlines()
        self.assertIn("```mermaid", lines)
        self.assertIn("    participant p0 as client", lines)
        self.assertEqual(sum("->>" in line for line in lines), len(self.everything["packets"]))
        self.assertIn("Nagle holds 6 bytes", text)
        self.assertEqual(text.count("    activate "), text.count("    deactivate "))
        body = text.split("```mermaid\n")[1]
        self.assertNotIn(";\n", body.replace("#59;", ""))

    def test_pictures_are_what_their_ending_says(self):
        for view in ["timeline", "ladder"]:
            svg = xml.etree.ElementTree.parse(self.export("a.svg", "--view", view, "--lang", "zh")).getroot()
            self.assertTrue(svg.tag.endswith("svg"))
            texts = "".join(text for element in svg.iter() for text in element.itertext())
            self.assertIn("hello", texts)
        with open(self.export("a.png", "--size", "800x600"), "rb") as file:
            head = file.read(24)
        self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual((int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")), (800, 600))
        with open(self.export("a.pdf", "--theme", "dark"), "rb") as file:
            self.assertEqual(file.read(5), b"%PDF-")

    def test_an_unknown_ending_is_a_mistake_a_full_disk_is_not(self):
        result = wirestory.run("export", self.recording, "-o", os.path.join(self.folder.name, "x.doc"))
        self.assertEqual(result.returncode, 2)
        self.assertIn(".csv, .jsonl, .md", result.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "x.doc")))
        result = wirestory.run("export", self.recording, "-o", "/nowhere/x.csv")
        self.assertEqual(result.returncode, 3)
        self.assertIn("/nowhere/x.csv", result.stderr)
        full = os.path.join(self.folder.name, "full.csv")
        os.symlink("/dev/full", full)
        result = wirestory.run("export", self.recording, "-o", full)
        self.assertEqual(result.returncode, 3)
        self.assertIn("No space left", result.stderr)
        result = wirestory.run("export", os.path.join(self.folder.name, "absent.pcap"), "-o", full)
        self.assertEqual(result.returncode, 2)

    def test_packets_are_a_line_each_within_80_columns(self):
        for options in [(), ("--time", "absolute"), ("--time", "delta"), ("--ascii",)]:
            result = wirestory.run("show", self.recording, "--packets", *options)
            lines = result.stdout.splitlines()
            self.assertEqual((result.returncode, len(lines)), (0, 1 + len(self.everything["packets"])))
            self.assertTrue(all(len(line) <= 80 for line in lines), result.stdout)
            self.assertEqual(len({line.index("TCP") for line in lines[1:]}), 1)
        self.assertIn("[SYN,ACK] Seq=0 Ack=1", wirestory.run("show", self.recording, "--packets").stdout)

    def test_a_reader_that_goes_away_ends_every_list_quietly(self):
        for view in ["--packets", "--flows", "--findings", "--json", "--stream 0"]:
            command = f"'{wirestory.BINARY}' show '{self.recording}' {view} | head -n 1"
            result = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
            self.assertEqual((result.returncode, result.stderr), (0, ""), view)

    def test_flows_count_what_is_selected(self):
        line = wirestory.run("show", self.recording, "--flows").stdout.splitlines()[1]
        self.assertIn("11/0", line)
        self.assertIn("closed", line)
        line = wirestory.run("show", self.recording, "--flows", "--filter", "tcp.len == 5").stdout.splitlines()[1]
        self.assertIn(" 1/0 ", line)

    def test_a_stream_is_text_hex_or_raw(self):
        shown = wirestory.run("show", self.recording, "--stream", "0").stdout
        self.assertTrue(shown.startswith(">>> client:"), shown)
        self.assertTrue(shown.endswith("\nhelloworld!\n"), shown)
        shown = wirestory.run("show", self.recording, "--stream", "0", "--as", "hex").stdout
        self.assertIn("00000005  77 6f 72 6c 64 21", shown)
        shown = wirestory.run("show", self.recording, "--stream", "0", "--as", "raw", "--direction", "initiator")
        self.assertEqual(shown.stdout, "helloworld!")
        refused = wirestory.run("show", self.recording, "--stream", "0", "--as", "raw")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--direction", refused.stderr)
        refused = wirestory.run("show", self.recording, "--stream", "7")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("0 to 0", refused.stderr)

    def test_two_views_at_once_are_a_mistake(self):
        self.assertEqual(wirestory.run("show", self.recording, "--packets", "--flows").returncode, 2)


if __name__ == "__main__":
    unittest.main()

"""How connections begin and end, on recordings of the library's own scenarios; the completeness is tshark's where it is installed."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import wirestory_process as wirestory

# Scenario: of each TCP flow its beginning, ending, by whom, what a RST came after, and tcp.completeness.
COURSES = {
    "handshake": [("handshake", "closed", "initiator", None, 23)],
    "close-four-way": [("handshake", "closed", "initiator", None, 31)],
    "close-simultaneous": [("handshake", "simultaneous-close", "initiator", None, 23)],
    "connect-refused": [("refused", "none", "responder", "syn", 37), ("refused", "none", "responder", "syn", 37),
                        ("handshake", "closed", "initiator", None, 23)],
    "reset-linger-zero": [("handshake", "reset", "initiator", "data", 47)],
    "reset-unread-data": [("handshake", "reset", "responder", "data", 47)],
}


class SummaryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.recordings = {}
        for name in COURSES:
            path = os.path.join(cls.folder.name, name + ".pcapng")
            scenario = os.path.join(wirestory.SOURCE, "scenarios/tcp", name + ".yaml")
            result = wirestory.run("run", scenario, "-o", path)
            assert result.returncode == 0, result.stdout + result.stderr
            cls.recordings[name] = path

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def summaries(self, name):
        result = wirestory.run("show", self.recordings[name], "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return [flow["summary"] for flow in json.loads(result.stdout)["flows"] if "summary" in flow]

    def test_the_course_of_each_connection(self):
        for name, courses in COURSES.items():
            seen = [(s["beginning"], s["ending"], s["ended_by"], s["reset_after"], s["completeness"])
                    for s in self.summaries(name)]
            if name == "close-simultaneous":  # whose FIN leaves first is not settled: they cross
                self.assertIn(seen[0][2], ("initiator", "responder"))
                seen = [seen[0][:2] + ("initiator",) + seen[0][3:]]
            self.assertEqual(seen, courses, name)

    def test_figures_of_a_handshake(self):
        summary = self.summaries("handshake")[0]
        self.assertGreater(summary["handshake_rtt_ns"], 0)
        self.assertTrue(summary["window_scaling"] and summary["sack"])
        self.assertEqual([end["packets"] for end in summary["ends"]], [4, 3])
        self.assertEqual([end["state"] for end in summary["ends"]], ["TIME_WAIT", "CLOSED"])

    def test_the_list_fits_80_columns_and_filters_take_the_completeness(self):
        for name, path in self.recordings.items():
            for language in ["en", "zh"]:
                shown = wirestory.run("show", path, "--flows", "--lang", language).stdout
                notes = [line for line in shown.splitlines() if line.startswith("      ")]
                self.assertGreaterEqual(len(notes), 2, name)
                self.assertTrue(all(len(line) <= 80 for line in notes), shown)
        selected = wirestory.run("show", self.recordings["connect-refused"], "--packets", "-Y", "tcp.completeness == 37")
        self.assertEqual(len(selected.stdout.splitlines()), 1 + 4)

    @unittest.skipUnless(shutil.which("tshark"), "tshark is not installed")
    def test_tshark_says_the_same_completeness(self):
        for name, path in self.recordings.items():
            result = subprocess.run(["tshark", "-2", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream",
                                     "-e", "tcp.completeness"], capture_output=True, text=True)
            last = dict(line.split("\t") for line in result.stdout.splitlines())
            theirs = [int(last[stream]) for stream in sorted(last, key=int)]
            self.assertEqual([s["completeness"] for s in self.summaries(name)], theirs, name)


if __name__ == "__main__":
    unittest.main()

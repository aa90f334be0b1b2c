"""`wirestory run` as a process: exit statuses, kill -9, Ctrl-C, a full disk, what Wireshark's tools make of a recording."""
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

import wirestory_process as wirestory

# Stays in its `wait` until somebody ends it.
ENDLESS = """
title: { en: waits, zh: 等待 }
story:
  - server: socket(tcp)
  - server: setsockopt(SO_REUSEADDR, 1)
  - server: bind(9000)
  - server: listen(5)
  - client: socket(tcp)
  - client: connect(server:9000)
  - server: conn = accept()
  - client: send("hello") = 5
  - server: conn.recv(5) = "hello"
  - server: conn.recv(5)
  - wait: 60s
  - client: close()
"""


class RunTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def show_json(self, recording):
        result = wirestory.run("show", "--json", recording)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def start_endless(self):
        """A run that is known to have recorded the exchange and the recv that sleeps."""
        recording = self.path("endless.pcapng")
        process = subprocess.Popen([wirestory.BINARY, "run", self.write("endless.yaml", ENDLESS), "-o", recording],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        deadline = time.monotonic() + wirestory.TIMEOUT_S
        while True:
            self.assertIsNone(process.poll(), "the run ended by itself")
            self.assertLess(time.monotonic(), deadline, "the run never recorded its calls")
            shown = wirestory.run("show", "--json", recording)
            if shown.returncode == 0 and json.loads(shown.stdout)["calls"]:
                if json.loads(shown.stdout)["calls"][-1].get("exit_ns") is None:
                    return process, recording

    def children_of(self, process):
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def wait_until_gone(self, pids):
        deadline = time.monotonic() + wirestory.TIMEOUT_S
        while any(wirestory.alive(pid) for pid in pids):
            self.assertLess(time.monotonic(), deadline, "the run's process was left behind")

    def test_kill_9_leaves_a_readable_recording_and_no_process(self):
        process, recording = self.start_endless()
        children = self.children_of(process)
        self.assertTrue(children)
        process.kill()
        process.wait()
        self.wait_until_gone(children)
        shown = self.show_json(recording)
        self.assertFalse(shown["complete"])
        self.assertGreaterEqual(len(shown["packets"]), 5)
        self.assertEqual([call["text"] for call in shown["calls"] if call["call"] == "send"], ['send("hello") = 5'])
        self.assertEqual(wirestory.run("show", recording).returncode, 0)
        if shutil.which("tshark"):
            tshark = subprocess.run(["tshark", "-r", recording], capture_output=True, text=True)
            self.assertEqual(tshark.returncode, 0, tshark.stderr)
            self.assertIn('send("hello") = 5', tshark.stdout)

    def test_ctrl_c_ends_in_good_order(self):
        process, recording = self.start_endless()
        children = self.children_of(process)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=wirestory.TIMEOUT_S)
        self.assertEqual(process.returncode, 130)
        self.wait_until_gone(children)
        self.assertIn('send("hello") = 5', wirestory.run("show", recording).stdout)

    def test_a_full_disk_is_one_sentence(self):
        result = wirestory.run("run", wirestory.HANDSHAKE, "-o", "/dev/full")
        self.assertEqual(result.returncode, 3)
        self.assertIn("/dev/full", result.stderr)
        self.assertIn("No space left on device", result.stderr)

    def test_a_disk_that_fills_up_keeps_what_was_written(self):
        story = self.write("story.yaml", ENDLESS.replace("  - server: conn.recv(5)\n  - wait: 60s\n", ""))
        whole, cut = self.path("whole.pcapng"), self.path("cut.pcapng")
        self.assertEqual(wirestory.run("run", story, "-o", whole).returncode, 0)
        size = os.path.getsize(whole) * 2 // 3

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        result = wirestory.run("run", story, "-o", cut, preexec_fn=limit)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn("File too large", result.stderr)
        self.assertTrue(self.show_json(cut)["calls"])

    def test_a_folder_that_cannot_be_written_is_named(self):
        result = wirestory.run("run", wirestory.HANDSHAKE, "-o", self.path("absent/out.pcapng"))
        self.assertEqual(result.returncode, 3)
        self.assertIn("absent/out.pcapng", result.stderr)

    def test_mistakes_in_files_are_status_2(self):
        self.write("empty.yaml", "")
        with open(self.path("junk.yaml"), "wb") as file:
            file.write(bytes(range(256)) * 10)
        for name in ["missing.yaml", "empty.yaml", "junk.yaml", "."]:
            result = wirestory.run("run", self.path(name))
            self.assertEqual(result.returncode, 2, name)
            self.assertTrue(result.stderr.strip(), name)

    def test_an_expectation_that_fails_shows_both_sides(self):
        with open(wirestory.NAGLE, encoding="utf-8") as file:
            text = file.read()
        changed = text.replace('  - client: send("hello") = 5', '  - client: setsockopt(TCP_NODELAY, 1)\n'
                                                                '  - client: send("hello") = 5', 1)
        self.assertNotEqual(text, changed)
        result = wirestory.run("run", self.write("nodelay.yaml", changed), "-o", self.path("nodelay.pcapng"))
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("expected server > client: ACK", result.stdout)
        self.assertIn('"world"', result.stdout)
        self.assertIn("nagle-hold", result.stdout)

    def test_a_stuck_story_names_the_step_and_what_it_waits_for(self):
        text = ENDLESS.replace("  - wait: 60s\n  - client: close()\n", "")
        result = wirestory.run("run", self.write("stuck.yaml", text), "-o", self.path("stuck.pcapng"), "--timeout", "0.2")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("recv(5)", result.stdout)
        self.assertIn("wait", result.stdout)

    def test_several_scenarios_by_name_at_once(self):
        folder = self.path("recordings")
        junit = self.path("results.xml")
        result = wirestory.run("run", "tcp/handshake", "udp/*", "--jobs", "4", "--repeat", "2", "--json", "--junit", junit,
                               "-o", folder, cwd=wirestory.SOURCE)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        runs = [json.loads(line) for line in result.stdout.splitlines()]
        names = {run["name"] for run in runs}
        self.assertEqual(len(runs), 2 * len(names))
        self.assertIn("tcp/handshake", names)
        self.assertIn("udp/loss-receive-buffer", names)
        self.assertEqual(len({run["recording"] for run in runs}), len(runs))
        for run in runs:
            self.assertTrue(run["passed"] and run["seconds"] > 0 and os.path.getsize(run["recording"]) > 0)
            self.assertTrue(all(e["passed"] and e["expected"] for e in run["expectations"]))
        suites = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual(len(suites.findall("./testsuite/testcase")), len(runs))

    def test_a_failure_among_others_is_the_exit_status_and_in_the_junit_file(self):
        with open(wirestory.HANDSHAKE, encoding="utf-8") as file:
            changed = file.read().replace("never: [RST]", "never: [SYN]")
        junit = self.path("results.xml")
        result = wirestory.run("run", wirestory.HANDSHAKE, self.write("changed.yaml", changed), "--junit", junit, "-o",
                               self.path("recordings"))
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("1 passed, 1 failed", result.stdout)
        self.assertIn("│─ SYN", result.stdout, "the ladder around the place")
        failures = xml.etree.ElementTree.parse(junit).getroot().findall("./testsuite/testcase/failure")
        self.assertEqual(len(failures), 1)

    def test_a_read_that_tells_the_real_length_has_read_the_datagram(self):
        story = self.write("trunc.yaml", """
title: { en: MSG_TRUNC, zh: MSG_TRUNC }
story:
  - server: socket(udp)
  - server: bind(9000)
  - client: socket(udp)
  - client: connect(server:9000)
  - client: send("hello world") = 11
  - server: recv(5, MSG_TRUNC) = 11
expect:
  lost: []
""")
        result = wirestory.run("run", story, "-o", self.path("trunc.pcapng"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_misspelt_name_gets_the_nearest(self):
        result = wirestory.run("run", "tcp/hanshake", cwd=wirestory.SOURCE)
        self.assertEqual(result.returncode, 2)
        self.assertIn("did you mean tcp/handshake?", result.stderr)

    def test_the_library_is_listed_in_both_languages(self):
        english = wirestory.run("list", "--lang", "en", cwd=wirestory.SOURCE)
        chinese = wirestory.run("list", "--lang", "zh", cwd=wirestory.SOURCE)
        self.assertEqual((english.returncode, chinese.returncode), (0, 0), english.stderr + chinese.stderr)
        self.assertEqual(len(english.stdout.splitlines()), len(wirestory.library()))
        self.assertIn("Three segments open a connection", english.stdout)
        self.assertIn("三次握手", chinese.stdout)

    @unittest.skipUnless(shutil.which("tshark") and shutil.which("capinfos") and shutil.which("tcpdump"),
                         "needs tshark, capinfos and tcpdump")
    def test_wireshark_reads_the_nagle_recording(self):
        recording = self.path("nagle.pcapng")
        result = wirestory.run("run", wirestory.NAGLE, "-o", recording)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        fields = subprocess.run(["tshark", "-r", recording, "-N", "m", "-T", "fields", "-E", "separator=|", "-e",
                                 "frame.time_epoch", "-e", "tcp.len", "-e", "tcp.payload", "-e", "_ws.col.Info"],
                                capture_output=True, text=True, check=True)
        self.assertEqual(fields.stderr.replace('Running as user "root" and group "root". This could be dangerous.\n', ""),
                         "")
        rows = [line.split("|", 3) for line in fields.stdout.splitlines()]
        texts = [bytes.fromhex(row[2]).decode() or row[3] for row in rows]
        hello, together = texts.index("hello"), texts.index("world!")
        sends = [i for i, text in enumerate(texts) if "client: send(" in text]
        self.assertEqual(len(sends), 3)
        self.assertLess(sends[0], hello)
        self.assertTrue(all(hello < i < together for i in sends[1:]))
        waited_s = float(rows[together][0]) - float(rows[hello][0])
        self.assertGreater(waited_s, 0.030)
        capinfos = subprocess.run(["capinfos", "-cMT", recording], capture_output=True, text=True, check=True)
        packets = len(self.show_json(recording)["packets"])
        self.assertIn(str(packets), capinfos.stdout)
        tcpdump = subprocess.run(["tcpdump", "-nr", recording], capture_output=True, text=True, check=True)
        self.assertEqual(len(tcpdump.stdout.splitlines()), packets)
        named = subprocess.run(["tshark", "-r", recording, "-N", "n", "-Y", "tcp"], capture_output=True, text=True)
        self.assertIn("client", named.stdout)
        comments = subprocess.run(["tshark", "-r", recording, "-T", "fields", "-e", "frame.comment"],
                                  capture_output=True, text=True, check=True)
        self.assertIn("nagle-hold", comments.stdout)


if __name__ == "__main__":
    unittest.main()

"""`wirestory show`, `check` and `doctor` as processes: what a user meets who names the wrong file, or pipes the output."""
import os
import struct
import subprocess
import tempfile
import unittest

import wirestory_process as wirestory


class ShowTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.recording = os.path.join(cls.folder.name, "handshake.pcapng")
        result = wirestory.run("run", wirestory.HANDSHAKE, "-o", cls.recording)
        assert result.returncode == 0, result.stdout + result.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_the_ladder_fits_80_columns_and_is_plain_in_a_pipe(self):
        result = wirestory.run("show", self.recording)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("\x1b", result.stdout)
        self.assertTrue(all(len(line) <= 80 for line in result.stdout.splitlines()), result.stdout)
        for word in ["SYN ACK", "connect(server:9000) = 0", "client", "server"]:
            self.assertIn(word, result.stdout)

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        command = f"'{wirestory.BINARY}' show '{self.recording}' | head -n 1"
        result = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_files_that_are_no_captures_are_named(self):
        with open(self.path("empty.pcap"), "wb"):
            pass
        with open(self.path("junk.pcap"), "wb") as file:
            file.write(b"this is not a capture at all")
        for name in ["absent.pcap", "empty.pcap", "junk.pcap", "."]:
            result = wirestory.run("show", self.path(name))
            self.assertEqual(result.returncode, 2, name)
            self.assertIn(self.path(name), result.stderr)
            self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)

    def test_a_cut_recording_shows_what_stands_before_the_cut(self):
        with open(self.recording, "rb") as file:
            data = file.read()
        with open(self.path("part.pcapng"), "wb") as file:
            file.write(data[:len(data) * 2 // 3])
        for view in [[], ["--packets"], ["--flows"], ["--findings"], ["--latency"]]:
            result = wirestory.run("show", *view, self.path("part.pcapng"))
            self.assertEqual(result.returncode, 0, result.stderr)
            if view != ["--findings"]:  # there may be none before the cut
                self.assertNotEqual(result.stdout, "", view)
            # In a list it is no line of the list.
            told = result.stderr if view else " ".join(result.stdout.split())
            self.assertIn("damaged at byte", told, view)

    def test_a_packed_capture_comes_through_standard_input(self):
        for packed in ["format.pcap.gz", "format.pcap.zst"]:
            path = os.path.join(wirestory.SOURCE, "tests/golden/captures", packed)
            command = f"cat '{path}' | '{wirestory.BINARY}' show - --ascii"
            result = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("standard input: 2 packets", result.stdout)
            self.assertIn('"hello"', result.stdout)
        refused = wirestory.run("show", "-", stdin=subprocess.DEVNULL)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no file and no pipe", refused.stderr)

    def large_capture(self, packets):
        """One UDP datagram again and again, a microsecond apart, in a pcap file."""
        frame = (bytes.fromhex("020000000002020000000001" "0800")
                 + bytes.fromhex("4500002000000000" "4011" "0000" "0a000001" "0a000002")
                 + bytes.fromhex("1f90" "2328" "000c" "0000") + b"abcd")
        with open(self.path("large.pcap"), "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for i in range(packets):
                file.write(struct.pack("<IIII", 1000 + i // 1000000, i % 1000000, len(frame), len(frame)) + frame)
        return self.path("large.pcap")

    def test_the_first_packets_of_a_large_capture_do_not_wait_for_the_rest(self):
        path = self.large_capture(130000)
        whole = wirestory.run("show", path, "--packets")
        self.assertEqual(whole.returncode, 0, whole.stderr)
        lines = whole.stdout.splitlines()
        self.assertEqual(len(lines), 130001)
        self.assertEqual([line.split()[0] for line in lines[1:]], [str(i + 1) for i in range(130000)])
        # Nobody reads on: it ends, and has nothing to complain of.
        for options in ["", "--filter 'udp.port == 8080'", "--filter 'finding == retransmission'"]:
            command = f"'{wirestory.BINARY}' show --packets '{path}' {options} | head -n 3"
            result = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            if "finding" not in options:
                self.assertEqual(len(result.stdout.splitlines()), 3)

    def test_findings_of_one_flow(self):
        result = wirestory.run("show", self.recording, "--findings", "--stream", "0")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(wirestory.run("show", self.recording, "--findings", "--stream", "9").returncode, 2)
        self.assertEqual(wirestory.run("show", self.recording, "--flows", "--stream", "0").returncode, 2)

    def test_check_accepts_the_whole_library(self):
        result = wirestory.run("check", *wirestory.library())
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_check_refuses_a_file_of_100_megabytes(self):
        with open(self.path("huge.yaml"), "wb") as file:
            file.truncate(100 << 20)
        result = wirestory.run("check", self.path("huge.yaml"))
        self.assertEqual(result.returncode, 2)
        self.assertIn("huge.yaml", result.stderr)

    def test_doctor_finds_this_machine_able(self):
        result = wirestory.run("doctor")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_doctor_helps_an_ordinary_user_too(self):
        user = wirestory.OrdinaryUser()
        self.addCleanup(user.close)
        result = user.run("doctor")
        if not user.may_have_namespaces():
            self.assertEqual(result.returncode, 3)
            self.assertIn("cure: ", result.stdout)
            return
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_words_that_are_no_command_are_status_2(self):
        self.assertEqual(wirestory.run("shwo").returncode, 2)
        self.assertEqual(wirestory.run("run").returncode, 2)
        self.assertEqual(wirestory.run("--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()

"""Scenarios over a wire as processes: nothing is left behind, whoever ends them and however; refusals are one sentence."""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

import wirestory_process as wirestory

ENDLESS = """
link: { delay: 5ms }
story:
  - server: socket(udp)
  - server: bind(9000)
  - client: socket(udp)
  - client: sendto("hello", server:9000)
  - server: recvfrom(100) = "hello"
  - server#2: recvfrom(100)
  - wait: 60s
"""


def namespaces():
    """The network namespaces in which any process lives, and those that a descriptor holds open."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.add(os.readlink(f"/proc/{pid}/ns/net"))
            for task in os.listdir(f"/proc/{pid}/task"):
                found.add(os.readlink(f"/proc/{pid}/task/{task}/ns/net"))
            for fd in os.listdir(f"/proc/{pid}/fd"):
                target = os.readlink(f"/proc/{pid}/fd/{fd}")
                if target.startswith("net:"):
                    found.add(target)
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            pass
    return found


class WireProcessTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.recording = os.path.join(self.folder.name, "wire.pcapng")

    def write(self, text):
        path = os.path.join(self.folder.name, "story.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_endless(self):
        """Runs until both hosts' packets are in the file."""
        process = subprocess.Popen([wirestory.BINARY, "run", self.write(ENDLESS), "-o", self.recording],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + wirestory.TIMEOUT_S
        while time.monotonic() < deadline:
            if os.path.exists(self.recording):
                shown = wirestory.run("show", self.recording, "--json")
                if shown.returncode == 0 and len(json.loads(shown.stdout)["calls"]) >= 6:
                    return process
        self.fail("the story did not get to its wait")

    def wait_until_gone(self, mine, children):
        deadline = time.monotonic() + wirestory.TIMEOUT_S
        while mine & namespaces():
            self.assertLess(time.monotonic(), deadline, "namespaces are left: " + str(mine & namespaces()))
        while any(wirestory.alive(child) for child in children):
            self.assertLess(time.monotonic(), deadline, "a process of the run is left")

    def test_nothing_is_left_behind(self):
        for end in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(end):
                if os.path.exists(self.recording):
                    os.unlink(self.recording)
                process = self.start_endless()
                mine = set()
                children = subprocess.run(["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True,
                                          text=True).stdout.split()
                self.assertTrue(children)
                for child in children:
                    for task in os.listdir(f"/proc/{child}/task"):
                        mine.add(os.readlink(f"/proc/{child}/task/{task}/ns/net"))
                mine.discard(os.readlink("/proc/self/ns/net"))
                self.assertGreaterEqual(len(mine), 3)  # the sandbox and two hosts
                process.send_signal(end)
                process.wait(timeout=wirestory.TIMEOUT_S)
                self.wait_until_gone(mine, children)
                shown = json.loads(wirestory.run("show", self.recording, "--json").stdout)
                self.assertEqual([call["text"] for call in shown["calls"] if call["call"] == "sendto"],
                                 ['sendto("hello", server:9000) = 5'])

    def test_a_refusal_is_one_sentence(self):
        # Without the right to make namespaces: a user namespace in which none may be made.
        command = ["unshare", "--user", "--map-root-user", "sh", "-c",
                   "echo 0 > /proc/sys/user/max_net_namespaces && exec \"$@\"", "sh"]
        if subprocess.run(command + ["true"], capture_output=True).returncode != 0:
            self.skipTest("this machine makes no user namespaces")
        result = subprocess.run(command + [wirestory.BINARY, "run", self.write(ENDLESS), "-o", self.recording],
                                capture_output=True, text=True, timeout=wirestory.TIMEOUT_S)
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertIn("namespace", result.stderr)
        self.assertIn("run as root", result.stderr)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)

    def test_an_ordinary_user_has_a_wire(self):
        user = wirestory.OrdinaryUser()
        self.addCleanup(user.close)
        if not user.may_have_namespaces():
            self.skipTest("an ordinary user has no namespaces here")
        story = user.copy(self.write(ENDLESS.replace("  - server#2: recvfrom(100)\n  - wait: 60s\n", "")))
        result = user.run("run", story, "-o", os.path.join(user.folder, "out.pcapng"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_what_was_lost_stands_in_the_recording(self):
        story = self.write("link: { drop: ['client > server: udp #2'], delay: 1ms }\n"
                           "story:\n  - server: socket(udp)\n  - server: bind(9000)\n  - client: socket(udp)\n"
                           "  - repeat: { times: 3, steps: [{ client: 'sendto(\"n${i}\", server:9000)' }] }\n"
                           "  - server: recvfrom(100) = \"n1\"\n  - server: recvfrom(100) = \"n3\"\n"
                           "expect:\n  lost: [2]\n")
        result = wirestory.run("run", story, "-o", self.recording)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        ladder = wirestory.run("show", self.recording).stdout
        self.assertIn("dropped by rule", ladder)
        tshark = subprocess.run(["tshark", "-r", self.recording, "-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"],
                                capture_output=True, text=True)
        if tshark.returncode == 0:
            self.assertIn("lost on the wire: rule 1 (drop client > server: udp #2)", tshark.stdout)


if __name__ == "__main__":
    unittest.main()

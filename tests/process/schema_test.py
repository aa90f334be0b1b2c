"""scenarios/scenario.schema.json: every scenario fits it, thirty broken ones do not. Needs python3-jsonschema and
python3-yaml; says so and is skipped where they are missing."""
import glob
import json
import os
import unittest

import wirestory_process as wirestory

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = None

GOOD = "story:\n  - a: socket(udp)\n"
BROKEN = [
    "story: []\n", "story: text\n", "title: only\n", "- a\n", "text\n", "story:\n  - a: socket(udp)\n    b: close()\n",
    "story:\n  - a: conect(b:1)\n", "story:\n  - A: socket(udp)\n", "story:\n  - a#x: socket(udp)\n", "story:\n  - a:\n",
    "story:\n  - socket(udp)\n", "story:\n  - a: [socket(udp)]\n", "story:\n  - wait: 5\n", "story:\n  - wait: soon\n",
    "story:\n  - until: {}\n", "story:\n  - a: setsockopt(SO_REUSEADR, 1)\n", "story:\n  - a: getsockopt(TCP_NODELY)\n",
    "story:\n  - repeat: { times: 0, steps: [{a: close()}] }\n", "story:\n  - repeat: { steps: [{a: close()}] }\n",
    "story:\n  - repeat: { times: 2, steps: [] }\n", GOOD + "titel: x\n", GOOD + "title: { zh: 你好 }\n",
    GOOD + "title: { en: x, fr: y }\n", GOOD + "link: wlan\n", GOOD + "sysctl: { kernel.pid_max: 5 }\n",
    GOOD + "expect: { segment: [] }\n", GOOD + "expect: { segments: SYN }\n", GOOD + "expect: { findings: [Nagle Hold] }\n",
    GOOD + "expect: { states: { a: SYN_SEND } }\n", GOOD + "expect: { lost: [0] }\n",
    GOOD + "expect: { buffers: [a.buffer peak > 1] }\n", GOOD + "expect: { messages: [a reads 1] }\n",
    GOOD + "expect: { times: [a.connect takes > 5] }\n", GOOD + "tour: [{ at: a.socket }]\n",
    GOOD + "tour: [{ at: a.socket, say: x, more: y }]\n",
    GOOD + "framing: { length-prefix: i3 }\n", GOOD + "framing: { fixed: 0 }\n", GOOD + "framing: { delimiter: '' }\n",
    GOOD + "framing: { fixed: 4, delimiter: x }\n", GOOD + "framing: lines\n", GOOD + "framing: {}\n",
    "story:\n  - a: send_mesage(\"x\")\n", "story:\n  - a: setsockopt(IP_ADD_MEMBERSHP, \"239.0.0.1\")\n",
    GOOD + "link: { delay: 3 }\n", GOOD + "link: { dealy: 3ms }\n",
    GOOD + "link: { loss: 0.05 }\n", GOOD + "link: { loss: {} }\n", GOOD + "link: { a > b: { seed: 4 } }\n",
    GOOD + "  - link: dwon\n", GOOD + "  - link: { mtu: 600 }\n", GOOD + "link: { reorder: { every: 3 } }\n",
]
LINKS = [
    "link: { delay: 10ms, jitter: 2ms, rate: 1.5Mbit, queue: 20 packets, loss: 5%, seed: 7, mtu: 576, ecn: 15KiB }\n",
    "link: { loss: { burst: { enter: 1%, leave: 25% } }, duplicate: ['a > b: udp #2'], drop: ['a > b: udp #1', RST] }\n",
    "link: { a > b: { delay: 1ms, reorder: { every: 5, by: 15ms } }, corrupt: { every: 4 } }\n",
    "  - link: down\n  - link: up\n  - link: { a > b: down, loss: { every: 2 } }\n",
]


@unittest.skipIf(jsonschema is None, "install python3-jsonschema and python3-yaml")
class SchemaTest(unittest.TestCase):
    def setUp(self):
        path = os.path.join(wirestory.SOURCE, "scenarios", "scenario.schema.json")
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)

    def errors(self, text):
        return [f"{list(error.absolute_path)}: {error.message}" for error in self.validator.iter_errors(yaml.safe_load(text))]

    def test_every_scenario_fits(self):
        files = glob.glob(os.path.join(wirestory.SOURCE, "scenarios", "*", "*.yaml"))
        self.assertGreaterEqual(len(files), 4)
        for path in sorted(files):
            with self.subTest(path), open(path, encoding="utf-8") as file:
                self.assertEqual(self.errors(file.read()), [])

    def test_links_fit(self):
        for text in LINKS:
            with self.subTest(text):
                self.assertEqual(self.errors(GOOD + text), [])

    def test_broken_ones_do_not(self):
        self.assertEqual(self.errors(GOOD), [])
        self.assertGreaterEqual(len(BROKEN), 30)
        for text in BROKEN:
            with self.subTest(text):
                self.assertNotEqual(self.errors(text), [])


if __name__ == "__main__":
    unittest.main()

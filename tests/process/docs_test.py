"""Docs stay true: every whole scenario in README.md and docs/ is played, and passes."""
import glob
import os
import re
import shutil
import tempfile
import unittest

import wirestory_process as wirestory


def scenarios_in(path):
    """The fenced yaml blocks that are whole scenarios: they have a story."""
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```yaml\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if re.search(r"^story:", block, re.M)]


class DocsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        shutil.copytree(os.path.join(wirestory.SOURCE, "scenarios", "tcp", "files"), os.path.join(self.folder.name, "files"))

    def write(self, text):
        path = os.path.join(self.folder.name, "example.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_every_scenario_in_the_docs_runs(self):
        documents = [os.path.join(wirestory.SOURCE, "README.md"),
                     *sorted(glob.glob(os.path.join(wirestory.SOURCE, "docs", "*.md")))]
        found = 0
        for document in documents:
            for text in scenarios_in(document):
                found += 1
                with self.subTest(document=os.path.basename(document), text=text):
                    result = wirestory.run("run", self.write(text), "-o", os.path.join(self.folder.name, "example.pcapng"))
                    self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertGreaterEqual(found, 15)

    # The manual names all that the language has; what the tables of the program hold is the measure.
    def test_the_manual_names_every_call_option_and_function(self):
        with open(os.path.join(wirestory.SOURCE, "docs", "scenarios.md"), encoding="utf-8") as file:
            words = set(re.findall(r"[A-Za-z_0-9]+", file.read()))
        folder = os.path.join(wirestory.SOURCE, "sim", "scenario")
        wanted = set()
        for name, pattern in (("call_signatures.cpp", r'CallKind::k\w+,\s*"(\w+)"'),
                              ("socket_names.cpp", r"WIRESTORY_(?:OPTION|READ_ONLY|NUMBER)\(?(?:\w+, )?([A-Z0-9]+_\w+)"),
                              ("socket_names.cpp", r"\b(MSG_[A-Z]+|POLL[A-Z]+|SHUT_[A-Z]+)\b"),
                              ("functions.cpp", r'^        \{"(\w+)", \{')):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                names = set(re.findall(pattern, file.read(), re.MULTILINE))
            self.assertGreater(len(names), 5, name)
            wanted |= names
        self.assertEqual(wanted - words, set())

    def test_the_scenarios_of_the_link_run(self):
        texts = [t for t in scenarios_in(os.path.join(wirestory.SOURCE, "docs", "scenarios.md")) if re.search(r"^link: *(\{|$)", t, re.M)]
        self.assertGreaterEqual(len(texts), 2)
        for text in texts:
            result = wirestory.run("run", self.write(text), "-o", os.path.join(self.folder.name, "example.pcapng"))
            self.assertEqual(result.returncode, 0, text + result.stdout + result.stderr)

    def test_files_that_the_readme_names_are_there(self):
        with open(os.path.join(wirestory.SOURCE, "README.md"), encoding="utf-8") as file:
            links = re.findall(r"\]\(([^)#:]+)\)", file.read())
        self.assertGreater(len(links), 5)
        for link in links:
            self.assertTrue(os.path.exists(os.path.join(wirestory.SOURCE, link)), link)


if __name__ == "__main__":
    unittest.main()

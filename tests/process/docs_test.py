"""Docs stay true: every whole scenario in README.md and docs/ passes `check`, and those of the README run."""
import glob
import os
import re
import tempfile
import unittest

import wirestory_process as wirestory


def scenarios_in(path):
    """The fenced yaml blocks that are whole scenarios (they have a title and a story)."""
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```yaml\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if re.search(r"^title:", block, re.M) and re.search(r"^story:", block, re.M)]


class DocsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, text):
        path = os.path.join(self.folder.name, "example.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_every_scenario_in_the_docs_is_right(self):
        documents = [os.path.join(wirestory.SOURCE, "README.md"),
                     *sorted(glob.glob(os.path.join(wirestory.SOURCE, "docs", "*.md")))]
        found = 0
        for document in documents:
            for text in scenarios_in(document):
                result = wirestory.run("check", self.write(text))
                self.assertEqual(result.returncode, 0, f"{document}:\n{text}\n{result.stderr}")
                found += 1
        self.assertGreaterEqual(found, 2)

    def test_the_scenario_of_the_readme_runs(self):
        for text in scenarios_in(os.path.join(wirestory.SOURCE, "README.md")):
            result = wirestory.run("run", self.write(text), "-o", os.path.join(self.folder.name, "example.pcapng"))
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_files_that_the_readme_names_are_there(self):
        with open(os.path.join(wirestory.SOURCE, "README.md"), encoding="utf-8") as file:
            links = re.findall(r"\]\(([^)#:]+)\)", file.read())
        self.assertGreater(len(links), 5)
        for link in links:
            self.assertTrue(os.path.exists(os.path.join(wirestory.SOURCE, link)), link)


if __name__ == "__main__":
    unittest.main()

"""Every row of the library can fail: with the one line changed that causes its effect, the run must not pass.

tests/scenarios/mutations*.yaml names the line of each scenario. Usage: mutation_test.py
"""
import concurrent.futures
import glob
import os
import tempfile
import unittest

import yaml

import wirestory_process as wirestory


def mutations():
    found = []
    for path in sorted(glob.glob(os.path.join(wirestory.SOURCE, "tests", "scenarios", "mutations*.yaml"))):
        with open(path, encoding="utf-8") as file:
            found += yaml.safe_load(file)
    return found


class MutationTest(unittest.TestCase):
    def test_a_changed_story_fails(self):
        # Most of them fail by a call that never returns, so they wait side by side.
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(8) as pool:
            runs = [(m, pool.submit(self.run_changed, folder, i, m)) for i, m in enumerate(mutations())]
            for mutation, run in runs:
                with self.subTest(scenario=mutation["scenario"], why=mutation["why"]):
                    result = run.result()
                    self.assertEqual(result.returncode, 1, result.stdout + result.stderr)

    def run_changed(self, folder, number, mutation):
        name = mutation["scenario"].removesuffix(".yaml").removeprefix("scenarios/")
        original = os.path.join(wirestory.SOURCE, "scenarios", name + ".yaml")
        wirestory.copy_files_beside(original, folder)
        with open(original, encoding="utf-8") as file:
            lines = file.read().split("\n")
        wanted = mutation["replace"].strip("\n")
        matching = [i for i, line in enumerate(lines) if line.rstrip() == wanted.rstrip() or line.strip() == wanted.strip()]
        self.assertTrue(matching, f"{name} has no line {wanted!r}")
        first = lines[matching[0]]
        indent = first[:len(first) - len(first.lstrip())]
        changed = [indent + line.strip() for line in (mutation["with"] or "").strip("\n").split("\n") if line.strip()]
        lines[matching[0]:matching[0] + 1] = changed
        path = os.path.join(folder, f"changed{number}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        return wirestory.run("run", path, "-o", os.path.join(folder, f"changed{number}.pcapng"), "--timeout", "3")

    def test_every_scenario_has_its_line(self):
        named = {m["scenario"].removesuffix(".yaml").removeprefix("scenarios/") for m in mutations()}
        folder = os.path.join(wirestory.SOURCE, "scenarios")
        library = {os.path.relpath(path, folder).removesuffix(".yaml") for path in wirestory.library()}
        self.assertEqual(library - named, set())


if __name__ == "__main__":
    unittest.main()

"""The command line in both languages, chosen as gettext's programs are; and an installed copy, which finds its library of
scenarios and its languages from any folder."""
import json
import os
import re
import subprocess
import tempfile
import unittest

import wirestory_process as wirestory

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LOCALE_NAMES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


def run(*arguments, binary=wirestory.BINARY, folder=None, **locale):
    environment = {name: value for name, value in os.environ.items() if name not in LOCALE_NAMES}
    environment.pop("WIRESTORY_SCENARIOS", None)
    return subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=wirestory.TIMEOUT_S, cwd=folder,
                          env={**environment, **locale}, check=False)


class LanguagesTest(unittest.TestCase):
    def test_the_language_is_chosen_as_gettext_chooses(self):
        chinese = [{"LANG": "zh_CN.UTF-8"}, {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"},
                   {"LANG": "C.UTF-8", "LANGUAGE": "zh_CN:en"}, {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"},
                   {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh:en"}]
        english = [{}, {"LANG": "C"}, {"LC_ALL": "C", "LANGUAGE": "zh"}, {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"},
                   {"LANG": "zh_CN.UTF-8", "LANGUAGE": "en:zh"}, {"LANG": "de_DE.UTF-8"}]
        for locale in chinese:
            self.assertRegex(run("--help", **locale).stdout, CHINESE, locale)
        for locale in english:
            self.assertNotRegex(run("--help", **locale).stdout, CHINESE, locale)

    def test_lang_beats_the_environment_on_every_command(self):
        self.assertNotRegex(run("--lang", "en", "--help", LANG="zh_CN.UTF-8").stdout, CHINESE)
        commands = re.findall(r"^  (\w+) ", run("--help").stdout.split("Commands:")[1], re.MULTILINE)
        self.assertGreaterEqual(len(commands), 6)
        for command in commands:
            self.assertRegex(run(command, "--help", "--lang=zh", LANG="C").stdout.split("\n")[0], CHINESE, command)
        refused = run("list", "--lang", "fr")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--lang", refused.stderr)

    def test_mistakes_are_named_in_chinese(self):
        for arguments, word in ((["run"], "缺少 SCENARIO"), (["run", "x", "--nonsense"], "多余的参数"),
                                (["run", "tcp/handshak"], "是否想写 tcp/handshake"), (["show", "/nowhere"], "没有这个文件"),
                                (["list", "--lang", "zh", "tcp/nothing-at-all"], "没有这样的文件或场景")):
            result = run(*arguments, folder=wirestory.SOURCE, LANG="zh_CN.UTF-8")
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn(word, result.stderr, arguments)

    def test_columns_of_the_list_stand_below_each_other(self):
        lines = run("list", "tcp", "--lang", "zh", folder=wirestory.SOURCE).stdout.splitlines()
        self.assertGreater(len(lines), 20)
        self.assertEqual(len({re.match(r"\S+ +", line).end() for line in lines}), 1)
        self.assertTrue(all(CHINESE.search(line) for line in lines))

    def test_json_is_the_same_in_both_languages(self):
        self.assertEqual(json.loads(run("list", "--json", "--lang", "zh", folder=wirestory.SOURCE).stdout),
                         json.loads(run("list", "--json", "--lang", "en", folder=wirestory.SOURCE).stdout))


class InstalledTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        build = os.path.dirname(wirestory.BINARY)
        subprocess.run(["cmake", "--install", build, "--prefix", os.path.join(self.folder, "prefix")], check=True,
                       capture_output=True, timeout=wirestory.TIMEOUT_S)
        self.binary = os.path.join(self.folder, "prefix/bin/wirestory")

    def test_library_and_languages_are_found_from_another_folder(self):
        listed = json.loads(run("list", "--json", binary=self.binary, folder=self.folder).stdout)
        self.assertEqual(len(listed), len(wirestory.library()))
        self.assertTrue(all(entry["file"].startswith(self.folder) for entry in listed))
        self.assertIn("三次握手", run("list", binary=self.binary, folder=self.folder, LANG="zh_CN.UTF-8").stdout)
        result = run("run", "tcp/handshake", "-o", os.path.join(self.folder, "h.pcapng"), binary=self.binary,
                     folder=self.folder, LANG="zh_CN.UTF-8")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("通过 tcp/handshake", result.stdout)


if __name__ == "__main__":
    unittest.main()

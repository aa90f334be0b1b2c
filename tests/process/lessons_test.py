"""Every lesson of the library holds what a student needs, in both languages: what to look at, why (with its source), what
Linux does, what changes with one line, and a question; and every stop of its tour speaks both."""
import re
import unittest

import yaml

import wirestory_process as wirestory

PARTS = {"en": ["What to look at", "What Linux does", "Change one line", "A question"],
         "zh": ["看什么", "Linux 的做法", "改一行试试", "想一想"]}
SOURCE = re.compile(r"RFC\s+\d+|\w+\(\d\)|[a-z_]+/[a-z_0-9/]+\.[ch]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def sections_of(lesson):
    """Heading -> text below it, in order."""
    pieces = re.split(r"^## (.*)$", lesson, flags=re.MULTILINE)
    return {heading.strip(): text.strip() for heading, text in zip(pieces[1::2], pieces[2::2])}


class LessonsTest(unittest.TestCase):
    def setUp(self):
        self.scenarios = {}
        for path in wirestory.library():
            with open(path, encoding="utf-8") as file:
                self.scenarios[path] = yaml.safe_load(file)
        self.assertGreater(len(self.scenarios), 30)

    def test_every_lesson_has_its_parts_in_both_languages(self):
        for path, scenario in self.scenarios.items():
            for language, parts in PARTS.items():
                with self.subTest(scenario=path, language=language):
                    sections = sections_of(scenario["lesson"][language])
                    self.assertEqual([part for part in parts if not sections.get(part)], [])
                    # Between what is seen and what Linux does stands the reason.
                    headings = list(sections)
                    self.assertEqual(headings[0], parts[0])
                    self.assertGreaterEqual(len(headings), len(parts) + 1)
                    self.assertRegex(scenario["lesson"][language], SOURCE)
            self.assertEqual(len(sections_of(scenario["lesson"]["en"])), len(sections_of(scenario["lesson"]["zh"])), path)

    def test_both_languages_cite_the_same_sources(self):
        for path, scenario in self.scenarios.items():
            with self.subTest(scenario=path):
                cited = [set(re.findall(r"RFC\s+(\d+)", scenario["lesson"][language])) for language in PARTS]
                self.assertEqual(cited[0], cited[1])

    def test_questions_ask_and_chinese_is_chinese(self):
        for path, scenario in self.scenarios.items():
            with self.subTest(scenario=path):
                self.assertIn("?", sections_of(scenario["lesson"]["en"])["A question"])
                self.assertIn("？", sections_of(scenario["lesson"]["zh"])["想一想"])
                for text in (scenario["title"], scenario["lesson"], *(stop["say"] for stop in scenario["tour"])):
                    self.assertRegex(text["zh"], CHINESE)
                    self.assertNotRegex(text["en"], CHINESE)

    def test_tours_lead_through_the_story(self):
        for path, scenario in self.scenarios.items():
            with self.subTest(scenario=path):
                self.assertGreaterEqual(len(scenario["tour"]), 3)


if __name__ == "__main__":
    unittest.main()

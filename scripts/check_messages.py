#!/usr/bin/env python3
"""Checks the messages: po/wirestory.pot has those of the sources, each po/*.po has all of them translated and none in
doubt, and a translation has the placeholders of its message ({}, {0}, {:.3f}; they may change places).

Usage: check_messages.py [ROOT]
"""
import pathlib
import re
import subprocess
import sys

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
FIELD = re.compile(r"\{\{|\}\}|\{([^{}:]*)(:[^{}]*)?\}")
# Named placeholders that only English grammar needs (analysis/findings/words.hpp), and one that says another's figure.
GRAMMAR = {"s", "ns", "was"}
SAME = {"sends": "count"}
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def entries_of(path):
    """Each entry as a dict of its flags and of its keywords' texts (msgctxt, msgid, msgstr)."""
    entry, keyword = {"flags": ""}, None
    for line in path.read_text(encoding="utf-8").splitlines() + [""]:
        if not line.strip():
            if "msgid" in entry:
                yield entry
            entry, keyword = {"flags": ""}, None
        elif line.startswith("#,"):
            entry["flags"] += line
        elif not line.startswith("#"):
            first = line.split(" ", 1)[0]
            if not line.startswith('"'):
                keyword = first
                entry[keyword] = ""
            text = STRING.search(line).group(1)
            entry[keyword] += re.sub(r"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group(1)), text)


def fields_of(text):
    """The placeholders as (index, format) pairs; a name of no number stands for itself."""
    found, automatic = set(), 0
    for match in FIELD.finditer(text):
        if match.group(0) in ("{{", "}}"):
            continue
        index = match.group(1)
        if index == "":
            index = str(automatic)
            automatic += 1
        if index not in GRAMMAR:
            found.add((SAME.get(index, index), match.group(2) or ""))
    return found


def mistakes_in(path, template):
    translated = {}
    for entry in entries_of(path):
        message = entry["msgid"]
        if not message:
            continue
        translated[(entry.get("msgctxt"), message)] = entry
        where = f"{path.name}: {message!r}"
        if "fuzzy" in entry["flags"]:
            yield f"{where}: the translation is in doubt (fuzzy)"
        if not entry["msgstr"]:
            yield f"{where}: not translated"
        elif fields_of(message) != fields_of(entry["msgstr"]):
            yield f"{where}: other placeholders in {entry['msgstr']!r}"
    for entry in entries_of(template):
        if entry["msgid"] and (entry.get("msgctxt"), entry["msgid"]) not in translated:
            yield f"{path.name}: {entry['msgid']!r}: missing; run scripts/update_po"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    catalogues = sorted((root / "po").glob("*.po"))
    found = [mistake for path in catalogues for mistake in mistakes_in(path, root / "po" / "wirestory.pot")]
    fresh = subprocess.run([root / "scripts" / "update_po", "--check"], capture_output=True, text=True, check=False)
    if fresh.returncode != 0:
        found.append(fresh.stdout + fresh.stderr)
    for mistake in found:
        print(mistake)
    print(f"check_messages: {len(catalogues)} catalogues, {len(found)} mistakes")
    return 1 if found or not catalogues else 0


if __name__ == "__main__":
    sys.exit(main())

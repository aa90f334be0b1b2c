#!/usr/bin/env python3
"""Holds the measures of docs/architecture.md: no file over 400 lines, no function over 60.

Functions are measured by universal-ctags; without it only files are measured, and that is said.
Usage: check_sizes.py [ROOT]
"""
import json
import pathlib
import shutil
import subprocess
import sys

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
FOLDERS = ["base", "recording", "sim", "capture", "analysis", "tracer", "session", "viz", "cli"]


def long_functions(files):
    output = subprocess.run(
        ["ctags", "--fields=+ne", "--output-format=json", "--kinds-C++=f", "-f", "-", "-L", "-"],
        input="\n".join(map(str, files)), capture_output=True, text=True, check=True).stdout
    for line in output.splitlines():
        tag = json.loads(line)
        lines = tag.get("end", 0) - tag.get("line", 0) + 1
        if lines > MAX_FUNCTION_LINES:
            yield f"{tag['path']}:{tag['line']}: function {tag['name']} has {lines} lines (at most {MAX_FUNCTION_LINES})"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    files = sorted(f for folder in FOLDERS for suffix in ("cpp", "hpp") for f in (root / folder).rglob(f"*.{suffix}"))
    found = []
    for file in files:
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > MAX_FILE_LINES:
            found.append(f"{file}: {lines} lines (at most {MAX_FILE_LINES})")
    if shutil.which("ctags"):
        found += list(long_functions(files))
    else:
        print("check_sizes: universal-ctags is not installed; only files were measured")
    for breach in found:
        print(breach)
    print(f"check_sizes: {len(files)} files, {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

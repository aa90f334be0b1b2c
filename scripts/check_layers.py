#!/usr/bin/env python3
"""Checks that imports go only down the layer table, and that fenced library headers stay behind their fences.

The table is the one of docs/architecture.md. Prints file:line for each breach; exit status 1 when there is one.
Usage: check_layers.py [ROOT]
"""
import pathlib
import re
import sys

# A row may include the rows named behind it, and itself.
LAYERS = {
    "base": [],
    "recording": ["base"],
    "sim": ["base", "recording"],
    "capture/wire": ["base", "recording"],
    "capture/source": ["base", "recording", "capture/wire"],
    "analysis": ["base", "recording", "capture/wire"],
    "tracer": ["base", "recording"],
    "session": ["base", "recording", "sim", "capture/wire", "capture/source", "analysis", "tracer"],
    "viz/layout": ["base", "recording", "capture/wire", "analysis"],
    "viz/paint_svg": ["base", "recording", "analysis", "viz/layout"],
    "viz/paint_text": ["base", "recording", "analysis", "viz/layout"],
    "viz/paint_imgui": ["base", "recording", "analysis", "viz/layout"],
    "viz/app": ["base", "recording", "capture/wire", "analysis", "viz/layout", "viz/paint_svg", "viz/paint_text",
                "viz/paint_imgui"],
    "cli": ["base", "recording", "sim", "capture/wire", "capture/source", "analysis", "tracer", "session",
            "viz/layout", "viz/paint_svg", "viz/paint_text", "viz/paint_imgui", "viz/app"],
}

# Library header -> the only rows that may include it.
FENCES = [
    (re.compile(r"pcap"), ["capture/source"]),
    (re.compile(r"zlib\.h|zstd"), ["capture/source"]),
    (re.compile(r"yaml-cpp/"), ["sim"]),
    (re.compile(r"pcre2"), ["analysis"]),
    (re.compile(r"imgui|imgui_impl"), ["viz/paint_imgui", "viz/app"]),
    (re.compile(r"GLFW/"), ["viz/app"]),
    (re.compile(r"GL/"), ["viz/app"]),
    (re.compile(r"CLI/"), ["cli"]),
    (re.compile(r"rsvg|cairo"), ["cli"]),
]

# Who may print or exit: only the command line.
PRINTS = re.compile(r"\b(std::cout|std::cerr|printf|fmt::print|std::exit|puts)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def layer_of(path):
    """The row that a path like viz/layout/scene.hpp belongs to, or None."""
    best = None
    for row in LAYERS:
        if path.startswith(row + "/") and (best is None or len(row) > len(best)):
            best = row
    return best


def breaches_of(root, file):
    relative = file.relative_to(root).as_posix()
    row = layer_of(relative)
    if row is None:
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match and match.group(1) == '"':
            target = layer_of(match.group(2))
            if target is None:
                yield f'{relative}:{number}: "{match.group(2)}" is not under the include root'
            elif target != row and target not in LAYERS[row]:
                yield f"{relative}:{number}: {row} must not include {target}"
        elif match:
            for pattern, allowed in FENCES:
                if pattern.search(match.group(2)) and row not in allowed:
                    yield f"{relative}:{number}: <{match.group(2)}> is fenced to {', '.join(allowed)}"
        elif row != "cli" and PRINTS.search(line.split("//")[0]) and "snprintf" not in line:
            yield f"{relative}:{number}: only cli/ prints or exits"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    files = [f for row in LAYERS for suffix in ("cpp", "hpp") for f in (root / row).rglob(f"*.{suffix}")]
    if not files:
        print(f"check_layers: no sources under {root}", file=sys.stderr)
        return 2
    found = sorted({breach for file in files for breach in breaches_of(root, file)})
    for breach in found:
        print(breach)
    print(f"check_layers: {len(set(files))} files, {len(found)} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

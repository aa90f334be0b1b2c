#!/usr/bin/env bash
# Checks that clang-format 14 would change nothing. Another version formats otherwise, so it is not asked.
# Usage: check_format.sh [--fix]
set -euo pipefail
cd "$(dirname "$0")/.."

formatter=""
for candidate in clang-format-14 clang-format; do
    if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
        formatter=$candidate
        break
    fi
done
if [ -z "$formatter" ]; then
    echo "check_format: clang-format 14 is not installed; skipped" >&2
    exit 77
fi

folders=()
for folder in base recording sim capture analysis tracer session viz cli tests; do
    if [ -d "$folder" ]; then folders+=("$folder"); fi
done
mapfile -t sources < <(find "${folders[@]}" \
    -name '*.cpp' -o -name '*.hpp' | sort)
if [ "${1:-}" = --fix ]; then
    exec "$formatter" -i "${sources[@]}"
fi
"$formatter" --dry-run --Werror "${sources[@]}"
echo "check_format: ${#sources[@]} files"

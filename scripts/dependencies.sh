#!/usr/bin/env bash
# Installs what is missing, with apt, on Debian 12 and Ubuntu 22.04/24.04. Sourced by demo and test; also runs by itself.
# Usage: dependencies.sh [build] [viewer] [test]      (default: build viewer)

wirestory_packages() {
    local group
    for group in "$@"; do
        case "$group" in
            build)
                echo g++ cmake ninja-build pkg-config libpcap-dev libyaml-cpp-dev libcli11-dev libfmt-dev \
                    nlohmann-json3-dev libexpected-dev zlib1g-dev libzstd-dev gettext libpcre2-dev librsvg2-dev
                ;;
            viewer) echo libimgui-dev libglfw3-dev libgl-dev libpng-dev libfontconfig-dev fonts-dejavu-core ;;
            test)
                echo catch2 clang-format-14 universal-ctags python3 python3-yaml python3-jsonschema tshark tcpdump zstd xvfb xauth libgl1-mesa-dri \
                    fonts-noto-cjk
                ;;
        esac
    done
}

wirestory_missing() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
    done
}

# Installs the packages of the named groups; says what it does, and fails with one sentence.
install_dependencies() {
    if ! command -v apt-get >/dev/null; then
        echo "This script installs packages with apt-get, which is not here. Install by hand what stands in" \
            "scripts/dependencies.sh, then run cmake as the README says." >&2
        return 1
    fi
    local missing
    # shellcheck disable=SC2046
    missing=$(wirestory_missing $(wirestory_packages "$@"))
    [ -n "$missing" ] || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing: $(echo $missing). Installing them needs root: run this script as root," \
                "or install sudo." >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "== Installing: $(echo $missing)"
    "${as_root[@]}" apt-get update -qq || {
        echo "apt-get update failed: is this machine connected, and are its package sources right?" >&2
        return 1
    }
    # shellcheck disable=SC2086
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
        echo "apt-get could not install: $(echo $missing)" >&2
        return 1
    }
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -euo pipefail
    [ $# -gt 0 ] || set -- build viewer
    install_dependencies "$@"
fi

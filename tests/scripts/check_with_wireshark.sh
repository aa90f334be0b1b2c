#!/bin/sh
# Checks a recording with the tools of others: tshark, capinfos and tcpdump must read it without complaint, list the
# calls between the packets, and agree about how many packets there are. Prints a sentence for each failure.
# usage: check_with_wireshark.sh RECORDING [CALL-TEXT...]   (each CALL-TEXT must be listed, as: client: send("hello") = 5)
set -u

[ $# -ge 1 ] || { echo "usage: $0 RECORDING [CALL-TEXT...]" >&2; exit 2; }
recording=$1
shift
failures=0

fail() {
    echo "check_with_wireshark: $*" >&2
    failures=$((failures + 1))
}

for tool in tshark capinfos tcpdump; do
    command -v "$tool" >/dev/null 2>&1 || { echo "check_with_wireshark: skipped, $tool is not installed"; exit 0; }
done

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

tshark -r "$recording" >"$work/list" 2>"$work/tshark.err" || fail "tshark cannot read $recording: $(cat "$work/tshark.err")"
# The warning about running as root is tshark's business.
grep -v 'Running as user' "$work/tshark.err" >"$work/complaints" && fail "tshark complains: $(cat "$work/complaints")"
tcpdump -nr "$recording" >"$work/tcpdump" 2>"$work/tcpdump.err" || fail "tcpdump cannot read $recording: $(cat "$work/tcpdump.err")"
capinfos "$recording" >"$work/capinfos" 2>"$work/capinfos.err" || fail "capinfos cannot read $recording: $(cat "$work/capinfos.err")"

journal=$(grep -c 'systemd Journal' "$work/list")
listed=$(grep -c . "$work/list")
packets=$((listed - journal))
dumped=$(grep -c '^[0-9][0-9]:' "$work/tcpdump")
[ "$journal" -gt 0 ] || fail "tshark lists no calls in $recording"
[ "$packets" -eq "$dumped" ] || fail "tshark lists $packets packets, tcpdump $dumped"

for call in "$@"; do
    grep -qF -- "$call" "$work/list" || fail "tshark does not list the call: $call"
done

[ "$failures" -eq 0 ] && echo "check_with_wireshark: $recording is read by tshark, capinfos and tcpdump: $packets packets, $journal entries"
[ "$failures" -eq 0 ]

"""The whole library against the kernel: every scenario is run, and what the analysis derived must agree with what the
kernel said of its buffers, sends and times; the parts of each message's latency add up, and hardly any is unexplained.
Usage: agreement_test.py [NAME...] (scenarios below scenarios/; all without one)"""
import json
import os
import sys
import tempfile

import wirestory_process as wirestory

MOST_UNEXPLAINED = 0.02


def measure(scenario, folder):
    recording = os.path.join(folder, "out.pcapng")
    result = wirestory.run("run", scenario, "-o", recording)
    if result.returncode != 0:
        return None, result.stdout + result.stderr
    result = wirestory.run("show", "--agreement", recording)
    return (json.loads(result.stdout), "") if result.returncode == 0 else (None, result.stderr)


def faults_of(figures):
    faults = list(figures["disagreements"])
    if figures["parts_sum_ns"] != figures["total_ns"]:
        faults.append(f"the parts of latency add up to {figures['parts_sum_ns']}, not to {figures['total_ns']}")
    return faults


def main():
    chosen = [os.path.join(wirestory.SOURCE, "scenarios", name) for name in sys.argv[1:]] or wirestory.library()
    sums = {"samples": 0, "reports": 0, "times": 0, "messages": 0, "total_ns": 0, "unexplained": 0}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for scenario in chosen:
            name = os.path.relpath(scenario, os.path.join(wirestory.SOURCE, "scenarios"))
            figures, trouble = measure(scenario, folder)
            faults = [trouble] if figures is None else faults_of(figures)
            for fault in faults:
                print(f"{name}: {fault}")
            failed += 1 if faults else 0
            if figures is None:
                continue
            unexplained = figures["parts"].get("unexplained", 0)
            if unexplained:
                print(f"{name}: {unexplained / 1e6:.3f} ms of {figures['total_ns'] / 1e6:.3f} ms are unexplained")
            for key in ["samples", "reports", "times", "messages", "total_ns"]:
                sums[key] += figures[key]
            sums["unexplained"] += unexplained
    share = sums["unexplained"] / max(sums["total_ns"], 1)
    print(f"{len(chosen)} scenarios, {failed} with faults; compared {sums['samples']} samples, {sums['reports']} reports, "
          f"{sums['times']} sockets' times; {sums['messages']} messages, unexplained {100 * share:.3f} % of "
          f"{sums['total_ns'] / 1e9:.3f} s")
    nothing = sums["samples"] == 0 or sums["messages"] == 0
    return 1 if failed or nothing or share > MOST_UNEXPLAINED else 0


if __name__ == "__main__":
    sys.exit(main())

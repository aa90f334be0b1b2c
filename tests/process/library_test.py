"""Runs scenarios of the library as the user would. Usage: library_test.py ordinary|root SCENARIO [REPEATS]"""
import os
import sys
import tempfile

import wirestory_process as wirestory


SKIPPED = 77  # what CTest is told with SKIP_RETURN_CODE


def run_once(as_ordinary_user, scenario, folder, user):
    if as_ordinary_user:
        return user.run("run", user.copy(scenario), "-o", os.path.join(user.folder, "out.pcapng"))
    return wirestory.run("run", scenario, "-o", os.path.join(folder, "out.pcapng"))


def main():
    as_ordinary_user = sys.argv[1] == "ordinary"
    scenario = os.path.join(wirestory.SOURCE, "scenarios", sys.argv[2])
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    failed = 0
    user = wirestory.OrdinaryUser()
    if as_ordinary_user and not user.may_have_namespaces():
        print("skipped: an ordinary user may not have namespaces on this machine; `wirestory doctor` names the cure")
        user.close()
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            result = run_once(as_ordinary_user, scenario, folder, user)
            if result.returncode != 0:
                failed += 1
                print(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    user.close()
    print(f"{repeats - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the tests of the command line share: the binary under test, and how to run it as root or as an ordinary user.

The binary is named by WIRESTORY_BINARY, the source tree by WIRESTORY_SOURCE_DIR (tests/CMakeLists.txt sets both).
"""
import os
import pwd
import shutil
import subprocess
import tempfile

BINARY = os.environ["WIRESTORY_BINARY"]
SOURCE = os.environ["WIRESTORY_SOURCE_DIR"]
TIMEOUT_S = 120

NAGLE = os.path.join(SOURCE, "scenarios/tcp/nagle-coalescing.yaml")
HANDSHAKE = os.path.join(SOURCE, "scenarios/tcp/handshake.yaml")


def run(*arguments, **options):
    """Runs wirestory and returns the CompletedProcess with text output."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", **options.pop("env", {}))
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S,
                          env=environment, **options)


def alive(pid):
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def library():
    """Every scenario of the library, as paths below scenarios/."""
    found = []
    for folder, _, files in os.walk(os.path.join(SOURCE, "scenarios")):
        found += [os.path.join(folder, name) for name in files if name.endswith(".yaml")]
    return sorted(found)


def copy_files_beside(scenario, folder):
    """What file("files/...") of a scenario reads comes along when the scenario is copied."""
    files = os.path.join(os.path.dirname(scenario), "files")
    if os.path.isdir(files):
        shutil.copytree(files, os.path.join(folder, "files"), dirs_exist_ok=True)


class OrdinaryUser:
    """Runs wirestory as `nobody` when the tests run as root, else as who we are.

    The binary may lie below a folder that `nobody` cannot enter, so it is opened first and run through its descriptor.
    """

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="wirestory-nobody-")
        self.is_root = os.geteuid() == 0
        if self.is_root:
            self.user = pwd.getpwnam("nobody")
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
            os.chmod(self.folder, 0o755)

    def may_have_namespaces(self):
        """Whether this machine lets an ordinary user have them: Ubuntu 24.04 does not, nor does a chroot."""
        result = self.run("doctor", "--json")
        return result.returncode == 0

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self, path):
        """A copy of `path` that the user can read."""
        target = os.path.join(self.folder, os.path.basename(path))
        shutil.copyfile(path, target)
        os.chmod(target, 0o644)
        copy_files_beside(path, self.folder)
        return target

    def run(self, *arguments):
        binary = os.open(BINARY, os.O_RDONLY)
        try:
            options = {}
            if self.is_root:
                options = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
            return subprocess.run(["wirestory", *arguments], executable=f"/proc/self/fd/{binary}", pass_fds=[binary],
                                  capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S, cwd=self.folder,
                                  env=dict(os.environ, HOME=self.folder, TMPDIR=self.folder), **options)
        finally:
            os.close(binary)

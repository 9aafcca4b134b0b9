"""Runs the tests of the shim with every CPython from 3.8 on that is found.

    python3 tests/python/run_all.py [unittest options or test names]

Looks on PATH and among the versions of pyenv.
"""

import glob
import os
import shutil
import subprocess
import sys

NEWEST = 20


def find_interpreters():
    """Paths by version."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    names = ["python3", *("python3.%d" % minor for minor in range(8, NEWEST))]
    paths = [sys.executable, *filter(None, map(shutil.which, names)), *glob.glob(root + "/versions/*/bin/python3")]
    found = {}
    for path in paths:
        asked = subprocess.run([path, "-c", "import sys; print(sys.version_info[:2] >= (3, 8), sys.version)"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        supported, _, version = asked.stdout.decode().partition(" ")
        if supported == "True":
            found.setdefault(version, path)
    return found


def main():
    directory = os.path.dirname(os.path.abspath(__file__))
    failed = []
    for version, path in sorted(find_interpreters().items()):
        print("== " + version.splitlines()[0], flush=True)
        code = subprocess.call([path, "-m", "unittest", *sys.argv[1:]], cwd=directory)
        if code:
            failed.append(path)
    if failed:
        sys.exit("failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()

"""Runs programs that use other libraries with and without the shim, and prints what the shim recorded.

    python3 tests/python/real_programs.py PYTHON

Installs joblib, pytest-xdist, mpire, scikit-learn, tqdm and multiprocess into a temporary environment of PYTHON.
Exits with 1 if a program behaves differently or a hook failed.
"""

import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

import rings

SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "python")
PACKAGES = ("joblib", "pytest-xdist", "mpire", "scikit-learn", "tqdm", "multiprocess")
SECONDS = 180

PROGRAMS = {
    "joblib Parallel": """
        import time
        from joblib import Parallel, delayed
        def work(number):
            time.sleep(0.005)
            return 2 * number
        if __name__ == "__main__":
            for backend in "loky", "threading", "multiprocessing":
                print(backend, sum(Parallel(n_jobs=2, backend=backend)(delayed(work)(i) for i in range(40))))
    """,
    "scikit-learn GridSearchCV(n_jobs=4)": """
        from sklearn.datasets import load_iris
        from sklearn.model_selection import GridSearchCV
        from sklearn.svm import SVC
        if __name__ == "__main__":
            search = GridSearchCV(SVC(), {"C": [1, 10], "gamma": [0.1, 1]}, n_jobs=4)
            search.fit(*load_iris(return_X_y=True))
            print(search.best_params_, round(search.best_score_, 3))
    """,
    "tqdm process_map": """
        from tqdm.contrib.concurrent import process_map, thread_map
        def work(number): return number + 1
        if __name__ == "__main__":
            print(sum(process_map(work, range(20), max_workers=2, chunksize=3, disable=True)))
            print(sum(thread_map(work, range(20), max_workers=2, disable=True)))
    """,
    "mpire": """
        from mpire import WorkerPool
        def work(number): return number + 1
        if __name__ == "__main__":
            for options in {}, {"use_dill": True, "start_method": "spawn"}, {"start_method": "threading"}:
                with WorkerPool(2, **options) as pool:
                    print(sum(pool.map(work, range(20))))
    """,
    "multiprocess (dill)": """
        import multiprocess
        if __name__ == "__main__":
            for method in "fork", "spawn":
                with multiprocess.get_context(method).Pool(2) as pool:
                    print(pool.map(lambda number: number + 1, range(8)), list(pool.imap(lambda number: -number, [1])))
    """,
    "pytest-xdist": """
        import sys
        import pytest
        @pytest.mark.parametrize("number", range(10))
        def test_number(number): assert number != 3
        if __name__ == "__main__":
            sys.exit(pytest.main(["-n", "2", "-q", "-p", "no:cacheprovider", "--tb=short", __file__]))
    """,
    "ProcessPoolExecutor inside Process": """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        def work(number): return number + 1
        def run():
            with ProcessPoolExecutor(2) as executor:
                print(list(executor.map(work, range(10))), flush=True)
        if __name__ == "__main__":
            process = multiprocessing.Process(target=run)
            process.start()
            process.join()
            print(process.exitcode)
    """,
    "SharedMemory": """
        from multiprocessing import Pool
        from multiprocessing.shared_memory import SharedMemory
        def add(arguments):
            name, index = arguments
            memory = SharedMemory(name)
            memory.buf[index] += 1
            memory.close()
        if __name__ == "__main__":
            memory = SharedMemory(create=True, size=8)
            with Pool(2) as pool:
                pool.map(add, [(memory.name, index) for index in range(8)])
            print(bytes(memory.buf[:8]))
            memory.close()
            memory.unlink()
    """,
    "pool ended by terminate": """
        import multiprocessing, time
        def work(number):
            time.sleep(0.01)
            return number
        if __name__ == "__main__":
            pool = multiprocessing.Pool(2)
            results = pool.imap_unordered(work, range(100000))
            print(len([next(results) for _ in range(10)]))
            pool.terminate()
            pool.join()
            process = multiprocessing.Process(target=time.sleep, args=(60,))
            process.start()
            process.terminate()
            process.join()
            print(process.exitcode)
    """,
    "os.fork": """
        import os
        for number in range(3):
            pid = os.fork()
            if pid == 0:
                os._exit(number)
            print(os.waitpid(pid, 0)[1])
    """,
}


def run(python, program, shim):
    """What the program did, and its records."""
    directory = tempfile.mkdtemp(prefix="program-")
    try:
        trace = os.path.join(directory, "trace")
        os.mkdir(trace, 0o700)
        with open(os.path.join(directory, "test_program.py"), "w") as stream:
            stream.write(textwrap.dedent(program))
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        if shim:
            environment.update(MPVIZ_TRACE_DIR=trace, PYTHONPATH=shim)
        ended = subprocess.run([python, "test_program.py"], cwd=directory, env=environment, timeout=SECONDS,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        texts = [text.decode().replace(directory, "PLACE") for text in (ended.stdout, ended.stderr)]
        # pytest prints how long it took, and which of its workers was first.
        texts = [re.sub(r"in [0-9.]+s|\[gw\d\] ", "", text) for text in texts]
        texts = [re.sub(r"[.F]{10}", lambda match: "".join(sorted(match.group())), text) for text in texts]
        return (ended.returncode, *texts), rings.read_directory(trace)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def describe(records):
    kinds = collections.Counter(record.kind for record in records)
    processes = len({record.pid for record in records})
    calls = sorted({record.text[2] for record in records if record.kind == "CALL"})
    return "%d processes, %d pools, %d tasks of %s; %s" % (
        processes, kinds["POOL_CREATED"], kinds["STARTED"], ", ".join(calls) or "nothing known",
        ", ".join("%d %s" % (count, kind) for kind, count in sorted(kinds.items())))


def main():
    same = True
    with tempfile.TemporaryDirectory() as directory:
        environment = os.path.join(directory, "environment")
        subprocess.run([sys.argv[1], "-m", "venv", environment], check=True)
        python = os.path.join(environment, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        shim = os.path.join(directory, "shim")
        shutil.copytree(SHIM, shim, ignore=shutil.ignore_patterns("__pycache__"))
        os.mkdir(os.path.join(shim, "cache"), 0o700)
        for name, program in PROGRAMS.items():
            plain, _ = run(python, program, None)
            watched, records = run(python, program, shim)
            faults = [record.text for record in records if record.kind == "FAULT"]
            same = same and plain == watched and not faults
            print("%s: %s: %s" % (name, "the same" if plain == watched else "DIFFERENT", describe(records)), flush=True)
            for fault in faults:
                print("  fault: " + ", ".join(fault))
            if plain != watched:
                print("  without: %r\n  with:    %r" % (plain, watched))
    sys.exit(not same)


if __name__ == "__main__":
    main()

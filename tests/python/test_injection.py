"""The shim is loaded without a trace in the program, or not at all."""

import os
import shutil
import stat
import sys
import unittest

from shim_case import ShimCase

IS_LOADED = "import sys; print('mpviz_shim' in sys.modules)"


class Injection(ShimCase):
    def test_search_path_and_modules_are_as_without(self):
        self.watch("""
            import sys
            print(sys.path, "sitecustomize" in sys.modules, [key for key in sys.path_importer_cache if "shim" in key])
        """)

    def test_sitecustomize_that_is_hidden_runs(self):
        other = os.path.join(self.directory, "other")
        os.makedirs(other, exist_ok=True)
        with open(os.path.join(other, "sitecustomize.py"), "w") as stream:
            stream.write("print('the other sitecustomize')\nvalue = 3\n")
        run = self.watch("""
            import sitecustomize
            print(sitecustomize.value, sitecustomize.__file__)
        """, paths=[other])
        self.assertIn("the other sitecustomize", run.output)

    def test_error_in_sitecustomize_that_is_hidden_is_reported(self):
        other = os.path.join(self.directory, "broken")
        os.makedirs(other, exist_ok=True)
        with open(os.path.join(other, "sitecustomize.py"), "w") as stream:
            stream.write("raise ValueError('broken')\n")
        self.assertIn("broken", self.watch("print(1)", paths=[other]).errors)

    def test_nothing_is_loaded_without_trace_directory(self):
        for variables in ({}, {"MPVIZ_TRACE_DIR": ""}, {"MPVIZ_TRACE_DIR": "/nonexistent"}):
            run = self.run_program(IS_LOADED, shim=False, paths=[self.shim], variables=variables)
            self.assertEqual((run.output, run.errors), ("False\n", ""))

    def test_isolated_interpreters_are_not_watched(self):
        for option in ("-I", "-E", "-S"):
            run = self.watch(IS_LOADED, command=[option, "program.py"])
            self.assertEqual(run.records, [])

    def test_hello_names_version_and_script(self):
        hello = self.the_only(self.watch("print(1)"), "HELLO")
        version = sys.version_info
        self.assertEqual(hello.words[:4], (
            os.getpid(), version.major << 16 | version.minor << 8 | version.micro, 0, 0))
        self.assertEqual(hello.text, [sys.implementation.name, "program.py"])

    def test_hello_of_module_command_and_input(self):
        cases = (
            (["-m", "program"], "-m program"), (["-c", "secret = 1"], "-c"), (["-"], "-"),
            (["-c", "from multiprocessing.resource_tracker import main"], "multiprocessing.resource_tracker"),
        )
        for command, script in cases:
            run = self.watch("print(1)", command=command, given="print(2)")
            self.assertEqual(self.the_only(run, "HELLO").text[1], script)

    def test_children_are_watched(self):
        run = self.watch("""
            import subprocess, sys
            print(subprocess.run([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE).stdout)
        """)
        first, second = self.of_kind(run, "HELLO")
        self.assertEqual(second.words[0], first.pid)

    def test_hooked_modules_keep_loader_and_source(self):
        self.watch("""
            import inspect, multiprocessing.pool as pool, threading, pickle
            from concurrent.futures import process, thread
            for module in (pool, threading, process, thread):
                print(type(module.__loader__), module.__spec__, vars(module.__loader__), len(inspect.getsource(module)))
            print(inspect.signature(threading.Thread.start), inspect.signature(process.ProcessPoolExecutor))
            print(pool.Pool._terminate_pool.__qualname__, pool.worker.__module__, pickle.dumps(pool.worker))
        """)

    def test_threads_handlers_and_exit_functions_are_as_without(self):
        self.watch("""
            import atexit, gc, multiprocessing, signal, threading
            from concurrent.futures import ThreadPoolExecutor
            if __name__ == "__main__":
                with multiprocessing.Pool(1) as pool, ThreadPoolExecutor(1) as executor:
                    pool.map(abs, [1])
                    executor.submit(abs, 1).result()
                    print(sorted(type(thread).__name__ for thread in threading.enumerate()))
                print(atexit._ncallbacks(), [signal.getsignal(number) for number in signal.valid_signals()])
        """)


class Cache(ShimCase):
    def cached(self):
        return os.listdir(os.path.join(self.shim, "cache"))

    def test_compiled_modules_are_kept_and_replaced_if_damaged(self):
        self.run_program("")
        name, = self.cached()
        path = os.path.join(self.shim, "cache", name)
        for damage in (b"", b"\0" * 100, b"x"):
            with open(path, "wb") as stream:
                stream.write(damage)
            self.assertEqual(self.run_program(IS_LOADED).output, "True\n")
            self.assertGreater(os.path.getsize(path), 1000)
        self.assertEqual(self.cached(), [name])

    @unittest.skipIf(os.geteuid() == 0, "root writes to any directory")
    def test_read_only_directory_is_enough(self):
        directory = os.path.join(self.shim, "cache")
        os.chmod(directory, stat.S_IRUSR | stat.S_IXUSR)
        try:
            self.assertEqual(self.run_program(IS_LOADED).output, "True\n")
        finally:
            os.chmod(directory, stat.S_IRWXU)

    def test_missing_directory_is_enough(self):
        shutil.rmtree(os.path.join(self.shim, "cache"))
        try:
            self.assertEqual(self.run_program(IS_LOADED).output, "True\n")
        finally:
            os.mkdir(os.path.join(self.shim, "cache"), 0o700)


if __name__ == "__main__":
    unittest.main()

"""The shim leaves the program's objects alone, and its own faults do not reach the program."""

import glob
import os
import unittest

from shim_case import ShimCase

HOSTILE = """
import functools, multiprocessing, sys, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

class Hostile:
    '''Any use but a call ends the program.'''
    def __call__(self, *arguments): return 1
    def refuse(self, *arguments): sys.stderr.write("used\\n"); sys.exit(9)
    __repr__ = __str__ = __len__ = __iter__ = __hash__ = __eq__ = __bool__ = refuse
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        self.refuse()
class Items(list):
    def __len__(self): sys.stderr.write("measured\\n"); return list.__len__(self)
class Methods:
    def method(self, x): return x
    @staticmethod
    def static(x): return x
    @classmethod
    def of_class(cls, x): return x
def outer():
    def inner(x): return x
    return inner
"""
# Uses every hook. Prints the same in every run, and only at the end: a worker forked while another thread prints may
# wait for ever for the lock of standard output, also without the shim.
ALL_HOOKS = """
import multiprocessing, os, sys, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

lines = []
def double(x): return 2 * x
def fail(x): raise KeyError(x)
def attempt(function, *arguments):
    try: lines.append(function(*arguments))
    except Exception as error: lines.append(type(error).__name__)

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    pool = context.Pool(2, maxtasksperchild=3)
    lines += pool.map(double, range(7), 2), list(pool.imap(double, range(3))), pool.starmap(pow, [(2, 3)])
    lines.append(sorted(pool.imap_unordered(double, iter([1, 2]))))
    attempt(pool.apply, fail, (1,))
    attempt(pool.apply, double, (lambda: 1,))
    pool.close(); pool.join()
    with context.Pool(1) as pool: attempt(pool.apply, double, (1,))
    with ProcessPoolExecutor(2, context) as executor:
        lines.append(list(executor.map(double, range(5), chunksize=2)))
        attempt(executor.submit(fail, 1).result)
        attempt(executor.submit(double, lambda: 1).result)
    for method in "fork", "spawn":
        process = multiprocessing.get_context(method).Process(target=double, args=(1,))
        process.start(); process.join()
        lines.append(process.exitcode)
    with ThreadPoolExecutor(2) as executor:
        lines.append(list(executor.map(double, range(5))))
        attempt(executor.submit(fail, 1).result)
    with ThreadPool(2) as pool: lines.append(pool.map(double, range(5)))
    with multiprocessing.Manager() as manager: lines.append(manager.dict(a=1)["a"])
    thread = threading.Thread(target=lines.append, args=("thread",))
    thread.start(); thread.join()
    pid = os.fork()
    if pid == 0: os._exit(3)
    lines.append(os.waitpid(pid, 0)[1])
    print(lines)
"""
# Is imported right after the shim, as the sitecustomize that it hides. Makes one function of the shim raise.
INJECTION = """
import os, sys
package = sys.modules["mpviz_shim"]
wanted = os.environ["MPVIZ_TEST_RAISES"]
def raise_always(*arguments, **keywords):
    raise ArithmeticError(wanted)
modules = [module for module in vars(package).values()
           if isinstance(module, type(sys)) and callable(vars(module).get(wanted))]
assert modules, wanted
for module in modules:
    setattr(module, wanted, raise_always)
"""
# What keeps faults from the program, and what starts the shim before the fault is injected.
GUARDS = {
    "fault", "call_at_end", "reopen", "wrap", "install_hooks", "start", "_install",
    "_install_after_exec",
}
# C functions that hooks call.
BUILTINS = {"pack_record", "_pack_text", "monotonic_ns", "thread_time_ns", "get_native_id"}
LIST = """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith("mpviz_shim."):
        print(*(name for name, value in vars(module).items() if type(value) is type(lambda: 1)))
"""


class Restraint(ShimCase):
    def names(self, run):
        return [record.text[2] for record in self.of_kind(run, "CALL")]

    def test_functions_are_named_without_wrappers(self):
        run = self.watch(HOSTILE + """
if __name__ == "__main__":
    part = functools.partial(functools.partial(Methods.static), 1)
    with ThreadPoolExecutor(1) as executor:
        for function in (len, Methods().method, Methods.static, Methods.of_class, outer(), lambda x: x, Methods):
            executor.submit(function, *[()][:function is not Methods]).result()
        executor.submit(part).result()
        executor.submit(functools.lru_cache(None)(outer)).result()
        executor.submit(Hostile(), 1).result()
    with ProcessPoolExecutor(1) as executor:
        list(executor.map(functools.partial(pow, 2), range(3), chunksize=2))
""")
        self.assertEqual(self.names(run), [
            "len", "Methods.method", "Methods.static", "Methods.of_class", "outer.<locals>.inner", "<lambda>",
            "Methods", "Methods.static", "_lru_cache_wrapper", "Hostile", "pow"])

    def test_objects_of_the_program_are_not_used(self):
        run = self.watch(HOSTILE + """
if __name__ == "__main__":
    hostile = Hostile()
    with ThreadPool(1) as pool:
        print(pool.map(hostile, Items([hostile])), pool.apply(hostile, (hostile,)), pool.apply(Methods.static, (1,)))
        print(len(list(pool.imap(Methods.static, Items([hostile])))))
    with ThreadPoolExecutor(1) as executor:
        print(executor.submit(hostile, hostile).result(), executor.submit(Methods.static, hostile).result() is hostile)
        print(list(executor.map(hostile, [hostile])))
    with ProcessPoolExecutor(1) as executor:
        print(executor.submit(hostile, 1).result())
    thread = threading.Thread(target=hostile)
    thread.start(); thread.join()
    process = multiprocessing.Process(target=hostile)
    process.start(); process.join()
""")
        self.assertEqual(run.code, 0)

    def test_arguments_results_and_messages_are_not_recorded(self):
        run = self.watch("""
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
            def secret_free(x): return "hidden result"
            def fail(x): raise ValueError("hidden message")
            if __name__ == "__main__":
                with multiprocessing.Pool(1) as pool, ProcessPoolExecutor(1) as processes:
                    with ThreadPoolExecutor(1) as threads:
                        for function in secret_free, fail:
                            results = [pool.apply_async(function, ("hidden argument",)).get]
                            for executor in processes, threads:
                                results.append(executor.submit(function, "hidden argument").result)
                            for result in results:
                                try: result()
                                except ValueError: pass
        """)
        self.assertEqual(len(self.of_kind(run, "STARTED")), 6)
        for path in glob.glob(os.path.join(run.trace, "*")):
            with open(path, "rb") as stream:
                self.assertEqual(stream.read().find(b"hidden"), -1)

    def test_call_site_in_a_library_is_the_line_of_the_program(self):
        packages = os.path.join(self.directory, "site-packages")
        os.makedirs(packages, exist_ok=True)
        with open(os.path.join(packages, "library.py"), "w") as stream:
            stream.write("from multiprocessing.pool import ThreadPool\ndef run(f, x):\n"
                         "    with ThreadPool(1) as pool: return pool.map(f, x)\n")
        run = self.watch("""
            import library
            def here():
                return library.run(abs, [1])
            print(here())
        """, paths=[packages])
        self.assertEqual([os.path.basename(run_text) for run_text in self.the_only(run, "POOL_CREATED").text[:2]],
                         ["program.py", "4"])
        run = self.watch("", command=["-c", "pass"])
        run = self.watch("", command=["-m", "library_main"], paths=[packages, self.write_main(packages)])
        self.assertEqual(os.path.basename(self.the_only(run, "POOL_CREATED").text[0]), "library.py")

    def write_main(self, packages):
        with open(os.path.join(packages, "library_main.py"), "w") as stream:
            stream.write("import library\nprint(library.run(abs, [1]))\n")
        return packages

    def test_objects_are_released_as_without(self):
        run = self.watch("""
            import gc, multiprocessing, threading, weakref
            from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
            from multiprocessing.pool import ThreadPool
            class Error(Exception): pass
            class Object:
                def __call__(self, *arguments): return Object()
                def fail(self, *arguments): raise Error(self)
            def dead(references): return [reference() is None for reference in references]
            def use(submit, get, fails):
                work, argument = Object(), Object()
                references = [weakref.ref(work), weakref.ref(argument)]
                result = get(submit(work, argument))
                references.append(weakref.ref(result))
                try: fails and get(submit(work.fail, argument))
                except Error as error: references.append(weakref.ref(error))
                return references
            gc.disable()
            for fails in False, True:
                with ThreadPoolExecutor(1) as executor, ThreadPool(1) as pool:
                    references = use(executor.submit, lambda future: future.result(), fails)
                    executor.submit(abs, 1).result(); executor.submit(abs, 1).result()
                    print(dead(references))
                    references = use(lambda f, x: pool.apply_async(f, (x,)), lambda result: result.get(), fails)
                    pool.apply(abs, (1,)); pool.apply(abs, (1,))
                    print(dead(references))
            work = Object()
            references = [weakref.ref(work)]
            thread = threading.Thread(target=work)
            thread.start(); thread.join()
            references.append(weakref.ref(thread))
            process = multiprocessing.get_context("fork").Process(target=work)
            process.start(); process.join()
            references.append(weakref.ref(process))
            work = thread = process = None
            print(dead(references))
            gc.enable()
            print(gc.collect() >= 0)
        """)
        self.assertEqual(run.code, 0)

    def test_objects_finalized_at_exit_behave_as_without(self):
        self.watch("""
            import multiprocessing
            from concurrent.futures import ThreadPoolExecutor
            class Owner:
                def __init__(self):
                    self.process = multiprocessing.get_context("fork").Process(target=abs, args=(1,))
                    self.process.start()
                    self.executor = ThreadPoolExecutor(1)
                    self.executor.submit(abs, 1).result()
                def __del__(self):
                    self.process.join()
                    self.executor.shutdown()
                    print(self.process.exitcode)
            if __name__ == "__main__":
                owner = Owner()
                owner.itself = owner
        """)

    def test_fault_in_any_function_does_not_reach_the_program(self):
        other = os.path.join(self.directory, "injection")
        os.makedirs(other, exist_ok=True)
        with open(os.path.join(other, "sitecustomize.py"), "w") as stream:
            stream.write(INJECTION)
        expected = self.run_program(ALL_HOOKS, shim=False)
        names = (set(self.run_program(LIST).output.split()) | BUILTINS) - GUARDS
        self.assertGreater(len(names), 50)
        silent = set()
        for name in sorted(names):
            with self.subTest(name):
                run = self.run_program(ALL_HOOKS, paths=[other], variables={"MPVIZ_TEST_RAISES": name})
                self.assertEqual(expected[:3], run[:3])
                if not self.of_kind(run, "FAULT"):
                    silent.add(name)
        # Were not called, or cannot record that they failed.
        self.assertLess(len(silent), len(names) // 2, silent)


if __name__ == "__main__":
    unittest.main()

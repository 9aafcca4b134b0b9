### What the same would look like in a Python program, and notes of the help.

death-serial = in Python, the program would be gone
death-serial-short = Python: program gone
death-threads = in Python, the whole process would die, with all threads
death-threads-short = Python: the whole process would die
death-pool =
    in Python, Pool.map() would never return (bpo-22393); ProcessPoolExecutor would raise BrokenProcessPool
death-pool-short = in Python, Pool.map() would never return; an executor would raise an error
death-pool-shortest = Python: Pool.map() would never return
death-pool-briefest = Python: map() would hang
death-process = in Python, the other processes would finish, and this one would have exit code { $code }
death-process-short = Python: exit code { $code }, the others would finish

## The same where the lane is a Python program.

death-serial-here = the program is gone
death-threads-here = the whole process is gone, with all threads
death-pool-here = Pool.map() waits for the lost result for ever (bpo-22393)
death-pool-here-short = Pool.map() waits for ever
death-process-here = the other processes finish, and this one has exit code { $code }
death-process-here-short = exit code { $code }
pool-given-up = Pool.map() had not returned { $time } after the other tasks, so mpviz gave it up
pool-given-up-short = mpviz gave Pool.map() up after { $time }
start-of-python = { $python } started { $workers } in { $time } ({ $native } in { $native_time })
cost-of-python = { $started }, and used { $cpu } of CPU per number ({ $native_cpu })
cost-of-receiving = receiving and unpickling took its workers { $time }
python-queue = in Python the waiting arguments stay in the parent, pickled when sent

## Notes of the help; at most 72 columns.

help-queue = QUEUE: in Python the waiting arguments stay in the parent, pickled when sent.
help-memory = MEMORY: tasks whose numbers are in memory or being written there.
help-cores = CORES: cores the lane uses, mean of a second; beside a core: total load.
help-tiles = %: in a title, work done, running tasks included; in a tile, of its task.
help-queue-of-program = QUEUE: tasks not taken yet; the parent holds their pickled arguments.
help-memory-of-program = MEMORY: tasks that workers hold; private memory of the workers.
help-queue-of-cluster = QUEUE: tasks on the scheduler, or sent to workers and not started.
help-memory-of-cluster = MEMORY: tasks that execute; managed: results; spilled: results on disk.
help-unmanaged = unmanaged: other memory of the workers, such as modules and garbage.
help-saturation = saturation: how many tasks per thread the scheduler sends to a worker.
help-blocked = Blocked: not on a core and not waiting for one; lock: in a futex.

### What the same would look like in a Python program, and notes of the help.

death-serial = in Python, the program is gone
death-serial-short = Python: program gone
death-threads = in Python, the whole process dies, with all threads
death-threads-short = Python: the whole process dies
death-pool =
    in Python, Pool.map() never returns (bpo-22393); ProcessPoolExecutor raises BrokenProcessPool
death-pool-short = Python: Pool.map() never returns; executor: BrokenProcessPool
death-pool-shortest = Python: Pool.map() never returns
death-process = in Python, the other processes finish, and this one has exit code { $code }
death-process-short = Python: exit code { $code }, the others finish
start-of-python = { $python } started { $workers } in { $time } ({ $native } in { $native_time })
cost-of-python = { $started }, and used { $cpu } of CPU per number ({ $native_cpu })
cost-of-receiving = receiving and unpickling took its workers { $time }
python-queue = in Python the waiting arguments stay in the parent, pickled when sent

## Notes of the help; at most 72 columns.

help-queue = QUEUE: in Python the waiting arguments stay in the parent, pickled when sent.
help-memory = MEMORY: tasks whose numbers are in memory or being written there.
help-cores = CORES: cores in use, mean of the last second.
help-tiles = A percentage in a tile is the progress of its task.
help-queue-of-program = QUEUE: tasks not taken yet; the parent holds their pickled arguments.
help-memory-of-program = MEMORY: tasks that workers hold; private memory of the workers.
help-blocked = Blocked: not on a core and not waiting for one; lock: in a futex.

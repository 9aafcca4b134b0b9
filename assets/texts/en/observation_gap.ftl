### Why a part of a program or of a cluster is not observed. $error is text of the system, of Python or of Dask.

# Files in which processes of a watched program report.
gap-file-unreadable = the reports of a process cannot be read: { $file }: { $error }
gap-file-foreign = the reports of a process cannot be read: { $file } is not a file of this user
gap-file-version-differs = the reports of a process cannot be read: { $file } has the format { $found } of another mpviz instead of { $expected }; start the program with one mpviz only
gap-file-invalid = the reports of a process cannot be read: { $file } is damaged or of another process; start the program again
gap-file-resized = the reports of a process cannot be read: { $file } has { $found } bytes instead of { $expected }
gap-records-invalid = process { $pid } wrote records that mpviz cannot decode
gap-waits-unknown =
    what blocks process { $pid } cannot be read from /proc/{ $pid }/syscall: it forbids tracing, or belongs to another user

# Clusters. Words of Dask stay: scheduler, heartbeat.
gap-cluster-not-started-by-program =
    the program did not start the Dask cluster at { $address }: mpviz watch --dask { $address } shows it
gap-scheduler-silent = the Dask cluster at { $address } was not observed: its scheduler did not report
gap-scheduler-not-heard = the Dask cluster at { $address } was not observed: { $error }
gap-last-reports-missing = the last reports of the Dask cluster at { $address } are missing: its scheduler did not close or did not answer, or mpviz read too late
gap-last-reports-unreadable = the last reports of the Dask cluster at { $address } cannot be read: { $error }
gap-cluster-went-on = the Dask cluster at { $address } went on after the program: mpviz watch --dask { $address } shows it
gap-worker-silent = worker { $worker } has sent no heartbeat for { $seconds } s
gap-starts-unreported = starts of tasks are not reported: { $error }
gap-counts-only = over HTTP, only numbers of tasks are known: not their names, times and threads, and no lost tasks
gap-workers-outdated = Dask's /json/identity.json fails while tasks run: the workers are those of its last answer, and their memory is not known meanwhile
gap-connection-lost = the connection to the scheduler at { $address } was lost: { $error }; see the log of the scheduler
gap-no-answer = { $address } does not answer any more: { $error }; see the log of the scheduler
gap-graph-failed = the graph failed: { $error }

# Why no cluster is observed; also errors of the command line.
gap-cluster-not-started = the cluster cannot be started: { $error }
gap-python-not-started = --python { $python } cannot be started: { $error }
gap-python-too-slow = { $python } has not started within { $seconds } s: name another Python with --python
gap-driver-silent = { $python } ended without a report: run mpviz doctor to see whether it has dask.distributed
gap-report-invalid = { $python } wrote an invalid report: { $error }
gap-dask-missing = { $python } has no dask.distributed: name a Python that has it with --python
gap-dask-too-old = dask.distributed { $version } of { $python } is too old: { $needed } or newer is needed
gap-dask-differs =
    the scheduler at { $address } has a version of Dask other than { $version } of { $python }: name another Python with --python
gap-python-differs =
    the scheduler runs Python { $scheduler } and { $python } is { $version }: name a Python of the same version with --python
gap-address-missing = no address: name one after --dask, or set DASK_SCHEDULER_ADDRESS
gap-not-connected = cannot connect to { $address }: { $error }
gap-plugin-refused = the scheduler refuses a plugin: { $error }; read its HTTP port with --dask http://HOST:PORT
gap-system = the cluster cannot be observed: { $error }

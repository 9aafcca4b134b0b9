

# Observes the cluster of the user. The sources driver.py and plugins.py are in front of this.
#
# The argument is the address of the scheduler or the path of a scheduler file; without one, the user's Dask
# configuration names the scheduler.

run(watch(sys.argv[1] if len(sys.argv) > 1 else ""))

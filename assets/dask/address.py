

# Writes the address of the scheduler, and connects to nothing. The sources driver.py and plugins.py are in front of this.
# The argument is that of watch.py.

write({"address": scheduler_address(sys.argv[1] if len(sys.argv) > 1 else "")})

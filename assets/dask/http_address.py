

# Tells the address of the scheduler's HTTP port, and registers nothing. The sources driver.py and plugins.py are in front
# of this. The argument is that of watch.py.

from distributed.comm.addressing import get_address_host

HINT = "; where you know its HTTP port, name that: --dask http://HOST:PORT"


async def tell_http_address(target):
    address = scheduler_address(target)
    port = (await identify(address)).get("services", {}).get("dashboard")
    if not port:
        fail_to_connect(address, "the scheduler has no HTTP port; start it with --dashboard-address :8787")
    host = get_address_host(address)
    write({"address": f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"})


run(tell_http_address(sys.argv[1] if len(sys.argv) > 1 else ""))



# Tells the address of the scheduler's HTTP port, and registers nothing. The observer's source, driver.py, is in front of
# this. The argument is that of watch.py.

from distributed.comm.addressing import get_address_host
from distributed.security import Security


def scheduler_address(target):
    if target and os.path.exists(target):
        with open(target) as file:
            return json.load(file)["address"]
    address = target or dask.config.get("scheduler-address", None)
    if address is None:
        fail(NO_ADDRESS)
    return address


async def tell_http_address(target):
    try:
        address = scheduler_address(target)
        comm = await connect(address, timeout=CONNECT_TIMEOUT, **Security().get_connection_args("client"))
        await comm.write({"op": "identity", "reply": True})
        port = (await asyncio.wait_for(comm.read(), CONNECT_TIMEOUT))["services"].get("dashboard")
        comm.abort()
        host = get_address_host(address)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, asyncio.TimeoutError) as error:
        fail(f"cannot connect to {target or 'the scheduler of your Dask configuration'}: {error or type(error).__name__}")
    if not port:
        fail(f"the scheduler at {address} has no HTTP port: start it with --dashboard-address :8787")
    write({"http": f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"})


run(tell_http_address(sys.argv[1] if len(sys.argv) > 1 else ""))

"""`python -m tests.botapi --port 0 --token T`: run the server; its addresses come as one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from .server import BotApi


async def serve(options: argparse.Namespace) -> None:
    """Run until SIGTERM or SIGINT."""
    server = BotApi(options.token, port=options.port, time_factor=options.time_factor)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        about = {"url": server.url, "port": server.port, "control_port": server.control_port, "token": server.token}
        sys.stdout.write(json.dumps(about) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1, 0 picks a free one")
    parser.add_argument("--token", default="42:local-test-token", help="the accepted token")
    parser.add_argument("--time-factor", type=float, default=1.0, help="multiplies the webhook's pauses")
    asyncio.run(serve(parser.parse_args()))


main()

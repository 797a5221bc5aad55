"""The queue of writers beside a SQLite file: one at a time, also among processes; who gives up or dies holds up nobody."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from store.turns import Turns

HOLDER = """
import asyncio, sys
from pathlib import Path
from store.turns import Turns

async def main() -> None:
    async with Turns(Path(sys.argv[1])).turn():
        print("mine", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_two_processes_never_write_at_once(tmp_path: Path) -> None:
    inside, most, done = 0, 0, 0

    async def write(turns: Turns) -> None:
        nonlocal inside, most, done
        async with turns.turn():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside, done = inside - 1, done + 1

    # Two queues for one file stand for two processes: each has a handle of its own.
    pair = [Turns(tmp_path / "lotse.db"), Turns(tmp_path / "lotse.db")]
    await asyncio.gather(*(write(pair[number % 2]) for number in range(100)))
    assert (most, done) == (1, 100)


async def test_who_gives_up_waiting_holds_up_nobody(tmp_path: Path) -> None:
    first, second = Turns(tmp_path / "lotse.db"), Turns(tmp_path / "lotse.db")

    async def wait() -> None:
        async with second.turn():
            pytest.fail("the turn was another's")

    async with first.turn():
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(20), second.turn():
        pass
    async with asyncio.timeout(20), first.turn():
        pass


async def test_the_turn_of_a_killed_process_ends(tmp_path: Path) -> None:
    file = tmp_path / "lotse.db"
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(file), stdout=asyncio.subprocess.PIPE)
    assert holder.stdout
    assert await holder.stdout.readline() == b"mine\n"

    async def write() -> None:
        async with Turns(file).turn():
            pass

    waiting = asyncio.create_task(write())
    await asyncio.sleep(0)
    assert not waiting.done()
    holder.send_signal(signal.SIGKILL)
    await asyncio.wait_for(waiting, 20)
    assert await holder.wait() == -signal.SIGKILL

"""One worker process of the sentence encoder for a whole run of tests: to start one takes two seconds of processor time.

It is the real process behind the real protocol; only who starts and ends it differs. Tests of starting, dying and resting use `Embedder`.
"""

import asyncio
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from nlu import embedding
from nlu.embedding import Embedder


@dataclass(frozen=True, kw_only=True)
class Line:
    """What an embedder needs of a process: the two ends of its pipe, in the event loop of one test."""

    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    returncode: None = None


class Worker:
    """The process, started when first needed, and again after a test that left half a question in the pipe."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ours: socket.socket | None = None
        self.asking = False

    async def connect(self) -> Line:
        """A line to the process for the running event loop."""
        if self.asking or self._process is None or self._process.poll() is not None:
            self.stop()
            self._start()
        assert self._ours
        reader, writer = await asyncio.open_connection(sock=self._ours.dup())
        return Line(stdin=writer, stdout=reader)

    def _start(self) -> None:
        self._ours, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-m", "nlu.worker", str(embedding.ENCODER)]
        with theirs:
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno(), env=embedding._environment())  # noqa: S603 - our own program
        assert self._ours.recv(4) == b"\0\0\0\0"  # it has read its weights

    def stop(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._ours:
            self._ours.close()
        self._process, self._ours, self.asking = None, None, False


class SharedEmbedder(Embedder):
    """An embedder that leaves its process to the next test."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._line: Any = None

    async def _running(self) -> Any:
        self._line = self._line or await self._worker.connect()
        return self._line

    async def _asked(self, texts: list[str], kind: embedding.Kind) -> bytes:
        await self._running()
        self._worker.asking = True
        body = await super()._asked(texts, kind)
        self._worker.asking = False
        return body

    async def _stop(self) -> None:
        line, self._line = self._line, None
        if line:
            line.stdin.close()
            await line.stdin.wait_closed()

"""The PostgreSQL of the tests, with its processor time."""

from pathlib import Path
from threading import Lock

from bench.processes import cpu_of
from tests import postgres

# The package that brings the server keeps one lock for the whole process and stumbles over two threads.
_ONE_AT_A_TIME = Lock()


class Postgres(postgres.Postgres):
    """A server with its data in `folder`; `close()` stops it."""

    def __init__(self, folder: Path) -> None:
        with _ONE_AT_A_TIME:
            super().__init__(folder)
        self._pid = int((folder / "postmaster.pid").read_text().split()[0])

    def cpu(self) -> float:
        """Seconds of processor time that the server and its connections used so far."""
        return cpu_of(self._pid)

    def close(self) -> None:
        """Stop it."""
        with _ONE_AT_A_TIME:
            self.stop()

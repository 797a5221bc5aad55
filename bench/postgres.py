"""The PostgreSQL of the tests, with its processor time."""

from pathlib import Path

from bench.processes import cpu_of
from tests import postgres


class Postgres(postgres.Postgres):
    """A server with its data in `folder`; `close()` stops it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._pid = int((folder / "postmaster.pid").read_text().split()[0])

    def cpu(self) -> float:
        """Seconds of processor time that the server and its connections used so far."""
        return cpu_of(self._pid)

    def close(self) -> None:
        """Stop it."""
        self.stop()

"""Turns: the writers of one SQLite file, in whatever process, one after the other and without sleeping past each other."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE_SECONDS = 0.000_5


class Turns:
    """Who writes next.

    SQLite keeps writers apart as well, but whoever waits for it sleeps, up to a tenth of a second each time, while nobody
    writes. Here the threads of a process wait for one another, and the first of them looks again every half millisecond
    whether another process is done, which a lock on a file beside the database tells (flock(2); the kernel lets go of it
    when its holder dies).
    """

    def __init__(self, beside: Path, patience: float) -> None:
        """`patience` is how many seconds a turn is waited for. Then the writer goes on without: SQLite tells what is up."""
        self._file, self._patience = beside, patience
        self._mine = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, and hold it until the block is left."""
        until = time.monotonic() + self._patience
        held = self._mine.acquire(timeout=self._patience)
        try:
            with self._alone(until if held else 0):
                yield
        finally:
            if held:
                self._mine.release()

    @contextmanager
    def _alone(self, until: float) -> Iterator[None]:
        # Opened anew each time, which takes some microseconds: a file kept open is shared with whoever forks.
        with self._file.open("wb") as token:
            while not locked(token.fileno()) and time.monotonic() < until:
                time.sleep(_PAUSE_SECONDS)
            yield


def locked(number: int) -> bool:
    """Whether the lock on an open file is ours now. It is let go of when the file is closed."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Turns at work that keeps a thread of the server: so many at once in one process, and whoever comes then is told when to ask again."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from registry.kernel.errors import Unavailable


class Turns:
    """So many turns at once. Nobody waits for one: each that waited would keep a thread of the server from everybody else."""

    def __init__(self, count: int, says: str, *, again_after: int) -> None:
        self._left = BoundedSemaphore(count)
        self._says, self._again_after = says, again_after

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A turn, for as long as it takes. Raises Unavailable, with the seconds to ask again after, while there is none left."""
        if not self._left.acquire(blocking=False):
            raise Unavailable(self._says, again_after=self._again_after)
        try:
            yield
        finally:
            self._left.release()

"""Work that keeps a thread of the server: so much of it at once in one process, and whoever comes then is told when to ask again."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from registry.kernel.errors import Unavailable


class AtOnce:
    """So many at once. Nobody waits for the others: each that waited would keep a thread of the server from everybody else."""

    def __init__(self, most: int, says: str, *, again_after: int) -> None:
        self._left = BoundedSemaphore(most)
        self._says, self._again_after = says, again_after

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Be one of them. Raises Unavailable, with the seconds to ask again after, while there are as many as may be."""
        if not self._left.acquire(blocking=False):
            raise Unavailable(self._says, again_after=self._again_after)
        try:
            yield
        finally:
            self._left.release()

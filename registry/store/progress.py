"""How far a long piece of work has come, in a small file: the work itself may hold the database's one writer."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

_FOLDER = "progress"
_SECONDS_BETWEEN = 0.5


class Progress(NamedTuple):
    """What is being done, and how much of how much of it is done."""

    doing: str
    done: int
    total: int


_watcher: ContextVar[Callable[[Progress], None] | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Callable[[Progress], None]) -> Iterator[None]:
    """Tell the watcher of everything that is noted on any board inside the block, in this thread."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


class Board:
    """Where the worker notes how one piece of work goes and a page reads it. A lost note costs nothing but the note."""

    def __init__(self, data_dir: str | os.PathLike[str], name: str) -> None:
        self._place = Path(data_dir) / _FOLDER / f"{name}.json"
        self._noted_at = 0.0
        self._now = Progress("", 0, 0)

    def begin(self, doing: str, total: int) -> None:
        """Start a part of the work."""
        self._now, self._noted_at = Progress(doing, 0, total), 0.0
        self._note()

    def advance(self, count: int) -> None:
        """So much more is done; written down at most twice a second."""
        self._now = self._now._replace(done=self._now.done + count)
        self._note()

    def read(self) -> Progress | None:
        """The last note, or None."""
        try:
            doing, done, total = json.loads(self._place.read_text(encoding="utf-8"))
            return Progress(str(doing), int(done), int(total))
        except (OSError, ValueError, TypeError):
            return None

    def clear(self) -> None:
        """Take the note away: the work is done, or will begin anew."""
        self._place.unlink(missing_ok=True)

    def _note(self) -> None:
        if (watcher := _watcher.get()) is not None:
            watcher(self._now)
        if time.monotonic() - self._noted_at < _SECONDS_BETWEEN:
            return
        self._noted_at = time.monotonic()
        self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._place.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(self._now), encoding="utf-8")
        draft.replace(self._place)

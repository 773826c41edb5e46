"""A file that keeps what could not be sent, over restarts, crashes and several processes"""

import contextlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_log: Final = logging.getLogger(__name__)


class Buffer:
    """Batches in a file of JSON lines, each on the disk before append() returns. One process at a time sends them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def is_waiting(self) -> bool:
        """Whether anything is kept."""
        return self._path.exists() and self._path.stat().st_size > 0

    def append(self, system: str, body: str, why: str | None = None) -> None:
        """Keep a batch; with `why`, beside the buffer, among those that were refused."""
        path = self._path if why is None else self._beside(".refused")
        line = (
            json.dumps({"system": system, "body": body, **({"refused": why} if why else {})}).encode() + b"\n"
        )
        with _locked(self._beside(".lock")), path.open("a+b") as file:
            # A line that was cut short by a crash must not swallow this one.
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            _written(file, line)
        _name_kept(path)

    def drain(self, send: Callable[[str, str], str | None]) -> None:
        """Hand over each batch, oldest first; one that gives a reason is moved to those refused. What raises, stays."""
        with _locked(self._beside(".sending"), wait=False) as mine:
            if not mine or not self.is_waiting():
                return
            done = 0
            try:
                with self._path.open("rb") as file:
                    # The last line may still be under way, or was cut short: it stays until another follows it.
                    for line in file:
                        if not line.endswith(b"\n"):
                            break
                        self._hand_over(line, send)
                        done += len(line)
            finally:
                # Killed before this, the batches are sent again, which the registry notices.
                if done:
                    self._drop(done)

    def _hand_over(self, line: bytes, send: Callable[[str, str], str | None]) -> None:
        try:
            kept = json.loads(line)
            system, body = str(kept["system"]), str(kept["body"])
        except (ValueError, TypeError, KeyError):
            system, body, why = "", line.decode("utf-8", "replace"), "The line is damaged."
        else:
            why = send(system, body) or ""
        if why:
            _log.warning("buffered readings of %s were refused and set aside: %s", system, why)
            self.append(system, body, why)

    def _drop(self, done: int) -> None:
        with _locked(self._beside(".lock")):
            rest = self._beside(".rest")
            with self._path.open("rb") as old, rest.open("wb") as new:
                old.seek(done)
                shutil.copyfileobj(old, new)
                _written(new, b"")
            rest.replace(self._path)
        _name_kept(self._path)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


@contextlib.contextmanager
def _locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock between processes; without waiting for it, whether it was to be had."""
    with path.open("ab") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            if wait:
                raise
            yield False
        else:
            # Closing the file gives the lock back, as does the end of the process.
            yield True


def _written(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _name_kept(path: Path) -> None:
    """A new name is only as lasting as its folder is written."""
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

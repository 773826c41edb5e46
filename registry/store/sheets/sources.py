"""The bytes of a file, from memory or from disk, opened afresh as often as needed."""

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from registry.store.sheets.shapes import Limits, SheetRefused


class Source:
    """Where a file's bytes come from. Reading twice is cheaper than keeping the text of a large file in memory."""

    def __init__(self, origin: bytes | str | os.PathLike[str], limits: Limits) -> None:
        self._origin: bytes | Path = bytes(origin) if isinstance(origin, bytes | bytearray) else Path(origin)
        self.size = self._measured()
        if self.size > limits.file_bytes:
            raise SheetRefused(
                f"The file has {self.size / 1e6:,.1f} MB; at most {limits.file_bytes / 1e6:,.0f} MB are read. "
                "Split it into smaller files."
            )
        if self.size == 0:
            raise SheetRefused("The file is empty. Check that the export finished and choose the file again.")

    def _measured(self) -> int:
        if isinstance(self._origin, bytes):
            return len(self._origin)
        try:
            found = self._origin.stat()
        except (OSError, ValueError) as reason:
            raise SheetRefused(f"The file cannot be opened ({_said(reason)}). Check the path.") from reason
        if not stat.S_ISREG(found.st_mode):
            raise SheetRefused("This is not an ordinary file. Give the path of a single file.")
        return found.st_size

    def open(self) -> BinaryIO:
        """A binary stream at the file's beginning, for the caller to close."""
        if isinstance(self._origin, bytes):
            return io.BytesIO(self._origin)
        try:
            return self._origin.open("rb")
        except OSError as reason:
            raise SheetRefused(
                f"The file cannot be opened ({_said(reason)}). Check its permissions."
            ) from reason

    def head(self, size: int) -> bytes:
        """The first bytes of the file."""
        with self.open() as stream:
            return stream.read(size)


def _said(reason: OSError | ValueError) -> str:
    return (getattr(reason, "strerror", None) or str(reason)).lower()

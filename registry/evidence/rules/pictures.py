"""How many pixels a picture declares, read from its head: nothing of it is unpacked."""

from collections.abc import Callable
from typing import Final

from registry.evidence.rules.files import DAMAGED, Unwelcome

MOST_PIXELS: Final = 100_000_000
"""A sheet of A3 scanned at 600 dots an inch has seventy million."""
MOST_SEGMENTS: Final = 2_000

HUGE: Final = (
    f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels, and programs that open it may run out of memory."
    " Save it smaller and send that."
)

_PNG_HEAD: Final = b"\x00\x00\x00\x0dIHDR"
_PNG_HEAD_AT: Final = 8
# Frames of every kind that JPEG has; DHT, JPG and DAC lie between their numbers (ISO/IEC 10918-1, table B.1).
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# The image itself begins, or ends, and no frame was declared before it.
_TOO_LATE: Final = frozenset({0xD8, 0xD9, 0xDA})
_FRAME_LENGTH: Final = 8


def refuse_huge_png(head: bytes) -> None:
    """Raise Unwelcome for a PNG of too many pixels, or whose first chunk does not say how many (PNG, 11.2.1)."""
    if head[_PNG_HEAD_AT : _PNG_HEAD_AT + len(_PNG_HEAD)] != _PNG_HEAD or len(head) < 24:
        raise Unwelcome(DAMAGED)
    _refuse(int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))


def refuse_huge_jpeg(read: Callable[[int, int], bytes]) -> None:
    """Raise Unwelcome for a JPEG of too many pixels, or that declares no frame before its image.

    `read` gives the bytes at a place, so many of them at most; segments that are passed over are not read.
    """
    at = 2
    for _ in range(MOST_SEGMENTS):
        mark = read(at, 4)
        if len(mark) < 4 or mark[0] != 0xFF:
            raise Unwelcome(DAMAGED)
        if mark[1] == 0xFF:
            # Any number of these may stand before a marker.
            at += 1
            continue
        length = int.from_bytes(mark[2:4])
        if mark[1] in _TOO_LATE or length < 2:
            raise Unwelcome(DAMAGED)
        if mark[1] in _FRAMES:
            frame = read(at + 4, 5)
            if length < _FRAME_LENGTH or len(frame) < 5:
                raise Unwelcome(DAMAGED)
            _refuse(int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3]))
            return
        at += 2 + length
    raise Unwelcome(DAMAGED)


def _refuse(width: int, height: int) -> None:
    # A height of 0 would be told after the first scan, which no program here or elsewhere has to wait for.
    if not width or not height:
        raise Unwelcome(DAMAGED)
    if width * height > MOST_PIXELS:
        raise Unwelcome(HUGE)

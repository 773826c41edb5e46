"""Gzip from outside, unpacked while it is counted: what grows beyond measure is refused before it is held"""

import zlib
from typing import Final

from registry.kernel.errors import Problem, RuleBroken

MOST_UNPACKED: Final = 32 * 1024 * 1024
MOST_RATIO: Final = 200
"""Readings shrink to a fifth or a thirtieth. Text made to fill a machine shrinks to a thousandth."""

_RATIO_COUNTS_FROM: Final = 1024 * 1024
_MOST_MEMBERS: Final = 1_000
_AT_ONCE: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


def ungzip(data: bytes, limit: int = MOST_UNPACKED) -> bytes:
    """The bytes that were packed with gzip, in one member or several one after another (RFC 1952, 2.2).

    At no time more than `limit` bytes and one chunk are held. Raises RuleBroken for more than that, for what
    grows more than 200-fold, for data cut short or damaged, and for anything after the last member.
    """
    unpacked, members, taken = bytearray(), 0, 0
    while taken < len(data):
        members += 1
        if members > _MOST_MEMBERS:
            raise _refused(f"It is made of more than {_MOST_MEMBERS:,} parts. Compress it in one.")
        taken = _member(data, taken, limit, unpacked)
    if not members:
        raise _refused("It is empty.")
    return bytes(unpacked)


def _member(data: bytes, start: int, limit: int, unpacked: bytearray) -> int:
    """Unpack the member that begins at `start` onto what was unpacked before; gives where the next begins."""
    if data[start : start + 2] != b"\x1f\x8b":
        raise _refused("There is something after its end." if start else "It does not begin as gzip does.")
    unpacker, place = zlib.decompressobj(_GZIP), start
    while not unpacker.eof:
        piece = unpacker.unconsumed_tail
        if not piece:
            piece = data[place : place + _AT_ONCE]
            place += len(piece)
            if not piece:
                raise _refused("It is cut short.")
        try:
            unpacked += unpacker.decompress(piece, _AT_ONCE)
        except zlib.error:
            raise _refused("It is damaged.") from None
        if len(unpacked) > limit:
            raise _refused(f"It unpacks to more than {limit:,} bytes. Send less at once.")
        if len(unpacked) > max(_RATIO_COUNTS_FROM, MOST_RATIO * (place - len(unpacker.unconsumed_tail))):
            raise _refused(f"It unpacks to more than {MOST_RATIO} times its size.")
    return place - len(unpacker.unused_data)


def _refused(why: str) -> RuleBroken:
    return RuleBroken([Problem("", f"The compressed body cannot be taken. {why}")])

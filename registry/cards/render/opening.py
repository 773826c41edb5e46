"""Open the file of a card that anybody may have made: what is attached to it, and with what it says it was made."""

import io
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import pikepdf

from registry.cards.rules.reading import NotACard

UNFOLDED: Final = 10_000_000
"""Bytes to which all that is in the file of a card may unfold together."""

_ENGINE: Final = re.compile(r"\((.*)\)\Z", re.DOTALL)
_SPACE: Final = rb"[\0\t\n\f\r ]"
# Any spelling of the key, and behind it a list, another name, a remark, or a reference to what may be any of them. Nothing
# is tried twice, so that the search takes no longer than the file is long.
_OTHERWISE_PACKED: Final = re.compile(
    rb"/(?:F|#46)(?:i|#69)(?:l|#6[cC])(?:t|#74)(?:e|#65)(?:r|#72)_*+"
    rb"(?:[\[%]|/(?!(?:FlateDecode|Adobe\.PPKLite)[\0\t\n\f\r /<>\[\](){}%])"
    rb"|[+-]?\d++(?:_*+%|_++[+-]?\d++(?:_*+%|_++R)))".replace(b"_", _SPACE)
)
_STEP: Final = 1_024
_PACKED: Final = "what is in it is packed otherwise than the register packs it"
_PART: Final = re.compile(rb"(?<!end)stream_*+".replace(b"_", _SPACE))
_TOO_MUCH: Final = f"what is in it unfolds to more than {UNFOLDED / 1e6:.0f} MB"

# The tables and objects of a file are unfolded by the library itself, before anything can be asked of them.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=UNFOLDED,
    png_max_memory=UNFOLDED,
    tiff_max_memory=UNFOLDED,
    run_length_max_memory=UNFOLDED,
    max_stream_filters=1,
)


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """What a file holds besides its pages."""

    attached: dict[str, bytes]
    engine: str
    title: str


def require_plain(pdf: bytes) -> None:
    """Raises NotACard where a part of the file is packed in any way but the one the register uses, or all unfold to too much.

    For other ways the library knows no limit, and for the one none for all parts together; and it unfolds the file's own
    tables and objects, and makes seventy times as much of them in memory, before anything can be asked of it.
    """
    if _OTHERWISE_PACKED.search(pdf):
        raise NotACard(_PACKED)
    left, view = UNFOLDED, memoryview(pdf)
    for part in _PART.finditer(pdf):
        left -= _size(view[part.end() :], left)
        if left < 0:
            raise NotACard(_TOO_MUCH)


def _size(folded: memoryview, most: int) -> int:
    """To how many bytes what begins here unfolds, or one more than `most`; 0 where it is not folded."""
    inflating, size, at = zlib.decompressobj(), 0, 0
    with suppress(zlib.error):
        while at < len(folded) and not inflating.eof and size <= most:
            size += len(inflating.decompress(folded[at : at + _STEP]))
            at += _STEP
    return size


def opened_card(pdf: bytes) -> OpenedCard:
    """The file's attachments, engine and title. Raises NotACard, saying why, whatever is wrong with it."""
    try:
        with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
            attached = _attached(document)
            creator = str(document.docinfo.get("/Creator", ""))
            title = str(document.docinfo.get("/Title", ""))
            # Asked for its size alone: the library would unfold it whatever it is.
            _unfolded(document.Root.Metadata, UNFOLDED)
            # To be read, not brought into line: a date that was tampered with is no reason for a warning here.
            with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
                told = str(metadata.get("xmp:CreatorTool", ""))
    except NotACard:
        raise
    except (
        pikepdf.PdfError,
        AttributeError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
        OSError,
        MemoryError,
        RecursionError,
        zlib.error,
    ) as error:
        raise NotACard(f"it cannot be read as a PDF ({type(error).__name__})") from None
    found = _ENGINE.search(creator)
    if creator != told or found is None:
        raise NotACard("what made it is told in two places that differ")
    return OpenedCard(attached, found.group(1), title)


def _attached(document: pikepdf.Pdf) -> dict[str, bytes]:
    found, left = {}, UNFOLDED
    for name, spec in document.attachments.items():
        found[name] = _unfolded(spec.get_file().obj, left)
        left -= len(found[name])
    return found


def _unfolded(stream: Any, most: int) -> bytes:
    """What the stream says, which is deflated once or not at all, as the register writes it."""
    folded, filters = stream.read_raw_bytes(), stream.get("/Filter")
    if filters is not None and (filters != pikepdf.Name.FlateDecode or "/DecodeParms" in stream):
        raise NotACard(_PACKED)
    if filters is None:
        data, whole = folded, True
    else:
        inflating = zlib.decompressobj()
        # One byte more than may be, to tell the largest from what is larger.
        data = inflating.decompress(folded, most + 1)
        whole = inflating.eof
    if len(data) > most:
        raise NotACard(_TOO_MUCH)
    if not whole:
        raise NotACard("something in it is cut short")
    return bytes(data)

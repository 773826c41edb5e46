"""Files that people sent, handed out so that nothing in them can act: attachments of no type, never cached; tables for programs."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from flask import Response, request

from registry.kernel import clock
from registry.kernel.calendar import day_in_name
from registry.kernel.errors import Problem, RuleBroken
from registry.store.files import Files
from registry.web.past import day_asked
from registry.web.security import as_download

_CHUNK = 1 << 16
_ETAG_LENGTH = 32


class Kept(Protocol):
    """What says of a file by which digest it is kept, how long it is, and what people call it."""

    sha256: str
    size: int
    file_name: str


def name_of_day(what: str, ending: str) -> str:
    """What a file is called that tells of a day: "incidents-2026-11-27.csv", and one of a past day "incidents-as-of-2026-10-01.csv"."""
    said = "" if day_asked() else f"-{clock.today().isoformat()}"
    return f"{what}{said}{of_past_day()}.{ending}"


def of_past_day() -> str:
    """What the name of a file says of a past day that was asked for: "-as-of-2026-10-01", and nothing on pages of today."""
    return day_in_name(day_asked())


def handed_out(files: Files, kept: Kept) -> Response:
    """The file as an attachment. Raises RuleBroken where it is missing or has another length than it had."""
    place = files.path(kept.sha256)
    if not files.has(kept.sha256) or place.stat().st_size != kept.size:
        says = "This file is missing or damaged where it was kept. Tell an administrator: registry evidence verify names it."
        raise RuleBroken([Problem("", says)])
    return streamed(place, kept.file_name)


def streamed(place: Path, name: str) -> Response:
    """A file of any size as an attachment, a piece in memory at a time; it is opened when the first piece is wanted."""
    response = Response(_pieces(place), mimetype="application/octet-stream")
    response.content_length = place.stat().st_size
    response.headers["Cache-Control"] = "no-store"
    return as_download(response, name)


def _pieces(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece


def fetched(content: bytes, mimetype: str, name: str) -> Response:
    """What a program fetches again and again, as an attachment: 304 where it has this very content already."""
    response = Response(content, mimetype=mimetype)
    response.set_etag(sha256(content).hexdigest()[:_ETAG_LENGTH])
    response.make_conditional(request)
    return as_download(response, name)

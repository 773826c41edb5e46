"""Style sheets, scripts and pictures, under an address that changes with them: a browser asks for each release's once."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from markupsafe import Markup

from registry.web import doors
from registry.web.past import mount

_EDITION_LENGTH = 12
_EDITION = re.compile(rf"([0-9a-f]{{{_EDITION_LENGTH}}})/")
_FOR_GOOD = "public, max-age=31536000, immutable"
_SHEET, _ICONS = "css/app.css", "icons.svg"
_IMPORT = re.compile(r'@import url\("([\w/]+\.css)"\) layer\((\w+)\)(?: (\w+))?;')


def install(app: Flask) -> None:
    """Put the edition into every address of a static file, and let browsers keep what they fetched by it.

    Style sheets and scripts name each other by relative addresses, so the edition stands in the path and not behind
    a question mark: what they import is then kept as well.
    """
    edition = edition_of(Path(app.static_folder or ""))

    @app.url_defaults
    def stamp(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["filename"] = f"{edition}/{values['filename']}"

    app.view_functions["static"] = doors.public(_sender(app, edition))
    icons = f"{app.static_url_path}/{edition}/{_ICONS}"
    # A page draws a hundred of them, all from one address: the router need not be asked for it each time.
    app.jinja_env.globals["drawn_icon"] = lambda name, label=None, size=None: drawn_icon(
        mount() + icons, name, label, size
    )


@lru_cache(maxsize=2_000)
def drawn_icon(address: str, name: str, label: str | None, size: str | None) -> Markup:
    """One icon of the file at this address, as templates/components/icon.html says."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    sized = f" icon--{size}" if size else ""
    return Markup('<svg class="icon{}" {}><use href="{}#{}"></use></svg>').format(sized, said, address, name)


def edition_of(folder: Path) -> str:
    """Twelve hexadecimal digits that stand for the names and contents of all files in the folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_EDITION_LENGTH]


def whole_sheet(path: Path) -> str:
    """A style sheet of imports as one, each imported sheet in its layer: a browser asks once and not forty times."""

    def imported(found: re.Match[str]) -> str:
        name, layer, medium = found.groups()
        part = f"@layer {layer} {{\n{(path.parent / name).read_text(encoding='utf-8')}}}"
        return f"@media {medium} {{\n{part}\n}}" if medium else part

    return _IMPORT.sub(imported, path.read_text(encoding="utf-8"))


def _sender(app: Flask, edition: str) -> Callable[..., Response]:
    place = Path(app.static_folder or "") / _SHEET
    sheet = whole_sheet(place) if place.is_file() else None

    def static(filename: str) -> Response:
        # A page of an earlier release that is still open gets today's file, which it must not keep as its own.
        asked = _EDITION.match(filename)
        named = filename[asked.end() :] if asked else filename
        if named == _SHEET and sheet is not None:
            reply = Response(sheet, mimetype="text/css")
            reply.set_etag(edition)
            reply.headers["Cache-Control"] = "no-cache"
            reply.make_conditional(request)
        else:
            reply = app.send_static_file(named)
        if asked and asked[1] == edition:
            reply.headers["Cache-Control"] = _FOR_GOOD
        return reply

    return static

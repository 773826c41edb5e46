"""A page's form as a browser would send it back: every field with the value it shows."""

import re
from html import unescape
from html.parser import HTMLParser

_NOT_SENT = {"submit", "button", "reset", "image", "file"}


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.sent: dict[str, list[str]] = {}
        self._select = self._area = ""
        self._first: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag in {"input", "select", "textarea"} and name:
            self.names.add(name)
        if tag == "input" and name:
            self._input(given, name, value)
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            self._first = value if self._first is None else self._first
            if "selected" in given:
                self.sent.setdefault(self._select, []).append(value)
        elif tag == "textarea":
            self._area, self._text = name, []

    def _input(self, given: dict[str, str | None], name: str, value: str) -> None:
        kind = given.get("type") or "text"
        if kind in {"checkbox", "radio"}:
            if "checked" in given:
                self.sent.setdefault(name, []).append(value or "y")
        elif kind not in _NOT_SENT:
            self.sent.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            if self._first is not None:
                self.sent.setdefault(self._select, [self._first])
            self._select = ""
        elif tag == "textarea" and self._area:
            # The line end after the tag is not part of the text.
            self.sent[self._area] = ["".join(self._text).removeprefix("\r").removeprefix("\n")]
            self._area = ""


def _read(page: str) -> _Form:
    parser = _Form()
    parser.feed(page[page.index("<main") :])
    parser.sent.pop("csrf_token", None)
    return parser


def filled(page: str) -> dict[str, list[str]]:
    """What the form in the main part would send, without its token."""
    return _read(page).sent


def offered(page: str) -> set[str]:
    """The names of its fields, also of those that would send nothing as they stand."""
    return _read(page).names


def problems(page: str) -> list[str]:
    """What the page objects to."""
    listed = page.partition('class="problems"')[2].partition("</div>")[0]
    return [
        unescape(re.sub(r"<[^>]+>", "", each)).strip()
        for each in re.findall(r"<li>.*?</li>", listed, re.DOTALL)
    ]

"""What happened, as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from registry.kernel import clock

MEDIA: Final = "application/atom+xml"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NO_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: its number in the ledger, when, by whom, a heading, what is said of it, and where to look."""

    number: int
    at: datetime
    author: str
    title: str
    says: str
    url: str
    event: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: the number of its address, what it is called, the host and page of the registry it is of, and since when it stands
    where nothing is in it.
    """

    number: int
    title: str
    host: str
    url: str
    since: datetime


def feed(about: Feed, entries: Sequence[Entry]) -> bytes:
    """The feed with these entries, newest first.

    It has no link to itself: that would carry the secret of its address into whatever keeps a copy. Ids are tags (RFC 4151) that
    name the entry of the ledger, and so stay what they are.
    """
    root = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    _add(root, "id", f"tag:{about.host},2026:feed/changes/{about.number}")
    _add(root, "title", about.title)
    _add(root, "updated", clock.written(entries[0].at if entries else about.since))
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": about.url})
    _add(root, "generator", "AI Registry")
    for each in entries:
        _entry(root, about.host, each)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: Element, host: str, each: Entry) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "id", f"tag:{host},2026:entry/{each.number}")
    _add(entry, "title", each.title)
    _add(entry, "updated", clock.written(each.at))
    _add(SubElement(entry, "author"), "name", each.author)
    SubElement(entry, "category", {"term": each.event})
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": each.url})
    _add(entry, "summary", each.says)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("", text)

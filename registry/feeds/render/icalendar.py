"""A calendar of due dates as iCalendar (RFC 5545), with a name and how often to ask as RFC 7986 has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from registry.feeds.rules import Due

MEDIA: Final = "text/calendar"
_LINE: Final = 75  # octets of a line, its end not counted (RFC 5545, 3.1)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# A calendar has at least one component (3.6), and nothing being due is the best of news: a time zone nobody refers to says so.
_NOTHING_DUE: Final = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Revision:
    """Which revision of itself something is, from 0, and since when."""

    number: int
    at: datetime


def calendar(name: str, host: str, due: Sequence[Due], revisions: Mapping[str, Revision]) -> bytes:
    """The calendar called so, of the registry at this host; `revisions` are by the uid of what is due.

    An event without a length for each, so that nobody counts as busy for it.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//AI Registry//Due dates//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        # What programs read that are older than RFC 7986.
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for each in due:
        lines += _event(each, host, revisions[each.uid])
    lines += () if due else _NOTHING_DUE
    return b"".join(_folded(line) + b"\r\n" for line in (*lines, "END:VCALENDAR"))


def _event(each: Due, host: str, revision: Revision) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(f'{each.uid}@{host}')}"
    # Where there is no METHOD, this says when the event was last another (3.8.7.2), so asking again gives the same bytes.
    yield f"DTSTAMP:{_instant(revision.at)}"
    yield f"LAST-MODIFIED:{_instant(revision.at)}"
    yield f"SEQUENCE:{revision.number}"
    yield (
        f"DTSTART:{_instant(each.on)}"
        if isinstance(each.on, datetime)
        else f"DTSTART;VALUE=DATE:{_day(each.on)}"
    )
    yield f"SUMMARY:{_text(each.what)}"
    yield f"DESCRIPTION:{_text(each.why)}"
    yield f"CATEGORIES:{_text(each.category)}"
    yield f"URL:{each.url}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT (3.3.11): control characters other than line ends and tabs have no place in one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or (each >= " " and each != "\x7f")).translate(
        _ESCAPES
    )


def _folded(line: str) -> bytes:
    """The line in pieces that fit, cut between characters and never within one."""
    left, pieces, room = line.encode("utf-8"), [], _LINE
    while len(left) > room:
        cut = room
        while left[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(left[:cut])
        # The space a piece goes on with counts.
        left, room = left[cut:], _LINE - 1
    return b"\r\n ".join((*pieces, left))

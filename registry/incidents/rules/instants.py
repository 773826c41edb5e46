"""Instants as lists of tickets write them: to the day at least, and to the minute where they say so; nothing is left out in silence."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from registry.kernel.dates import DateStyle, Precision, read_date

_SAY_IT_SO: Final = "Write it as 2026-11-03, or as 2026-11-03T10:00:00Z."
_MORE: Final = f"There is more in this than a day and a time that can be read. {_SAY_IT_SO}"
_ZONE: Final = f"Give the zone as UTC or by its hours, such as +01:00. {_SAY_IT_SO}"
_NO_SUCH_TIME: Final = f"There is no such time of day. {_SAY_IT_SO}"
_OUTSIDE: Final = "This lies outside the calendar."
# Spreadsheets count days from here (ECMA-376 part 1, 18.17.4.1); five digits cover 1954 to 2118.
_DAY_ZERO: Final = datetime(1899, 12, 30, tzinfo=UTC)
_SERIAL: Final = re.compile(r"([2-7][0-9]{4})\.([0-9]{1,15})")
_WITH_TIME: Final = re.compile(
    r"(?P<day>.+?)(?:T|,?\s+(?:at\s+)?)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,6})[0-9]*)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?P<rest>.*)",
    re.IGNORECASE,
)
_OFFSET: Final = re.compile(
    r"\s*(?:z|(?:utc|gmt)?(?:(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?)",
    re.IGNORECASE,
)


def read_instant(text: str, style: DateStyle) -> datetime | str | None:
    """The instant in a cell, None in an empty one, or why there is none to be had. Without a zone it is UTC, without a time
    the beginning of that day.

    Understands ISO instants, every day that `read_date` does, with 22:45, 9:05, 22:45:10.5 or 10:45 PM after it, then Z,
    UTC, GMT or an offset; and a spreadsheet's day number with a fraction, to the second. A cell with anything more in it
    is refused: a time of day that is not understood would become midnight.
    """
    flat = " ".join(text.split())
    if not flat:
        return None
    try:
        return _iso(flat) or _serial(flat) or _spoken(flat, style)
    except OverflowError:
        return _OUTSIDE


def _iso(flat: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(flat)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _serial(flat: str) -> datetime | None:
    found = _SERIAL.fullmatch(flat)
    if found is None:
        return None
    digits = found[2]
    # Of a second a spreadsheet's number is only nearly exact.
    seconds = (int(digits) * 86_400 * 2 + 10 ** len(digits)) // (2 * 10 ** len(digits))
    return _DAY_ZERO + timedelta(days=int(found[1]), seconds=seconds)


def _spoken(flat: str, style: DateStyle) -> datetime | str:
    found = _WITH_TIME.fullmatch(flat)
    day = _day(found["day"] if found else flat, style)
    if isinstance(day, str):
        return day
    at = _time(found) if found else time()
    if at is None or found is None:
        return _NO_SUCH_TIME if at is None else datetime.combine(day, at, UTC)
    zone = _zone(found["rest"])
    return _ZONE if zone is None else datetime.combine(day, at, zone).astimezone(UTC)


def _day(text: str, style: DateStyle) -> date | str:
    found = read_date(text.strip(" ,"), style)
    if isinstance(found, str):
        return found
    if found.precision is not Precision.DAY:
        return f"Give the day. {_SAY_IT_SO}"
    # A time of day that stands elsewhere, or is written otherwise, is not to be taken for a remark.
    return _MORE if found.remark or ":" in text else found.on


def _time(found: re.Match[str]) -> time | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return time(hour, minute, second, int((found["part"] or "0").ljust(6, "0")))


def _zone(rest: str) -> timezone | None:
    found = _OFFSET.fullmatch(rest)
    if found is None:
        return None
    offset = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if offset > timedelta(hours=14) or int(found["minutes"] or 0) > 59:
        return None
    return timezone(-offset if found["sign"] == "-" else offset)

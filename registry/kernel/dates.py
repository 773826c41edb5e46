"""Dates as inventories write them, with how exact they are."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

EARLIEST: Final = 1950
LATEST: Final = 2100
# Spreadsheets count days from here (ECMA-376 part 1, 18.17.4.1).
_DAY_ZERO: Final = date(1899, 12, 30)


class Precision(StrEnum):
    """How much of a date the source states."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Order(StrEnum):
    """What comes first in 7/1/2023. Without a statement, only dates that can be read in one way are read."""

    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"
    UNSTATED = ""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """The first day of the stated day, month or year, and what the source says beside it."""

    on: date
    precision: Precision
    remark: str = ""

    @property
    def said(self) -> str:
        """The date as far as it is known: 2023, 2023-07 or 2023-07-01."""
        return self.on.isoformat()[
            : {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}[self.precision]
        ]


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How one source writes dates. `year_first` reads 22-Jul as July 2022; else it may as well be the 22nd."""

    order: Order = Order.UNSTATED
    year_first: bool = False


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME: Final = r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_YEAR: Final = r"(?P<year>\d{4})"
_REMARK: Final = r"(?P<remark>[\s,;]*\(.*\)|\s+[^\W\d].*)?"
_TIME: Final = r"(?:[t\s]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:z|[ap]m|[+-]\d{2}:?\d{2})?)?"


def read_date(text: str, style: DateStyle) -> PartialDate | str:
    """The date in a cell, or the reason why there is none to be had from it.

    Understands ISO dates and instants, 7/1/2023, 1.7.2023, 7/2023, 2022-08, 2017/10, Jul-23, July 2023, 1 July 2023,
    a bare year and Excel's day numbers, each with a remark after it. Two-digit years mean 1970 to 2069.
    """
    flat = " ".join(text.split())
    for pattern, reader in _FORMS:
        if found := pattern.fullmatch(flat):
            result = reader(found, style)
            return _bounded(result, found) if isinstance(result, _Parts) else result
    return "This is not a date that can be read. Write it as 2023-07-01, 2023-07 or 2023."


@dataclass(frozen=True, slots=True)
class _Parts:
    year: int
    month: int | None = None
    day: int | None = None


def _first_day(parts: _Parts) -> date:
    return date(parts.year, 1 if parts.month is None else parts.month, 1 if parts.day is None else parts.day)


def _bounded(parts: _Parts, found: re.Match[str]) -> PartialDate | str:
    if not EARLIEST <= parts.year <= LATEST:
        return f"The year {parts.year} lies outside {EARLIEST} to {LATEST}.{_year_shown_as_day(parts)}"
    precision = (
        Precision.YEAR if parts.month is None else Precision.MONTH if parts.day is None else Precision.DAY
    )
    try:
        on = _first_day(parts)
    except ValueError:
        return "There is no such day in the calendar."
    remark = (found.groupdict().get("remark") or "").strip(" ,;")
    if _more_dates(remark):
        return "More than one date is given, so none can be chosen. Keep the one that is meant."
    return PartialDate(
        on, precision, remark.removeprefix("(").removesuffix(")") if remark.count("(") < 2 else remark
    )


def _year_shown_as_day(parts: _Parts) -> str:
    """A bare year formatted as a date: a spreadsheet shows the number 2023 as 15 July 1905, its day 2,023."""
    try:
        number = (_first_day(parts) - _DAY_ZERO).days
    except ValueError:
        return ""
    return (
        f" A spreadsheet shows the number {number} as this day; the year may be meant."
        if 1990 <= number <= 2050
        else ""
    )


def _more_dates(remark: str) -> bool:
    return re.search(r"\d{4}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}", remark) is not None


def _year(text: str) -> int:
    number = int(text)
    if len(text) > 2:
        return number
    return 2000 + number if number < 70 else 1900 + number


def _iso(found: re.Match[str], _style: DateStyle) -> _Parts:
    month, day = int(found["month"]), int(found["day"]) if found["day"] else None
    # A month of 00 is how some sources write a year alone.
    return _Parts(int(found["year"]), None if month == 0 and day is None else month, day)


def _numbers(found: re.Match[str], style: DateStyle) -> _Parts | str:
    first, second, year = int(found["first"]), int(found["second"]), _year(found["year"])
    day_first = found["mark"] == "." or style.order is Order.DAY_FIRST
    if first > 12 or second > 12 or first == second:
        day_first = first > 12
    elif style.order is Order.UNSTATED and found["mark"] != ".":
        return (
            f"This may be {first}/{second} or {second}/{first} of {year}. "
            "Say in a map file whether the day or the month comes first (dates: day_first)."
        )
    return _Parts(year, second, first) if day_first else _Parts(year, first, second)


def _named(found: re.Match[str], _style: DateStyle) -> _Parts:
    parts = found.groupdict()
    day = int(parts["day"]) if parts.get("day") else None
    return _Parts(_year(found["year"]), _MONTHS.index(found["name"][:3].lower()) + 1, day)


def _short(found: re.Match[str], style: DateStyle) -> _Parts | str:
    """22-Jul, which spreadsheets make of July 2022 as readily as of 22 July."""
    if not style.year_first and int(found["year"]) <= 31:
        return "This may be a month of a year or a day without its year. Write it as 2022-07 or 2022-07-22."
    return _named(found, style)


def _month_of_year(found: re.Match[str], _style: DateStyle) -> _Parts:
    return _Parts(int(found["year"]), int(found["month"]))


def _bare_year(found: re.Match[str], _style: DateStyle) -> _Parts:
    return _Parts(int(found["year"]))


def _serial(found: re.Match[str], _style: DateStyle) -> _Parts:
    # Five digits cover 1954 to 2118.
    on = _DAY_ZERO + timedelta(days=int(found["serial"]))
    return _Parts(on.year, on.month, on.day)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], DateStyle], _Parts | str]], ...]] = (
    (_form(rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_TIME}{_REMARK}"), _iso),
    (_form(rf"{_YEAR}[-/](?P<month>\d{{1,2}})(?P<day>){_REMARK}"), _iso),
    (
        _form(
            rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_TIME}{_REMARK}"
        ),
        _numbers,
    ),
    (_form(rf"(?P<month>\d{{1,2}})[-/.]{_YEAR}{_REMARK}"), _month_of_year),
    (_form(rf"{_NAME}[-\s,'/]*{_YEAR}{_REMARK}"), _named),
    (_form(rf"{_NAME}[-\s]*'?(?P<year>\d{{2}}){_REMARK}"), _named),
    (
        _form(
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-\s.]*(?:of\s+)?{_NAME}[-\s,]*(?P<year>\d{{4}}|\d{{2}}){_REMARK}"
        ),
        _named,
    ),
    (_form(rf"{_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+{_YEAR}{_REMARK}"), _named),
    (_form(rf"(?P<year>\d{{2}})-{_NAME}{_REMARK}"), _short),
    (_form(rf"{_YEAR}{_REMARK}"), _bare_year),
    (_form(r"(?P<serial>[2-7]\d{4})(?:\.\d+)?"), _serial),
)

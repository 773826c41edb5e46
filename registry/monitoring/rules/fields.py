"""The fields of a reading as they came, one at a time: what each may hold, and the sentence when it does not"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from registry.kernel.canonical import canonical
from registry.kernel.dates import EARLIEST, LATEST
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import clean, shortened
from registry.kernel.text import slug as slug_of

MOST_PROBLEMS: Final = 100
LONGEST_SLUG: Final = 60
LONGEST_KEY: Final = 200
LONGEST_GROUP_NAME: Final = 60
LONGEST_GROUP_VALUE: Final = 100
MOST_GROUP_PARTS: Final = 5
MOST_CASES: Final = 10**12
MOST_WHOLE_DIGITS: Final = 15
LONGEST_NUMBER: Final = 40
"""The characters a number may take when written without an exponent: what the column that keeps it can hold."""

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
# RFC 3339. Python reads more than that (weeks, ordinal days, a comma), and each would be a surprise to somebody.
_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?:([Zz])|[+-]\d\d:\d\d)?", re.ASCII
)


class Odd:
    """A number that JSON or this registry does not know: NaN, Infinity, or more digits than are worth decoding."""

    __slots__ = ("said",)

    def __init__(self, said: str) -> None:
        self.said = said[:24] + "…" if len(said) > 24 else said


class Twice(dict[str, Any]):
    """An object in which one or more fields were stated twice. `names` says which."""

    names: tuple[str, ...] = ()


class Fields:
    """Reads fields and gathers the objections to them, so that all are told at once.

    What was read before is remembered: the readings of a batch share their metrics, windows and groups. `kind` is
    the name of their list, `place` that of the one under way, None for the batch itself.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.place: int | None = None
        self.count = 0
        self._problems: list[Problem] = []
        self._instants: dict[str, datetime] = {}
        self._slugs: set[str] = set()
        self._groups: dict[tuple[tuple[str, str], ...], str] = {}

    def object_to(self, field: str, message: str) -> None:
        """Note one objection. Only the first hundred are worded; the others are counted."""
        self.count += 1
        if self.count <= MOST_PROBLEMS:
            at = "" if self.place is None else f"{self.kind}.{self.place}"
            self._problems.append(Problem(f"{at}.{field}" if at and field else at or field, message))

    def refuse(self) -> None:
        """Raise RuleBroken with what was found, if anything was."""
        if self.count > MOST_PROBLEMS:
            self._problems.append(Problem("", f"And {self.count - MOST_PROBLEMS:,} more."))
        if self._problems:
            raise RuleBroken(self._problems)

    def text(self, field: str, value: object, longest: int) -> str:
        """A text that may be left out, without the white space around it."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.object_to(field, "Write this as text in quotation marks.")
            return ""
        if not (value.isascii() and value.isprintable()):
            try:
                value = clean(value)
            except ValueError as error:
                self.object_to(field, f"The text {error}.")
                return ""
        if len(value) > longest:
            self.object_to(field, f"Use at most {longest} characters; these are {len(value):,}.")
            return ""
        return value.strip()

    def slug(self, field: str, value: object) -> str:
        """The short name of a metric, as its page states it."""
        if type(value) is str and value in self._slugs:
            return value
        if value is None or value == "":
            self.object_to(field, "Say which metric is meant, by the short name on its page.")
        elif type(value) is not str:
            self.object_to(field, "Write the metric's short name as text in quotation marks.")
        elif len(value) <= LONGEST_SLUG and _SLUG.fullmatch(value):
            self._slugs.add(value)
            return value
        else:
            perhaps = slug_of(value[:200], LONGEST_SLUG)
            hint = f" Perhaps “{perhaps}” is meant." if perhaps else ""
            self.object_to(
                field,
                f"“{named(value)}” is not the short name of a metric: small letters, digits and hyphens.{hint}",
            )
        return ""

    def instant(self, field: str, value: object) -> datetime | None:
        """An instant with its zone, in UTC."""
        if isinstance(value, str) and (found := self._instants.get(value)):
            return found
        read = instant_of(value)
        if isinstance(read, str):
            self.object_to(field, read)
            return None
        self._instants[str(value)] = read
        return read

    def number(self, field: str, value: object) -> Decimal | None:
        """A number exactly as it was written."""
        # Where the first digit stands comes first: an exponent may ask for a gigabyte of noughts.
        if type(value) is Decimal:
            first = value.adjusted()
            if -7 < first < MOST_WHOLE_DIGITS and len(str(value)) <= LONGEST_NUMBER:
                return value
            if -LONGEST_NUMBER < first < MOST_WHOLE_DIGITS and len(f"{value:f}") <= LONGEST_NUMBER:
                return value
            if not value:
                return Decimal(0)
            self.object_to(field, _why_unrecordable(first))
        elif type(value) is int:
            if -(10**MOST_WHOLE_DIGITS) < value < 10**MOST_WHOLE_DIGITS:
                return Decimal(value)
            self.object_to(field, f"Give a number with at most {MOST_WHOLE_DIGITS} digits before the point.")
        elif value is None:
            self.object_to(field, "Give a number.")
        elif isinstance(value, Odd):
            self.object_to(
                field, f"{value.said} is not a number that can be recorded. Leave out what has no value."
            )
        elif isinstance(value, str):
            self.object_to(field, "Write the number without quotation marks.")
        else:
            self.object_to(field, "Give one number.")
        return None

    def cases(self, field: str, value: object) -> int | None:
        """How many cases stand behind a reading; may be left out."""
        if value is None:
            return None
        if type(value) is int and 0 <= value <= MOST_CASES:
            return value
        self.object_to(field, f"Give a whole number from 0 to {MOST_CASES:,}, without a decimal point.")
        return None

    def group(self, field: str, value: object) -> str:
        """The subgroup a reading is about, as canonical JSON; "" when there is none."""
        if type(value) is dict:
            try:
                return self._groups[tuple(value.items())]
            except (KeyError, TypeError):
                pass
        if value is None:
            return ""
        if not isinstance(value, dict) or any(type(each) is not str for each in value.values()):
            self.object_to(field, 'Name the group by texts, such as {"site": "north"}.')
            return ""
        if isinstance(value, Twice):
            for name in value.names:
                self.object_to(f"{field}.{named(name)}", "It is stated twice.")
            return ""
        parts = tuple(value.items())
        if (text := self._new_group(field, parts)) is not None:
            self._groups[parts] = text
        return text or ""

    def _new_group(self, field: str, parts: tuple[tuple[str, str], ...]) -> str | None:
        before, tidy = self.count, {}
        for raw_name, raw_value in parts:
            name = self.text(field, raw_name, LONGEST_GROUP_NAME)
            value = self.text(f"{field}.{named(raw_name)}", raw_value, LONGEST_GROUP_VALUE)
            if self.count == before and not (name and value):
                self.object_to(field, "Neither the name nor the value of a group may be empty.")
            tidy[name] = value
        if len(tidy) > MOST_GROUP_PARTS:
            self.object_to(field, f"Name a group by at most {MOST_GROUP_PARTS} parts.")
        elif len(tidy) < len(parts) and self.count == before:
            self.object_to(field, "Two of the names are the same.")
        if self.count > before:
            return None
        return canonical(tidy).decode() if tidy else ""


def instant_of(value: object) -> datetime | str:
    """The instant a text states, in UTC, or the sentence that says why there is none."""
    if not isinstance(value, str) or not value:
        return "Give an instant, such as 2026-11-02T00:00:00Z."
    found = _INSTANT.fullmatch(value)
    if not found:
        return f"“{named(value)}” is not an instant. Write it as 2026-11-02T00:00:00Z."
    if not found[3] and value[-6] not in "+-":
        return f"{value} has no time zone. Add Z for UTC, or an offset such as +01:00."
    try:
        read = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return f"There is no {value} in the calendar."
    if not EARLIEST <= read.year <= LATEST:
        return f"The year {read.year} lies outside {EARLIEST} to {LATEST}."
    return read


def named(text: str) -> str:
    """A name from outside, short and storable enough to be repeated in an objection."""
    return shortened(text[:200].encode("utf-8", "replace").decode(), 40)


def number_refused(number: Decimal) -> str:
    """Why a number cannot be recorded, in words; empty where it can, exactly as it is."""
    if not number.is_finite():
        return f"{number} is not a number that can be recorded."
    first = number.adjusted()
    if not number or (-LONGEST_NUMBER < first < MOST_WHOLE_DIGITS and len(f"{number:f}") <= LONGEST_NUMBER):
        return ""
    return _why_unrecordable(first)


def _why_unrecordable(first_digit: int) -> str:
    if first_digit >= MOST_WHOLE_DIGITS:
        return f"Give a number with at most {MOST_WHOLE_DIGITS} digits before the point."
    return f"Round the number: it may take {LONGEST_NUMBER} characters, written without an exponent."

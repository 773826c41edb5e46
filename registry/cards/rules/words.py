"""How a card writes names, days, instants, counts and money; and the makers of its fields."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from registry.cards.rules.facts import CardFacts
from registry.cards.rules.shapes import NOT_STATED, NOT_THEN, Field, Need, Prose, Value
from registry.kernel.guard_rails import number_said
from registry.kernel.text import counted as counted_words
from registry.kernel.text import worded

# Control characters cannot be printed, and an override (U+202D, U+202E) prints a name backwards.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
_BEFORE_IT: Final = 20
"""How much of what two texts share is told before they differ, in characters."""


def printable(text: str) -> str:
    """The text with a visible mark in place of every character that cannot be printed honestly."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def line(text: str) -> str | None:
    """A text on one line; None when there is nothing to read in it."""
    flat = " ".join(printable(text).split())
    return flat if _is_visible(flat) else None


def prose(text: str) -> Prose | None:
    """A Markdown text; None when there is nothing to read in it."""
    shown = printable(text)
    return Prose(shown) if _is_visible(shown) else None


def _is_visible(text: str) -> bool:
    # Spaces, separators and joiners alone would leave a field blank on paper.
    return any(unicodedata.category(each) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} for each in text)


def day(value: date | None) -> str | None:
    """A date as "3 Mar 2026"."""
    return f"{value.day} {value:%b} {value.year}" if value else None


def day_of(value: datetime | None) -> str | None:
    """The day of an instant, in UTC."""
    return day(value.astimezone(UTC).date()) if value else None


def instant(value: datetime) -> str:
    """An instant to the second: "3 Mar 2026, 14:05:09 UTC"."""
    at = value.astimezone(UTC)
    return f"{day(at.date())}, {at:%H:%M:%S} UTC"


def counted(value: int | None) -> str | None:
    """A whole number with thousands told apart; None is not zero."""
    return None if value is None else f"{value:,}"


def amount(value: Decimal | None, unit: str) -> str | None:
    """A number with its unit, every digit kept; None is not zero."""
    if value is None:
        return None
    return f"{number_said(value)} {line(unit) or ''}".strip()


def unbroken(text: str) -> str:
    """A short text that is not to be broken at its spaces, such as a date in a narrow column."""
    return text.replace(" ", "\u00a0")


def dated(text: str | None, on: date | None, before: str) -> str | None:
    """A text with its day: "0.84, measured 3 Mar 2026"; a day that is missing says so."""
    if text is None:
        return None
    return f"{text}, {before} {day(on)}" if on else f"{text}, date {NOT_STATED}"


def chosen(value: str | None) -> str | None:
    """A stored word as it is read: "in_development" becomes "In development"."""
    return worded(value).capitalize() if value else None


def lowered(text: str) -> str:
    """A sentence or name as it stands inside another sentence: its first letter small."""
    return text[:1].lower() + text[1:]


def apart(one: str, other: str, longest: int) -> tuple[str, str]:
    """Two texts that differ, each in so many characters; what both begin with is left out where it would hide how."""
    if max(len(one), len(other)) <= longest:
        return one, other
    pairs = enumerate(zip(one, other, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    word = one.rfind(" ", 0, max(same - _BEFORE_IT, 0))
    start = 0 if same < longest // 2 else max(word, same - longest // 2)
    return _from(one, start, longest), _from(other, start, longest)


def _from(text: str, start: int, longest: int) -> str:
    end = start + longest
    if end < len(text) and (space := text.rfind(" ", start + longest * 3 // 4, end)) > 0:
        end = space
    shown = text[start:end].strip()
    return f"{'…' if start else ''}{shown}{'…' if len(text) > start + longest else ''}"


def cell(value: str | None, absent: str = NOT_STATED) -> str:
    """The text of a table's cell, which is never blank."""
    return value or absent


def always(number: str, label: str, value: Value | None, absent: str = NOT_STATED) -> Field:
    """A field every card must fill in."""
    return Field(number, label, Need.ALWAYS, value, absent)


def tabled(field: Field) -> Field:
    """The field, to stand in the table of its section."""
    return replace(field, tabled=True)


def when_high_risk(
    number: str, label: str, value: Value | None, *, high: bool, absent: str = NOT_STATED
) -> Field:
    """A field that must be filled in for a system of high risk, or of a risk nobody has classified."""
    return Field(number, label, Need.HIGH_RISK, value, absent, asked=high)


def conditional(
    number: str, label: str, value: Value | None, *, applies: bool, absent: str = NOT_STATED
) -> Field:
    """A field that must be filled in where its condition holds."""
    return Field(number, label, Need.CONDITIONAL, value, absent, asked=applies)


def optional(number: str, label: str, value: Value | None, absent: str = NOT_STATED) -> Field:
    """A field that may be filled in."""
    return Field(number, label, Need.OPTIONAL, value, absent, asked=False)


def said(number: str, label: str, value: Value) -> Field:
    """Something the card says by itself, which nobody has to fill in."""
    return Field(number, label, Need.ALWAYS, value, asked=False)


def not_kept(number: str, label: str, need: Need = Need.ALWAYS) -> Field:
    """A field that belongs on a card and for which this registry has none."""
    return Field(number, label, need, None, kept=False)


def not_then(number: str, label: str, need: Need = Need.ALWAYS) -> Field:
    """A field that cards have got since this one was frozen: nobody can tell what it would have said."""
    return Field(number, label, need, None, NOT_THEN, kept=False)


def made_from(facts: CardFacts) -> str:
    """Which state of the record the card was made from."""
    origin = facts.origin
    return (
        f"Revision {origin.revision:,}, ledger entry {origin.seq:,} of {instant(origin.at)} "
        f"({counted_words(origin.changes, 'entry', 'entries')} about this system)"
    )


def pack_said(facts: CardFacts) -> str:
    """The rule pack and its edition, on one line."""
    return cell(line(facts.pack.said))

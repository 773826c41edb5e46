"""What a notice is made of: its kind, who is told because of what they are or because the entry names them, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from registry.kernel.text import shortened, worded
from registry.notices.rules.choices import Kind

State = Mapping[str, Any]
_MOST_SAID: Final = 160
_MOST_LISTED: Final = 3

SUBJECT: Final = "subject"
"""Named is the person an entry is about."""


class Whom(StrEnum):
    """Who is told because of what they are; who is named in the entry itself, `Telling.named` says."""

    OWNERS = "owners"
    EVERY_SEAT = "every_seat"
    COMPLIANCE = "compliance"
    REVIEWERS = "reviewers"
    ADMINISTRATORS = "administrators"
    CONCERNED = "concerned"
    """Of an incident: its lead and whoever is involved; and the seats a line names are then those of every system it touches."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One line of the table.

    `says` is a sentence in which {actor} and {about} may stand: who did it, and what `about` finds. `named` and `about` are
    written "row.column", of the rows an entry changed. `unseen` is said, without a word of the system, to whoever is named
    and may not know of it yet. `only_new`: told only where the entry added the row of `about`; `unless`: not where its note says
    this. `even_self` tells also the one who did it: an account is watched for others who use it.
    """

    kind: Kind
    says: str
    to: tuple[Whom, ...] = ()
    named: tuple[str, ...] = ()
    about: str = ""
    only_new: bool = False
    unless: str = ""
    unseen: str = ""
    even_self: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A row an entry changed: of which kind, whether the entry added it, and how it left it (None: it is gone)."""

    kind: str
    is_new: bool
    after: State | None


def applies(telling: Telling, note: Mapping[str, str], rows: Sequence[Changed]) -> bool:
    """Whether this entry is one of those the line means."""
    if telling.unless and telling.unless in note.values():
        return False
    return not telling.only_new or bool(_values(telling.about, _new(rows)))


def named_in(telling: Telling, subject: tuple[str, int | None], rows: Sequence[Changed]) -> set[int]:
    """The people, by number, whom the entry itself names."""
    found: set[int] = set()
    for name in telling.named:
        if name == SUBJECT:
            kind, number = subject
            found |= {number} if kind == "person" and number is not None else set()
        else:
            found |= {value for value in _values(name, rows) if isinstance(value, int)}
    return found


def about_in(telling: Telling, rows: Sequence[Changed]) -> str:
    """What the sentence is about, in the words of the entry, on one line; "" where it does not say."""
    told = _values(telling.about, _new(rows) if telling.only_new else rows) if telling.about else []
    words = [shortened(worded(str(each)), _MOST_SAID) for each in dict.fromkeys(told) if each]
    rest = len(words) - _MOST_LISTED
    return "; ".join(words[:_MOST_LISTED]) + (f"; and {rest} more" if rest > 0 else "")


def sentence(telling: Telling, actor: str, about: str) -> str:
    """The line's sentence for one entry, without a full stop; it ends before the colon where there is nothing to add."""
    who = actor[:1].upper() + actor[1:] or "Somebody"
    # Put in by hand: names may hold braces.
    said = telling.says.replace("{actor}", who)
    return said.replace("{about}", about) if about else said.replace("{about}", "").rstrip(": ")


def _new(rows: Sequence[Changed]) -> list[Changed]:
    return [each for each in rows if each.is_new]


def _values(name: str, rows: Sequence[Changed]) -> list[Any]:
    kind, _, column = name.partition(".")
    return [each.after.get(column) for each in rows if each.kind == kind and each.after is not None]

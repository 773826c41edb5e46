"""Where each item of a delivery belongs, when it may not be taken, and the digest that answers for it afterwards"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from registry.fairness.rules.decoding import CountIn, WindowIn
from registry.kernel.canonical import canonical
from registry.kernel.errors import Problem
from registry.monitoring.rules.batches import AHEAD, MOST_PROBLEMS, window_refused
from registry.monitoring.rules.points import written
from registry.monitoring.rules.rails import digest_of

Place = tuple[str, ...]


class Held(NamedTuple):
    """What stands at a place: the delivery that brought it, what it says and its revision."""

    batch_id: int
    content: str
    revision: int


def place_of(item: CountIn | WindowIn) -> Place:
    """What makes an item the same item: a second one for the same place is a repetition or a contradiction."""
    span = written(item.window_start), written(item.window_end), item.key
    return (item.attribute, item.group, *span) if isinstance(item, CountIn) else span


def content_of(item: CountIn | WindowIn) -> str:
    """What an item says, the same text for the same numbers however they were written."""
    if isinstance(item, WindowIn):
        return window_content(item.scheme.value, item.bin_count, bins_in(item))
    return count_content(item.n, item.selected, item.table)


def count_content(n: int, selected: int, table: Sequence[int | None] | None) -> str:
    """What the counts of one group say."""
    cells = table or (None,) * 4
    return ",".join(str(each) for each in (n, selected, *cells))


def window_content(scheme: str, count: int, bins: Sequence[Sequence[str | int]]) -> str:
    """What the forecasts of one window say."""
    return "\x1f".join((scheme, str(count), canonical(bins).decode()))


def bins_in(item: WindowIn) -> list[list[str | int]]:
    """The bins as they are stored: low, high, n, mean, positives; numbers with a fraction as text."""
    return [[_plain(b.low), _plain(b.high), b.n, _plain(b.mean), b.positives] for b in item.bins]


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def problems_with(kind: str, items: Sequence[CountIn | WindowIn], at: datetime) -> list[Problem]:
    """Every objection to a delivery received at `at`, as "counts.3.window_end"; beyond a hundred their number only."""
    found: list[Problem] = []
    seen: dict[Place, int] = {}
    for number, item in enumerate(items):
        objections = window_refused(item.window_start, item.window_end, at + AHEAD)
        found += [Problem(f"{kind}.{number}.{field}", says) for field, says in objections]
        first = seen.setdefault(place_of(item), number)
        if first != number and content_of(items[first]) != content_of(item):
            said = f"Item {first} of this batch gives the same window and key other numbers."
            found.append(Problem(f"{kind}.{number}", said))
    if len(found) > MOST_PROBLEMS:
        rest = len(found) - MOST_PROBLEMS
        return [*found[:MOST_PROBLEMS], Problem(kind, f"And {rest:,} more objections.")]
    return found


@dataclass(frozen=True, slots=True)
class Sorted:
    """The places of a delivery: those that bring something new, each with its revision; known ones; contradictions."""

    new: Mapping[Place, tuple[int, int]]
    known: Sequence[Held]
    contradicted: Sequence[int]


def sort(items: Sequence[CountIn | WindowIn], held: Mapping[Place, Held], *, supersedes: bool) -> Sorted:
    """Tell new items from known ones, and from those that say otherwise than what stands without saying why."""
    new: dict[Place, tuple[int, int]] = {}
    known, contradicted = [], []
    for number, item in enumerate(items):
        place = place_of(item)
        if place in new:
            continue
        standing = held.get(place)
        if standing is None:
            new[place] = number, 0
        elif standing.content == content_of(item):
            known.append(standing)
        elif supersedes:
            new[place] = number, standing.revision + 1
        else:
            contradicted.append(number)
    return Sorted(new, known, contradicted)


def line_of(place: Place, revision: int, content: str) -> str:
    """One item as its delivery's digest covers it. No text of it holds the control character between the parts."""
    return "\x1f".join((*place, str(revision), content))


def digest(lines: Sequence[str]) -> str:
    """SHA-256 of a delivery in an order that does not depend on how it was sent or stored."""
    return digest_of(lines)

"""How each row ends: created, updated, unchanged, duplicate or refused, once; and the count of each."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from registry.interchange.rules.drafts import Draft, Refused
from registry.interchange.rules.keys import base_and_ordinal, with_ordinal
from registry.kernel.rows import Ending, Tally, tallied
from registry.kernel.text import SYSTEM_PREFIX, public_key


@dataclass(frozen=True, slots=True)
class Entry:
    """What has to be known of a row to decide its end; small enough to keep for a whole file.

    `system` is the number of the system a row names by its id, and `changes` whether the row says anything of it that
    the register does not.
    """

    row: int
    key: str
    digest: str
    reason: str = ""
    system: int | None = None
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A system that came from an earlier import: its full key, the digest of what was read for it then, its number."""

    key: str
    digest: str
    system: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one row ends. `key` is the full key of its system; a duplicate or refused row says why.

    `system` is the number of the system where the row names it by its id.
    """

    row: int
    ending: Ending
    key: str = ""
    says: str = ""
    system: int | None = None


def entry_of(result: Draft | Refused) -> Entry:
    """The little of a row that `plan` needs."""
    if isinstance(result, Refused):
        return Entry(result.row, "", result.digest, result.reason)
    return Entry(result.row, result.key, result.digest)


def entry_named(draft: Draft, *, known: bool, editable: bool, changes: bool) -> Entry:
    """The same of a row that names its system by id: a system nobody told the importer of is one there is not."""
    if known and editable:
        return Entry(draft.row, draft.key, draft.digest, system=draft.registry_number, changes=changes)
    reason = (
        f"Row {draft.row} is about {draft.registry_id}, which you may not edit. Ask whoever answers for it."
        if known
        else f"Row {draft.row} is about {draft.registry_id}, and there is no such system here. "
        "Correct the id, or leave it empty to register a new system."
    )
    return Entry(draft.row, "", f"{draft.registry_id} {draft.digest}", reason)


def plan(entries: Sequence[Entry], held: Iterable[Held]) -> list[Outcome]:
    """The end of every row, in the order of the rows. `held` are the systems this profile's earlier imports made.

    A row that says the same as an earlier one is its duplicate. Different rows that share a natural key are different
    systems: the first keeps the key, the next get #2, #3. When the file comes again, a row first meets the system
    that was read with the same content, whatever its place; the rest meet the remaining systems in order, and what is
    left over is created. So a second import changes nothing, and neither does a file in another order.

    A row that names its system by id is about that system, whichever import made it. Of several rows about one
    system the first counts.
    """
    first_of: dict[tuple[str, str], Entry] = {}
    outcomes: dict[int, Outcome] = {}
    distinct: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        earlier = first_of.setdefault((entry.key, entry.digest), entry)
        if earlier is not entry:
            outcomes[place] = _duplicate(entry, earlier)
        elif not entry.key:
            outcomes[place] = Outcome(entry.row, Ending.REFUSED, says=entry.reason)
        elif entry.system is not None:
            ending = Ending.UPDATED if entry.changes else Ending.UNCHANGED
            outcomes[place] = Outcome(entry.row, ending, entry.key, system=entry.system)
        else:
            distinct.setdefault(entry.key, []).append(place)
    held = list(held)
    holding = _by_base(held)
    for key, places in distinct.items():
        outcomes |= _settled(key, places, entries, holding.get(key, {}))
    return _once_each([outcomes[place] for place in range(len(entries))], held)


def _once_each(outcomes: Sequence[Outcome], held: Iterable[Held]) -> list[Outcome]:
    """The outcomes, with every row refused that is about the same system as an earlier one.

    Written twice in one import, what a system was before could not be put back.
    """
    if all(each.system is None for each in outcomes):
        return list(outcomes)
    numbers = {each.key: each.system for each in held}
    first: dict[int, int] = {}
    settled = []
    for each in outcomes:
        number = each.system or numbers.get(each.key)
        row = first.setdefault(number, each.row) if number is not None else each.row
        settled.append(each if row == each.row else _second(each, row, number or 0))
    return settled


def _second(outcome: Outcome, row: int, number: int) -> Outcome:
    key = public_key(SYSTEM_PREFIX, number)
    says = f"Row {row} is about {key} as well. Put what both say into one of them."
    return replace(outcome, ending=Ending.REFUSED, key="", says=says, system=None)


def tally_of(outcomes: Iterable[Outcome]) -> Tally:
    """The five counts and their sum."""
    return tallied(outcome.ending for outcome in outcomes)


def _duplicate(entry: Entry, earlier: Entry) -> Outcome:
    said = f"The row says the same as row {earlier.row}"
    return Outcome(
        entry.row,
        Ending.DUPLICATE,
        says=f"{said}, which was refused: {earlier.reason}" if earlier.reason else f"{said}.",
    )


def _by_base(held: Iterable[Held]) -> dict[str, dict[int, str]]:
    """The digests held under each natural key, by ordinal."""
    found: dict[str, dict[int, str]] = {}
    for each in held:
        base, ordinal = base_and_ordinal(each.key)
        found.setdefault(base, {})[ordinal] = each.digest
    return found


def _settled(
    key: str, places: Sequence[int], entries: Sequence[Entry], held: Mapping[int, str]
) -> dict[int, Outcome]:
    """The ends of the different rows that share one natural key."""
    ordinals = {digest: ordinal for ordinal, digest in held.items()}
    unchanged = {
        place: ordinals[entries[place].digest] for place in places if entries[place].digest in ordinals
    }
    free = sorted(set(held) - set(unchanged.values()))
    changed = dict(zip((place for place in places if place not in unchanged), free, strict=False))
    following = itertools.count(max(held, default=0) + 1)
    ends: dict[int, Outcome] = {}
    for place in places:
        if place in unchanged:
            ending, ordinal = Ending.UNCHANGED, unchanged[place]
        elif place in changed:
            ending, ordinal = Ending.UPDATED, changed[place]
        else:
            ending, ordinal = Ending.CREATED, next(following)
        ends[place] = Outcome(entries[place].row, ending, with_ordinal(key, ordinal))
    return ends

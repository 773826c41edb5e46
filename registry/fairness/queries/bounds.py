"""How the bounds of a system have stood, from the ledger: what was acceptable, since when, set by whom and why."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlmodel import Session

from registry.audit.queries import ObjectChange, changes_among
from registry.fairness.models import FairnessBound
from registry.fairness.queries.reading import facts_of
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.measures import Measure

_KIND: Final = "fairness_bound"


@dataclass(frozen=True, slots=True)
class Stood:
    """A bound as it stood from an instant on, and the name of whoever set it so."""

    facts: BoundFacts
    at: datetime
    who: str


def bounds_over_time(session: Session, bounds: Collection[FairnessBound]) -> Mapping[int, Sequence[Stood]]:
    """How each of these bounds has stood, by its number, newest first; in one statement."""
    told: dict[int, list[tuple[datetime, str, ObjectChange]]] = {each.id or 0: [] for each in bounds}
    for item in changes_among(session, _KIND, list(told)):
        for one in item.objects:
            if one.kind == _KIND and one.object_id in told:
                told[one.object_id].append((item.at, item.actor, one))
    return {each.id or 0: list(_backwards(facts_of(each), told[each.id or 0])) for each in bounds}


def _backwards(now: BoundFacts, told: Sequence[tuple[datetime, str, ObjectChange]]) -> Iterator[Stood]:
    """From how it stands now, entry by entry, to how it stood before: what an entry leaves alone it does not tell."""
    state: dict[str, Any] = {name: getattr(now, name) for name in BoundFacts.__slots__}
    for at, who, one in told:
        try:
            facts = _facts(state)
        except (ValueError, ArithmeticError):
            # Somebody changed the stored text. The page still opens; verification names the entry.
            return
        yield Stood(facts, at, who)
        state |= {each.column: each.before for each in one.changes if each.column in state}


def _facts(state: Mapping[str, Any]) -> BoundFacts:
    """What the ledger wrote, as the rules take it; it leaves out what is empty."""
    texts = {name: state[name] or "" for name in ("attribute", "reference", "why_groups", "reason")}
    return BoundFacts(
        measure=Measure(state["measure"]),
        limit=Decimal(str(state["limit"])),
        fewest=state["fewest"],
        **texts,
    )

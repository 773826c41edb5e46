"""Names that were nearly typed: systems, incidents, people, units, teams, data sources and vendors a letter or two away.

Every name the actor may know of is compared, in one statement and one process of ours: neither database has to know
what is near, so both give the same answer, and what may not be seen is no candidate, for a suggestion either.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import Actor
from registry.kernel.nearness import Names
from registry.people.models import Person, Team
from registry.store.folding import folded_text
from registry.systems.models import System
from registry.systems.queries import visible_to

MOST_NEAR = 8
# No text of the register holds a control character (kernel/text.py).
_BETWEEN, _AFTER_NUMBER = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class Near:
    """A name that was nearly typed: of what, its number (of a vendor: of one of its systems), and how many letters are wrong."""

    kind: str
    number: int
    name: str
    wrong: int


@dataclass(frozen=True, slots=True)
class Nearly:
    """What was nearly typed, the nearest first, and the words that were meant where one can tell."""

    names: tuple[Near, ...] = ()
    meant: str | None = None


def nearly(
    session: Session,
    actor: Actor,
    words: Sequence[str],
    units: Mapping[int, str],
    found: Collection[tuple[str, int]] = (),
) -> Nearly:
    """The names nearest to the words, but for those found already as (kind, number); `units` are the units by number with their names."""
    known = [*_named(session, actor), *(("unit", number, name) for number, name in units.items())]
    names = Names([folded_text(name) for _, _, name in known])
    typed = [folded_text(word) for word in words]
    near = sorted(
        (wrong, len(known[place][2]), known[place])
        for wrong, place in names.near(typed)
        if known[place][:2] not in found
    )
    return Nearly(
        tuple(Near(*each, wrong) for wrong, _, each in near[:MOST_NEAR]),
        names.meant(typed),
    )


def meant_in_register(session: Session, actor: Actor, words: Sequence[str]) -> str | None:
    """The words put right by the names of systems the actor may know of; None where nothing can be. One statement."""
    (texts,) = session.execute(sa.select(_gathered(System.id, System.name, visible_to(actor)))).one()
    names = Names([folded_text(name) for _, _, name in _apart("system", texts)])
    return names.meant([folded_text(word) for word in words])


def _named(session: Session, actor: Actor) -> list[tuple[str, int, str]]:
    """Every name there is for this actor, as (kind, number, name): a text for each kind, which is far quicker than a row for each name."""
    vendors = (
        select(func.min(System.id).label("id"), System.vendor_name)
        .where(visible_to(actor), System.vendor_name != "")
        .group_by(col(System.vendor_name))
        .subquery()
    )
    texts = {
        "system": _gathered(System.id, System.name, visible_to(actor)),
        "incident": _gathered(Incident.id, Incident.title, seen_by(actor)),
        "person": _gathered(Person.id, Person.name),
        "team": _gathered(Team.id, Team.name),
        "source": _gathered(DataSource.id, DataSource.name, col(DataSource.retired_at).is_(None)),
        "vendor": _gathered(vendors.c.id, vendors.c.vendor_name),
    }
    row = session.execute(sa.select(*texts.values())).one()
    return [each for kind, text in zip(texts, row, strict=True) for each in _apart(kind, text)]


def _gathered(number: Any, name: Any, *only: Any) -> Any:
    text = sa.cast(number, sa.String).concat(_AFTER_NUMBER).concat(name)
    return sa.select(func.aggregate_strings(text, _BETWEEN)).where(*only).scalar_subquery()


def _apart(kind: str, text: str | None) -> list[tuple[str, int, str]]:
    parts = (each.partition(_AFTER_NUMBER) for each in (text or "").split(_BETWEEN) if each)
    return [(kind, int(number), name) for number, _, name in parts]

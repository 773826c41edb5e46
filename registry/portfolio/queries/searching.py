"""One search over systems, incidents, people, units, teams and data sources: the best few of each, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import Actor
from registry.kernel.text import DATA_SOURCE_PREFIX, INCIDENT_PREFIX, SYSTEM_PREFIX, number_of
from registry.people.models import Person, Team
from registry.people.queries import unit_paths
from registry.portfolio.rules import Rank, Words, rank_of
from registry.store.folding import folded_text, name_begins, name_holds, text_holds
from registry.systems.models import System
from registry.systems.queries import every_word, visible_to

BEST = 6
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Hits(Generic[Found]):
    """The best few of one kind, and whether there are more."""

    items: Sequence[Found]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found. Units are (number, path); `paths` has every unit's path, for the others' units."""

    systems: Hits[System]
    incidents: Hits[Incident]
    people: Hits[Person]
    units: Hits[tuple[int, str]]
    teams: Hits[Team]
    sources: Hits[DataSource]
    paths: dict[int, str]

    @property
    def any(self) -> bool:
        """Whether anything was found at all."""
        kinds = (self.systems, self.incidents, self.people, self.units, self.teams, self.sources)
        return any(hits.items for hits in kinds)


def address_of(session: Session, actor: Actor, text: str) -> tuple[str, str] | None:
    """The one record whose public id was typed, as (kind, key), if it is there and the actor may know of it."""
    if number := number_of(SYSTEM_PREFIX, text):
        query = select(System).where(System.id == number, visible_to(actor))
        system = session.exec(query).one_or_none()
        return ("system", system.key) if system else None
    if number := number_of(DATA_SOURCE_PREFIX, text):
        source = session.get(DataSource, number)
        return ("source", source.key) if source else None
    if number := number_of(INCIDENT_PREFIX, text):
        query_seen = select(Incident).where(Incident.id == number, seen_by(actor))
        incident = session.exec(query_seen).one_or_none()
        return ("incident", incident.key) if incident else None
    return None


def search(session: Session, actor: Actor, words: Words) -> Results:
    """The best of each kind that holds every one of the words, those named so before those that only mention them."""
    paths = unit_paths(session)
    return Results(
        systems=_best(session, System, words, every_word(words), visible_to(actor)),
        incidents=_best(
            session,
            Incident,
            words,
            _every_word(Incident.title, words, Incident.summary),
            seen_by(actor),
            name=Incident.title,
        ),
        people=_best(session, Person, words, _every_word(Person.name, words, Person.email, Person.job_title)),
        units=_best_units(paths, words),
        teams=_best(session, Team, words, _every_word(Team.name, words)),
        sources=_best(
            session,
            DataSource,
            words,
            _every_word(DataSource.name, words, DataSource.description),
            col(DataSource.retired_at).is_(None),
        ),
        paths=paths,
    )


def _every_word(name: Any, words: Words, *mentions: Any) -> ColumnElement[bool]:
    """Those whose name or whose other texts hold each of the words."""
    return and_(
        *(or_(name_holds(name, word), *(text_holds(text, word) for text in mentions)) for word in words)
    )


def _best(
    session: Session, kind: Any, words: Words, *only: ColumnElement[bool], name: Any = None
) -> Hits[Any]:
    name = kind.name if name is None else name
    order = (_rank(name, words), func.length(name), name, kind.id)
    found = session.exec(select(kind).where(*only).order_by(*order).limit(BEST + 1)).all()
    return Hits(found[:BEST], more=len(found) > BEST)


def _rank(name: Any, words: Words) -> ColumnElement[int]:
    """`rules.rank_of` as the database says it."""
    return case(
        (name_begins(name, " ".join(words)), int(Rank.BEGINS)),
        (and_(*(name_holds(name, word) for word in words)), int(Rank.IN_NAME)),
        else_=int(Rank.MENTIONED),
    )


def _best_units(paths: dict[int, str], words: Words) -> Hits[tuple[int, str]]:
    ranked = []
    for number, path in paths.items():
        name = path.rpartition(" / ")[2]
        rank = rank_of(folded_text(name), [folded_text(word) for word in words])
        if rank is not None:
            ranked.append((rank, len(name), path, number))
    ranked.sort()
    return Hits([(number, path) for _, _, path, number in ranked[:BEST]], more=len(ranked) > BEST)

"""One search over systems, incidents, people, units, teams and data sources: the best few of each, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col, func, select

from registry.classification.models import ClassificationRun
from registry.data_sources.models import DataSource
from registry.dossiers.models import Dossier
from registry.dossiers.rules.cases import PREFIX as TEST_PREFIX
from registry.evidence.models import Evidence
from registry.evidence.rules.record import PREFIX as EVIDENCE_PREFIX
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.text import (
    CLASSIFICATION_PREFIX,
    DATA_SOURCE_PREFIX,
    INCIDENT_PREFIX,
    SYSTEM_PREFIX,
    number_of,
)
from registry.people.models import Person, Team
from registry.people.queries import unit_paths
from registry.portfolio.rules import Rank, Words, rank_of
from registry.reviews.models.reviews import Review
from registry.reviews.models.words import SignOff, Waiver
from registry.reviews.rules.kinds import REVIEW_PREFIX, SIGN_OFF_PREFIX, WAIVER_PREFIX
from registry.risks.models import Risk
from registry.risks.rules import PREFIX as RISK_PREFIX
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


@dataclass(frozen=True, slots=True)
class Known:
    """The record a public id names: what it is, its number, and the public id of its system or of itself."""

    kind: str
    number: int
    key: str


# What belongs to one system and is known to whoever may know of that; of evidence only where they may read it.
_OF_SYSTEMS: dict[str, tuple[str, Any]] = {
    CLASSIFICATION_PREFIX: ("classification", ClassificationRun),
    EVIDENCE_PREFIX: ("evidence", Evidence),
    REVIEW_PREFIX: ("review", Review),
    RISK_PREFIX: ("risk", Risk),
    SIGN_OFF_PREFIX: ("sign-off", SignOff),
    TEST_PREFIX: ("tests", Dossier),
    WAIVER_PREFIX: ("waiver", Waiver),
}


def address_of(session: Session, actor: Actor, text: str) -> Known | None:
    """The one record whose public id was typed, if it is there and the actor may know of it. One statement at most."""
    if number := number_of(SYSTEM_PREFIX, text):
        query = select(System).where(System.id == number, visible_to(actor))
        system = session.exec(query).one_or_none()
        return Known("system", number, system.key) if system else None
    if number := number_of(DATA_SOURCE_PREFIX, text):
        source = session.get(DataSource, number)
        return Known("source", number, source.key) if source else None
    if number := number_of(INCIDENT_PREFIX, text):
        query_seen = select(Incident).where(Incident.id == number, seen_by(actor))
        incident = session.exec(query_seen).one_or_none()
        return Known("incident", number, incident.key) if incident else None
    for prefix, (name, kind) in _OF_SYSTEMS.items():
        if number := number_of(prefix, text):
            return _of_system(session, actor, name, kind, number)
    return None


def _of_system(session: Session, actor: Actor, name: str, kind: Any, number: int) -> Known | None:
    query = select(System).join(kind, kind.system_id == col(System.id))
    system = session.exec(query.where(kind.id == number, visible_to(actor))).one_or_none()
    if system is None or (kind is Evidence and not may(actor, Permission.EVIDENCE_READ, system.id)):
        return None
    return Known(name, number, system.key)


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

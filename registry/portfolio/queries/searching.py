"""One search over everything with a name: the best few of each kind, and the names that were nearly typed, in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import Actor
from registry.kernel.nearness import Rank, rank_of
from registry.people.models import Person, Team
from registry.people.queries import unit_paths
from registry.portfolio.queries.belongings import BEST, Hits, Part, belongings
from registry.portfolio.queries.nearly import Nearly, nearly
from registry.store.folding import folded_text, name_holds, name_rank, text_holds
from registry.systems.models import System
from registry.systems.queries import every_word, visible_to

# With so many names that hold what was typed, nobody has mistyped it.
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found. Units are (number, path); `paths` has every unit's path, for the others' units.

    `parts` are what belongs to systems, by kind. `nearly` is empty where enough names hold what was typed.
    """

    systems: Hits[System]
    incidents: Hits[Incident]
    people: Hits[Person]
    units: Hits[tuple[int, str]]
    teams: Hits[Team]
    sources: Hits[DataSource]
    paths: Mapping[int, str]
    parts: Mapping[str, Hits[Part]]
    nearly: Nearly

    @property
    def any(self) -> bool:
        """Whether anything was found as it was typed."""
        kinds = (self.systems, self.incidents, self.people, self.units, self.teams, self.sources)
        return bool(self.parts) or any(hits.items for hits in kinds)


def search(session: Session, actor: Actor, words: Sequence[str]) -> Results:
    """The best of each kind that holds every one of the words, those named so before those that only mention them."""
    paths = unit_paths(session)
    systems: Hits[System] = _best(session, System, words, every_word(words), visible_to(actor))
    titled = _every_word(Incident.title, words, Incident.summary)
    incidents: Hits[Incident] = _best(session, Incident, words, titled, seen_by(actor), name=Incident.title)
    named = _every_word(Person.name, words, Person.email, Person.job_title)
    people: Hits[Person] = _best(session, Person, words, named)
    units = _best_units(paths, words)
    teams: Hits[Team] = _best(session, Team, words, _every_word(Team.name, words))
    listed = col(DataSource.retired_at).is_(None)
    described = _every_word(DataSource.name, words, DataSource.description)
    sources: Hits[DataSource] = _best(session, DataSource, words, described, listed)
    names = {
        **{("system", each.id or 0): each.name for each in systems.items},
        **{("incident", each.id or 0): each.title for each in incidents.items},
        **{("person", each.id or 0): each.name for each in people.items},
        **{("unit", number): _own_name(path) for number, path in units.items},
        **{("team", each.id or 0): each.name for each in teams.items},
        **{("source", each.id or 0): each.name for each in sources.items},
    }
    meant = Nearly()
    if sum(_rank(name, words) is not Rank.MENTIONED for name in names.values()) < _ENOUGH:
        own = {number: _own_name(path) for number, path in paths.items()}
        meant = nearly(session, actor, words, own, names.keys())
    parts = belongings(session, actor, words)
    return Results(systems, incidents, people, units, teams, sources, paths, parts, meant)


def _every_word(name: Any, words: Sequence[str], *mentions: Any) -> ColumnElement[bool]:
    """Those whose name or whose other texts hold each of the words."""
    return and_(
        *(or_(name_holds(name, word), *(text_holds(text, word) for text in mentions)) for word in words)
    )


def _best(
    session: Session, kind: Any, words: Sequence[str], *only: ColumnElement[bool], name: Any = None
) -> Hits[Any]:
    name = kind.name if name is None else name
    # By length and number, and not by name: the two databases sort letters differently.
    order = (name_rank(name, words), func.length(name), kind.id)
    found = session.exec(select(kind).where(*only).order_by(*order).limit(BEST + 1)).all()
    return Hits(found[:BEST], more=len(found) > BEST)


def _best_units(paths: Mapping[int, str], words: Sequence[str]) -> Hits[tuple[int, str]]:
    ranked = []
    for number, path in paths.items():
        name = _own_name(path)
        rank = _rank(name, words)
        if rank is not Rank.MENTIONED:
            ranked.append((rank, len(name), path, number))
    ranked.sort()
    return Hits([(number, path) for _, _, path, number in ranked[:BEST]], more=len(ranked) > BEST)


def _rank(name: str, words: Sequence[str]) -> Rank:
    return rank_of(folded_text(name), [folded_text(word) for word in words])


def _own_name(path: str) -> str:
    return path.rpartition(" / ")[2]

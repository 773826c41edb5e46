"""Sources by key and name; the catalogue; who uses a source; what a system uses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal, or_
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource, DataUse
from registry.data_sources.rules.sources import Classification, Purpose, SourceFacts, Stated, name_key
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.kernel.text import DATA_SOURCE_PREFIX, number_of
from registry.people.models import Person
from registry.store.paging import Page, cut, holding
from registry.systems.models import System
from registry.systems.queries import visible_to

Use = tuple[DataUse, DataSource]

# Asked for every page of a system. A statement costs more to put together than to run, so this is done once.
_USES_NOW = (
    select(DataUse, DataSource)
    .join(DataSource, col(DataSource.id) == col(DataUse.data_source_id))
    .where(col(DataUse.system_id).in_(bindparam("systems", expanding=True)), col(DataUse.to_at).is_(None))
    .order_by(col(DataSource.name), col(DataUse.id))
)


def by_key(session: Session, key: str, *, lock: bool = False) -> DataSource:
    """The source of this public id. Raises NotFound."""
    number = number_of(DATA_SOURCE_PREFIX, key)
    query = select(DataSource).where(DataSource.id == number)
    found = session.exec(query.with_for_update() if lock else query).one_or_none() if number else None
    if found is None:
        raise NotFound
    return found


def source_named(session: Session, name: str) -> DataSource | None:
    """The source of this name, whatever its case and spacing, or None. A retired source is found as well."""
    return session.exec(select(DataSource).where(DataSource.name_key == name_key(name))).one_or_none()


def sources_named(session: Session, names: Collection[str]) -> dict[str, DataSource]:
    """The sources of these names, by the name as it is compared (`rules.sources.name_key`), in one statement."""
    keys = sorted({name_key(name) for name in names})
    query = select(DataSource).where(col(DataSource.name_key).in_(keys))
    return {source.name_key: source for source in session.exec(query)} if keys else {}


def source_meant(session: Session, typed: str) -> DataSource | None:
    """The source that somebody means by its public id or its name, or None."""
    number = number_of(DATA_SOURCE_PREFIX, typed)
    return session.get(DataSource, number) if number else source_named(session, typed)


def source_facts(source: DataSource) -> SourceFacts:
    """What the source states, as the rules read it."""
    values: dict[str, Any] = {each.name: getattr(source, each.name) for each in fields(SourceFacts)}
    values["allowed_purposes"] = tuple(Purpose(purpose) for purpose in source.allowed_purposes)
    return SourceFacts(**values)


@dataclass(frozen=True, slots=True)
class Search:
    """What the catalogue is narrowed to. Empty fields do not narrow, except that retired sources are left out."""

    words: str = ""
    classification: Classification | None = None
    personal: Stated | None = None
    expires_by: date | None = None
    retired: bool = False
    unit_ids: frozenset[int] = frozenset()


def _narrowed(search: Search) -> list[ColumnElement[bool]]:
    gone = col(DataSource.retired_at)
    clauses: list[ColumnElement[bool]] = [gone.is_not(None) if search.retired else gone.is_(None)]
    if search.words:
        number = number_of(DATA_SOURCE_PREFIX, search.words)
        pattern = holding(search.words)
        texts = (DataSource.name, DataSource.description, DataSource.provenance, DataSource.location)
        found = [func.lower(col(text)).like(pattern, escape="\\") for text in texts]
        key = holding(name_key(search.words))
        clauses.append(
            or_(*found, col(DataSource.name_key).like(key, escape="\\"), col(DataSource.id) == number)
        )
    if search.classification is not None:
        clauses.append(col(DataSource.classification) == search.classification)
    if search.personal is not None:
        clauses.append(col(DataSource.personal_data) == search.personal)
    if search.unit_ids:
        theirs = select(Person.id).where(col(Person.unit_id).in_(sorted(search.unit_ids)))
        clauses.append(col(DataSource.owner_id).in_(theirs))
    if search.expires_by is not None:
        ends = (DataSource.licence_expires_on, DataSource.consent_expires_on)
        clauses.append(or_(*(col(end) <= search.expires_by for end in ends)))
    return clauses


def sources_page(
    session: Session, search: Search, *, after: tuple[str, int] | None = None, limit: int = 50
) -> Page[DataSource]:
    """One page of the catalogue by name whatever its capitals; `after` is the name and number of the last source seen."""
    query = select(DataSource).where(*_narrowed(search))
    name, number = func.lower(col(DataSource.name)), col(DataSource.id)
    if after is not None:
        last = func.lower(literal(after[0]))
        query = query.where(or_(name > last, (name == last) & (number > after[1])))
    found = session.exec(query.order_by(name, number).limit(limit + 1)).all()
    return cut(found, limit, lambda source: (source.name, source.id))


def count(session: Session, search: Search | None = None) -> int:
    """How many sources that search finds."""
    clauses = _narrowed(search or Search())
    return session.exec(select(func.count()).select_from(DataSource).where(*clauses)).one()


def offered_names(session: Session, limit: int = 500) -> Sequence[tuple[int, str]]:
    """Number and name of sources not retired, to be offered while somebody types; the rest is found by name or id."""
    query = select(DataSource.id, DataSource.name).where(col(DataSource.retired_at).is_(None))
    rows = session.exec(query.order_by(DataSource.name, col(DataSource.id)).limit(limit))
    return [(number or 0, name) for number, name in rows]


def uses_of(session: Session, system_id: int, *, ended: bool = False) -> list[Use]:
    """What a system uses now, each use with its source; or with `ended` what it no longer uses, newest end first."""
    until = col(DataUse.to_at)
    query = (
        select(DataUse, DataSource)
        .join(DataSource, col(DataSource.id) == col(DataUse.data_source_id))
        .where(DataUse.system_id == system_id, until.is_not(None) if ended else until.is_(None))
    )
    order = (until.desc(), col(DataUse.id)) if ended else (col(DataSource.name), col(DataUse.id))
    return [(use, source) for use, source in session.exec(query.order_by(*order))]


def uses_by_system(session: Session, system_ids: Sequence[int]) -> dict[int, list[Use]]:
    """What each of several systems uses now, in one statement; every system asked for has its list."""
    found: dict[int, list[Use]] = {number: [] for number in system_ids}
    if not found:
        return found
    for use, source in session.exec(_USES_NOW, params={"systems": list(found)}):
        found[use.system_id].append((use, source))
    return found


def use_by_id(session: Session, system_id: int, use_id: int, *, lock: bool = False) -> Use:
    """One use of this system with its source. Raises NotFound also for another system's."""
    query = select(DataUse).where(DataUse.id == use_id, DataUse.system_id == system_id)
    use = session.exec(query.with_for_update() if lock else query).one_or_none()
    source = session.get(DataSource, use.data_source_id) if use else None
    if use is None or source is None:
        raise NotFound
    return use, source


def is_used(session: Session, system_id: int, source_id: int, purpose: Purpose) -> bool:
    """Whether the system uses the source for that purpose now."""
    query = select(DataUse.id).where(
        DataUse.system_id == system_id,
        DataUse.data_source_id == source_id,
        DataUse.purpose == purpose,
        col(DataUse.to_at).is_(None),
    )
    return session.exec(query).first() is not None


def used_by(session: Session, actor: Actor, source_id: int) -> list[tuple[DataUse, System]]:
    """Who uses a source now, by name: only systems the actor may know of."""
    query = (
        select(DataUse, System)
        .join(System, col(System.id) == col(DataUse.system_id))
        .where(DataUse.data_source_id == source_id, col(DataUse.to_at).is_(None), visible_to(actor))
    )
    return [(use, system) for use, system in session.exec(query.order_by(col(System.name), col(DataUse.id)))]


def users_counted(session: Session, actor: Actor, source_ids: Sequence[int]) -> dict[int, int]:
    """How many systems the actor may know of use each of several sources now, in one statement."""
    if not source_ids:
        return {}
    query = (
        select(DataUse.data_source_id, func.count(func.distinct(col(DataUse.system_id))))
        .join(System, col(System.id) == col(DataUse.system_id))
        .where(col(DataUse.data_source_id).in_(source_ids), col(DataUse.to_at).is_(None), visible_to(actor))
        .group_by(col(DataUse.data_source_id))
    )
    return dict(session.exec(query).all())

"""Evidence of a system, newest first, and by number; its revisions; what it supports; how much room it takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from registry.evidence.models import Evidence, EvidenceRevision, EvidenceUse
from registry.evidence.rules.record import PREFIX, Kind, named, validity
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.kernel.text import number_of
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.store.orders import Order, Sort, in_order, plain, rows_in
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage

# Holds are set by features above this one; their table is named, as for a foreign key, and not imported.
_HOLD = sa.table(
    "evidence_hold", sa.column("id"), sa.column("system_id"), sa.column("because"), sa.column("lifted_at")
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of evidence in a list: with its newest file, who added it (None: the registry), how much it supports."""

    evidence: Evidence
    revision: EvidenceRevision
    added_by: Person | None
    uses: int


@dataclass(frozen=True, slots=True)
class Support:
    """A piece of evidence named for something, with the revision that stood then."""

    use: EvidenceUse
    evidence: Evidence
    revision: EvidenceRevision


def by_number(session: Session, actor: Actor, number: int, *, lock: bool = False) -> tuple[Evidence, System]:
    """One piece of evidence with its system. Raises NotFound also where the actor may not know of the system."""
    query = (
        select(Evidence, System)
        .join(System, col(System.id) == col(Evidence.system_id))
        .where(Evidence.id == min(number, LARGEST_NUMBER), visible_to(actor))
    )
    held = query.with_for_update(of=Evidence) if lock else query
    found = session.exec(held).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def evidence_meant(session: Session, system_id: int, typed: str) -> Evidence | None:
    """The evidence of this system that somebody means by its public id, or None."""
    number = number_of(PREFIX, typed)
    query = select(Evidence).where(Evidence.id == number, Evidence.system_id == system_id)
    return session.exec(query).one_or_none() if number else None


def by_numbers(session: Session, system_id: int, numbers: Collection[int]) -> dict[int, Evidence]:
    """Several pieces of a system's evidence by number, in one statement."""
    if not numbers:
        return {}
    query = select(Evidence).where(Evidence.system_id == system_id, col(Evidence.id).in_(sorted(numbers)))
    return {found.id or 0: found for found in session.exec(query)}


def names_offered(session: Session, system_id: int, on: date, limit: int = 200) -> dict[int, str]:
    """Number and title of a system's newest evidence that stands, to choose from; what has expired by that day says so."""
    query = select(Evidence).where(Evidence.system_id == system_id, col(Evidence.withdrawn_at).is_(None))
    found = session.exec(query.order_by(col(Evidence.id).desc()).limit(limit))
    return {one.id or 0: named(one.key, one.title, validity(one.valid_until, on)) for one in found}


def same_file(session: Session, evidence: Evidence) -> Evidence | None:
    """Another piece of evidence of the same system that holds, byte for byte, the newest file of this one; the first."""
    digest = latest_revision(session, evidence.id or 0).sha256
    query = select(Evidence).join(EvidenceRevision, col(EvidenceRevision.evidence_id) == col(Evidence.id))
    query = query.where(
        Evidence.system_id == evidence.system_id,
        EvidenceRevision.sha256 == digest,
        col(Evidence.id) != evidence.id,
    )
    return session.exec(query.order_by(col(Evidence.id)).limit(1)).first()


def expiring(
    session: Session, system_ids: Collection[int], on: date, soon: date
) -> list[tuple[Evidence, System]]:
    """What of these systems expires from a day up to and with another, or has expired while something rests on it.

    The earliest first. Withdrawn evidence is left out.
    """
    if not system_ids:
        return []
    rests = select(EvidenceUse.evidence_id)
    query = (
        select(Evidence, System)
        .join(System, col(System.id) == col(Evidence.system_id))
        .where(
            among(col(Evidence.system_id), system_ids),
            col(Evidence.withdrawn_at).is_(None),
            col(Evidence.valid_until) <= soon,
            (col(Evidence.valid_until) >= on) | col(Evidence.id).in_(rests),
            col(System.stage) != Stage.RETIRED,
        )
    )
    return list(session.exec(query.order_by(col(Evidence.valid_until), col(Evidence.id))))


SORTS: Mapping[str, Sort] = {
    "id": Sort(plain(lambda: col(Evidence.id)), int, always=True),
    "title": Sort(plain(lambda: func.lower(col(Evidence.title))), always=True),
    "kind": Sort(plain(lambda: in_order(Evidence.kind, list(Kind))), int, always=True),
    "valid_until": Sort(plain(lambda: col(Evidence.valid_until)), date),
}


def evidence_page(
    session: Session,
    system_id: int,
    *,
    before: int | None = None,
    order: Order | None = None,
    limit: int = 50,
) -> Page[Shown]:
    """One page of a system's evidence, newest first, also what was withdrawn; `before` is the last number seen.

    With `order` in that one.
    """
    query = _with_newest().where(col(Evidence.system_id) == system_id)
    if order is not None:
        return rows_in(session, query, Evidence.id, order, limit, lambda row: Shown(*row))
    if before is not None:
        query = query.where(col(Evidence.id) < min(before, LARGEST_NUMBER))
    found = session.execute(query.order_by(col(Evidence.id).desc()).limit(limit + 1))
    return cut([Shown(*row) for row in found], limit, lambda one: (one.evidence.id,))


def _with_newest() -> Any:
    later: Any = aliased(EvidenceRevision)
    newest = (
        select(func.max(later.ordinal))
        .where(later.evidence_id == Evidence.id)
        .correlate(Evidence)
        .scalar_subquery()
    )
    uses = (
        select(func.count(col(EvidenceUse.id)))
        .where(EvidenceUse.evidence_id == Evidence.id)
        .correlate(Evidence)
        .scalar_subquery()
    )
    query: Any = select(Evidence, EvidenceRevision, Person, uses)
    query = query.join(EvidenceRevision, col(EvidenceRevision.evidence_id) == col(Evidence.id))
    query = query.join(Person, col(Person.id) == col(Evidence.added_by_id), isouter=True)
    return query.where(col(EvidenceRevision.ordinal) == newest)


def count(session: Session, system_id: int) -> int:
    """How many pieces of evidence of a system stand."""
    query = select(func.count()).select_from(Evidence)
    return session.exec(
        query.where(Evidence.system_id == system_id, col(Evidence.withdrawn_at).is_(None))
    ).one()


def revisions_of(session: Session, evidence_id: int) -> Sequence[tuple[EvidenceRevision, Person | None]]:
    """The revisions of a piece of evidence with who added each, newest first."""
    query: Any = select(EvidenceRevision, Person)
    query = query.join(Person, col(Person.id) == col(EvidenceRevision.added_by_id), isouter=True)
    query = query.where(col(EvidenceRevision.evidence_id) == evidence_id)
    return [
        (row, person) for row, person in session.execute(query.order_by(col(EvidenceRevision.ordinal).desc()))
    ]


def latest_revision(session: Session, evidence_id: int) -> EvidenceRevision:
    """The newest revision of a piece of evidence; there always is one."""
    query = select(EvidenceRevision).where(EvidenceRevision.evidence_id == evidence_id)
    return session.exec(query.order_by(col(EvidenceRevision.ordinal).desc()).limit(1)).one()


def revision_by_number(
    session: Session, actor: Actor, number: int
) -> tuple[EvidenceRevision, Evidence, System]:
    """One file with its evidence and system. Raises NotFound also where the actor may not know of the system."""
    query = (
        select(EvidenceRevision, Evidence, System)
        .join(Evidence, col(Evidence.id) == col(EvidenceRevision.evidence_id))
        .join(System, col(System.id) == col(Evidence.system_id))
        .where(EvidenceRevision.id == min(number, LARGEST_NUMBER), visible_to(actor))
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]


def uses_of(session: Session, evidence_id: int) -> Sequence[tuple[EvidenceUse, EvidenceRevision]]:
    """What a piece of evidence supports, and by which revision; oldest first."""
    query = (
        select(EvidenceUse, EvidenceRevision)
        .join(EvidenceRevision, col(EvidenceRevision.id) == col(EvidenceUse.revision_id))
        .where(EvidenceUse.evidence_id == evidence_id)
    )
    return session.exec(query.order_by(col(EvidenceUse.id))).all()


def supporting(session: Session, kind: str, numbers: Collection[int]) -> dict[int, list[Support]]:
    """The evidence named for each of several things of one kind, in one statement; every number has its list.

    The caller has made sure that the reader may know of those things, and so of their system.
    """
    found: dict[int, list[Support]] = {number: [] for number in numbers}
    if not found:
        return found
    query = (
        select(EvidenceUse, Evidence, EvidenceRevision)
        .join(Evidence, col(Evidence.id) == col(EvidenceUse.evidence_id))
        .join(EvidenceRevision, col(EvidenceRevision.id) == col(EvidenceUse.revision_id))
        .where(EvidenceUse.subject_kind == kind, col(EvidenceUse.subject_id).in_(sorted(found)))
    )
    for use, evidence, revision in session.exec(query.order_by(col(EvidenceUse.id))):
        found[use.subject_id].append(Support(use, evidence, revision))
    return found


def size_used(session: Session, system_id: int) -> int:
    """How many bytes the evidence of a system takes, all revisions together."""
    query = (
        select(func.coalesce(func.sum(EvidenceRevision.size), 0))
        .join(Evidence, col(Evidence.id) == col(EvidenceRevision.evidence_id))
        .where(Evidence.system_id == system_id)
    )
    return int(session.exec(query).one())


def hold_because(session: Session, system_id: int) -> str | None:
    """The reason why something of the system is held as evidence now, the oldest; None where nothing is."""
    query = sa.select(_HOLD.c.because).where(_HOLD.c.system_id == system_id, _HOLD.c.lifted_at.is_(None))
    return session.scalars(query.order_by(_HOLD.c.id).limit(1)).one_or_none()

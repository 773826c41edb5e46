"""Versions of a system, by label and newest first; what each was trained on; which was live when; which is held as evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage
from registry.versions.models import EvidenceHold, LivePeriod, ModelVersion, VersionTrainedOn
from registry.versions.rules.record import TrainedOn, VersionFacts, label_key
from registry.versions.rules.standing import State

Learned = tuple[VersionTrainedOn, DataSource]
Live = tuple[ModelVersion, LivePeriod]

_AT_ONCE = 500
# A table of a feature above this one is named, not imported, as a foreign key would name it.
_STOP = sa.table("emergency_stop", sa.column("system_id"), sa.column("lifted_at"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a list, who added it (None: the registry itself), and its period in use now, if it is live."""

    model: ModelVersion
    added_by: Person | None
    live: LivePeriod | None


def stage_of(session: Session, system_id: int) -> Stage:
    """The stage of a system."""
    return session.get_one(System, system_id).stage


def is_stopped(session: Session, system_id: int) -> bool:
    """Whether an emergency stop of the system stands."""
    query = sa.select(_STOP.c.system_id).where(_STOP.c.system_id == system_id, _STOP.c.lifted_at.is_(None))
    return session.execute(query.limit(1)).first() is not None


def by_label(session: Session, system_id: int, label: str) -> ModelVersion | None:
    """The system's version of this label, whatever its case and spacing, or None."""
    key = label_key(label)
    query = select(ModelVersion).where(ModelVersion.system_id == system_id, ModelVersion.label_key == key)
    return session.exec(query).one_or_none()


def by_number(session: Session, system_id: int, number: int) -> ModelVersion:
    """One version of this system. Raises NotFound also for another system's."""
    query = select(ModelVersion).where(
        ModelVersion.id == min(number, LARGEST_NUMBER), ModelVersion.system_id == system_id
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def versions_page(
    session: Session, system_id: int, *, before: int | None = None, limit: int = 20
) -> Page[Shown]:
    """One page of a system's versions, newest first; `before` is the number of the last version seen."""
    query = _with_period().where(col(ModelVersion.system_id) == system_id)
    if before is not None:
        query = query.where(col(ModelVersion.id) < min(before, LARGEST_NUMBER))
    found = session.execute(query.order_by(col(ModelVersion.id).desc()).limit(limit + 1))
    return cut([Shown(*row) for row in found], limit, lambda one: (one.model.id,))


def shown(session: Session, model: ModelVersion) -> Shown:
    """One version as a list shows it."""
    return Shown(*session.execute(_with_period().where(col(ModelVersion.id) == model.id)).one())


def _with_period() -> Any:
    is_open = and_(col(LivePeriod.version_id) == col(ModelVersion.id), col(LivePeriod.to_at).is_(None))
    query: Any = select(ModelVersion, Person, LivePeriod)
    query = query.join(Person, col(Person.id) == col(ModelVersion.added_by_id), isouter=True)
    return query.join(LivePeriod, is_open, isouter=True)


def labels_of(
    session: Session, system_id: int, *, states: Collection[State] = tuple(State), limit: int = 200
) -> dict[int, str]:
    """Number and label of the newest versions of a system that stand so, to choose from."""
    query = select(ModelVersion.id, ModelVersion.label).where(
        ModelVersion.system_id == system_id, col(ModelVersion.state).in_(list(states))
    )
    rows = session.exec(query.order_by(col(ModelVersion.id).desc()).limit(limit))
    return {number or 0: label for number, label in rows}


def live_on(session: Session, system_id: int, instant: datetime) -> list[tuple[ModelVersion, int]]:
    """Which versions of a system were live at that instant, each with its share in percent, the largest first."""
    query = _periods(system_id).where(
        col(LivePeriod.from_at) <= instant,
        or_(col(LivePeriod.to_at).is_(None), col(LivePeriod.to_at) > instant),
    )
    order = (col(LivePeriod.share).desc(), col(LivePeriod.id))
    return [(model, period.share) for model, period in session.execute(query.order_by(*order))]


def live_now(session: Session, system_id: int) -> list[Live]:
    """Which versions of a system are live, each with its open period, the largest share first."""
    query = _periods(system_id).where(col(LivePeriod.to_at).is_(None))
    return _lives(session, query.order_by(col(LivePeriod.share).desc(), col(LivePeriod.id)))


def live_between(session: Session, system_id: int, start: datetime, end: datetime) -> list[Live]:
    """Every period in use of a system's versions that touches this stretch of time, both instants included; in order."""
    query = _periods(system_id).where(
        col(LivePeriod.from_at) <= end,
        or_(col(LivePeriod.to_at).is_(None), col(LivePeriod.to_at) > start),
        # One that ended the instant it began was never live.
        or_(col(LivePeriod.to_at).is_(None), col(LivePeriod.to_at) > col(LivePeriod.from_at)),
    )
    return _lives(session, query.order_by(col(LivePeriod.from_at), col(LivePeriod.id)))


def last_change(session: Session, system_id: int) -> datetime | None:
    """When what is live of a system last changed, or None when nothing ever was."""
    ends = func.coalesce(col(LivePeriod.to_at), col(LivePeriod.from_at))
    return session.exec(select(func.max(ends)).where(LivePeriod.system_id == system_id)).one()


def periods_of(session: Session, version_id: int) -> Sequence[LivePeriod]:
    """When one version was live, newest first."""
    query = select(LivePeriod).where(LivePeriod.version_id == version_id)
    return session.exec(query.order_by(col(LivePeriod.from_at).desc(), col(LivePeriod.id).desc())).all()


def hold_on(session: Session, version_id: int) -> EvidenceHold | None:
    """The oldest word that a version is held as evidence, or None where it is not."""
    query = select(EvidenceHold).where(
        EvidenceHold.version_id == version_id, col(EvidenceHold.lifted_at).is_(None)
    )
    return session.exec(query.order_by(col(EvidenceHold.id)).limit(1)).one_or_none()


def holds_of(session: Session, system_id: int) -> Sequence[tuple[EvidenceHold, ModelVersion | None]]:
    """What of a system is held as evidence now, with the version where it is one, in the order it was held."""
    query: Any = select(EvidenceHold, ModelVersion)
    query = query.join(ModelVersion, col(ModelVersion.id) == col(EvidenceHold.version_id), isouter=True)
    query = query.where(col(EvidenceHold.system_id) == system_id, col(EvidenceHold.lifted_at).is_(None))
    return [(hold, model) for hold, model in session.exec(query.order_by(col(EvidenceHold.id)))]


def holds_for(session: Session, subject_kind: str, subject_id: int) -> list[EvidenceHold]:
    """What is held as evidence for one case now, in the order it was held."""
    query = select(EvidenceHold).where(*_held_for(subject_kind, subject_id))
    return list(session.exec(query.order_by(col(EvidenceHold.id))))


def holds_shown(
    session: Session, subject_kind: str, subject_id: int
) -> Sequence[tuple[EvidenceHold, System, ModelVersion | None]]:
    """The same with the system of each and the version where it is one."""
    query: Any = select(EvidenceHold, System, ModelVersion)
    query = query.join(System, col(System.id) == col(EvidenceHold.system_id))
    query = query.join(ModelVersion, col(ModelVersion.id) == col(EvidenceHold.version_id), isouter=True)
    rows = session.exec(query.where(*_held_for(subject_kind, subject_id)).order_by(col(EvidenceHold.id)))
    return [(hold, system, model) for hold, system, model in rows]


def _held_for(subject_kind: str, subject_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(EvidenceHold.subject_kind) == subject_kind,
        col(EvidenceHold.subject_id) == subject_id,
        col(EvidenceHold.lifted_at).is_(None),
    )


def held_among(session: Session, system_ids: Collection[int]) -> dict[int, int]:
    """Of these systems those of which something is held as evidence, with the number of the oldest word of it."""
    ordered, found = sorted(system_ids), dict[int, int]()
    for start in range(0, len(ordered), _AT_ONCE):
        query = select(EvidenceHold.system_id, EvidenceHold.id).where(
            col(EvidenceHold.system_id).in_(ordered[start : start + _AT_ONCE]),
            col(EvidenceHold.lifted_at).is_(None),
        )
        for system_id, number in session.exec(query.order_by(col(EvidenceHold.id))):
            found.setdefault(system_id, number or 0)
    return found


def _periods(system_id: int) -> Any:
    query: Any = select(ModelVersion, LivePeriod)
    query = query.join(LivePeriod, col(LivePeriod.version_id) == col(ModelVersion.id))
    return query.where(col(LivePeriod.system_id) == system_id)


def _lives(session: Session, query: Any) -> list[Live]:
    return [(model, period) for model, period in session.execute(query)]


def learned_by(session: Session, version_ids: Collection[int]) -> dict[int, list[Learned]]:
    """What each of several versions was trained on, by the source's name, in one statement; every version has its list."""
    found: dict[int, list[Learned]] = {number: [] for number in version_ids}
    if not found:
        return found
    query = (
        select(VersionTrainedOn, DataSource)
        .join(DataSource, col(DataSource.id) == col(VersionTrainedOn.data_source_id))
        .where(col(VersionTrainedOn.version_id).in_(sorted(found)))
    )
    for row, source in session.exec(query.order_by(col(DataSource.name), col(VersionTrainedOn.id))):
        found[row.version_id].append((row, source))
    return found


def taught_by(
    session: Session, actor: Actor, source_id: int, limit: int = 50
) -> list[tuple[ModelVersion, System, VersionTrainedOn]]:
    """The newest versions that were trained on a source: only of systems the actor may know of."""
    query = (
        select(ModelVersion, System, VersionTrainedOn)
        .join(VersionTrainedOn, col(VersionTrainedOn.version_id) == col(ModelVersion.id))
        .join(System, col(System.id) == col(ModelVersion.system_id))
        .where(VersionTrainedOn.data_source_id == source_id, visible_to(actor))
    )
    order = (col(ModelVersion.id).desc(), col(VersionTrainedOn.id))
    return [(model, system, row) for model, system, row in session.exec(query.order_by(*order).limit(limit))]


def facts_of(model: ModelVersion, learned: Sequence[Learned]) -> VersionFacts:
    """What a version states, as the rules read it."""
    stated: dict[str, Any] = {
        each.name: getattr(model, each.name) for each in fields(VersionFacts) if each.name != "trained_on"
    }
    return VersionFacts(**stated, trained_on=tuple(trained_on(row) for row, _ in learned))


def trained_on(row: VersionTrainedOn) -> TrainedOn:
    """A source and a period, as the rules read them."""
    return TrainedOn(row.data_source_id, row.from_on, row.to_on)


def unknown_sources(session: Session, numbers: Collection[int]) -> list[int]:
    """Those of these numbers that the catalogue does not have."""
    asked = {number for number in numbers if 0 < number <= LARGEST_NUMBER}
    there = (
        set(session.exec(select(DataSource.id).where(col(DataSource.id).in_(sorted(asked)))))
        if asked
        else set()
    )
    return sorted(set(numbers) - there)

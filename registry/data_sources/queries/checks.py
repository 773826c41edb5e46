"""Checks on the quality of sources with their results: of one source, and across all of them, the longest unmeasured first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, literal, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from registry.data_sources.models import DataSource, QualityCheck, QualityResult
from registry.data_sources.rules.quality import CheckState, Dimension
from registry.data_sources.rules.sources import name_key
from registry.kernel.calendar import Cadence, last_overdue
from registry.kernel.errors import NotFound
from registry.kernel.guard_rails import GuardRail
from registry.store.paging import Page, cut, holding

# What was never measured comes before whatever was.
_NEVER = date.min


def checks_of(session: Session, source_id: int) -> list[tuple[QualityCheck, QualityResult | None]]:
    """The checks on a source that are in use, each with its latest result, in two statements."""
    query = select(QualityCheck).where(
        QualityCheck.data_source_id == source_id, col(QualityCheck.retired_at).is_(None)
    )
    checks = session.exec(query.order_by(col(QualityCheck.id))).all()
    place = func.row_number().over(
        partition_by=col(QualityResult.quality_check_id),
        order_by=(col(QualityResult.measured_on).desc(), col(QualityResult.id).desc()),
    )
    numbers = [check.id or 0 for check in checks]
    ranked = select(col(QualityResult.id), place.label("place")).where(
        col(QualityResult.quality_check_id).in_(numbers)
    )
    newest = ranked.subquery()
    latest = (
        select(QualityResult).join(newest, col(QualityResult.id) == newest.c.id).where(newest.c.place == 1)
    )
    results = {result.quality_check_id: result for result in session.exec(latest)} if checks else {}
    return [(check, results.get(check.id or 0)) for check in checks]


def check_by_id(session: Session, source_id: int, check_id: int, *, lock: bool = False) -> QualityCheck:
    """One check of this source. Raises NotFound also for another source's."""
    query = select(QualityCheck).where(QualityCheck.id == check_id, QualityCheck.data_source_id == source_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def check_rail(check: QualityCheck) -> GuardRail:
    """The results that are acceptable to the check."""
    return GuardRail(check.bound, check.low, check.high)


def results_of(session: Session, check_id: int, limit: int = 50) -> Sequence[QualityResult]:
    """The results of a check, newest first."""
    query = select(QualityResult).where(QualityResult.quality_check_id == check_id)
    order = (col(QualityResult.measured_on).desc(), col(QualityResult.id).desc())
    return session.exec(query.order_by(*order).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class CheckSearch:
    """What the view across sources is narrowed to, judged on that day. Empty fields do not narrow."""

    on: date
    words: str = ""
    state: CheckState | None = None
    dimension: Dimension | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """One check with its source and its latest result."""

    check: QualityCheck
    source: DataSource
    last: QualityResult | None


def checks_page(
    session: Session, search: CheckSearch, *, after: tuple[date, int] | None = None, limit: int = 50
) -> Page[Checked]:
    """One page of the checks in use on sources in use: never measured first, then by the day of the latest result.

    `after` is that day (the first there is, where there is no result) and the number of the last check seen.
    """
    measured = func.coalesce(QualityResult.measured_on, literal(_NEVER, Date))
    query = _latest(select(QualityCheck, DataSource, QualityResult)).where(*_narrowed(search))
    if search.state is not None:
        query = query.where(_in_state(search.on)[search.state])
    if after is not None:
        day, number = after
        query = query.where(or_(measured > day, and_(measured == day, col(QualityCheck.id) > number)))
    rows = session.execute(query.order_by(measured, col(QualityCheck.id)).limit(limit + 1))
    found = [Checked(*row) for row in rows]
    return cut(found, limit, lambda one: (one.last.measured_on if one.last else _NEVER, one.check.id))


def checks_counted(session: Session, search: CheckSearch) -> dict[CheckState, int]:
    """How many checks are in each state, whichever state is asked for; one may be in two. In one statement."""
    states = _in_state(search.on)
    counts = [func.count().filter(clause) for clause in states.values()]
    row = session.execute(_latest(select(*counts).select_from(QualityCheck)).where(*_narrowed(search))).one()
    return dict(zip(states, row, strict=True))


def _latest(query: Any) -> Any:
    """The statement over every check with its source and its latest result, where there is one."""
    newest: Any = aliased(QualityResult)
    latest = (
        select(newest.id)
        .where(newest.quality_check_id == QualityCheck.id)
        .order_by(newest.measured_on.desc(), newest.id.desc())
        .limit(1)
        .correlate(QualityCheck)
        .scalar_subquery()
    )
    joined = query.join(DataSource, col(DataSource.id) == col(QualityCheck.data_source_id))
    return joined.join(QualityResult, col(QualityResult.id) == latest, isouter=True)


def _narrowed(search: CheckSearch) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        col(QualityCheck.retired_at).is_(None),
        col(DataSource.retired_at).is_(None),
    ]
    if search.words:
        by_name = col(DataSource.name_key).like(holding(name_key(search.words)), escape="\\")
        by_rule = func.lower(col(QualityCheck.rule)).like(holding(search.words), escape="\\")
        clauses.append(or_(by_name, by_rule))
    if search.dimension is not None:
        clauses.append(col(QualityCheck.dimension) == search.dimension)
    return clauses


def _in_state(on: date) -> dict[CheckState, ColumnElement[bool]]:
    measured, met = col(QualityResult.measured_on), col(QualityResult.met)
    late = or_(
        *(
            and_(col(QualityCheck.cadence) == cadence, measured <= last_overdue(cadence, on))
            for cadence in Cadence
        )
    )
    return {
        CheckState.NOT_MET: met.is_(False),
        CheckState.OVERDUE: late,
        CheckState.NEVER: measured.is_(None),
        CheckState.MET: and_(met.is_(True), ~late),
    }

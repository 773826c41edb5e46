"""Checks on the data that systems use: what their newest results say, and the alerts there are about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from registry.audit.queries import first_told
from registry.data_sources.models import DataSource, DataUse, QualityCheck, QualityResult
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.monitoring.rules.silence import is_silent
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage

_AT_REST = (Stage.SUSPENDED, Stage.RETIRED)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A check on data a system uses whose newest result is not acceptable, or that is overdue."""

    system_id: int
    source: DataSource
    check: QualityCheck
    last: QualityResult | None

    @property
    def group(self) -> str:
        """What of the system the alert is about."""
        return f"check {self.check.id}"

    @property
    def is_unmet(self) -> bool:
        """Whether a result says so, and not the lack of one."""
        return self.last is not None and not self.last.met


def doubtful_data(session: Session) -> dict[tuple[int, str], Doubtful]:
    """Whatever is wrong with the data that systems use, by system and check; in three statements.

    A check that was never done counts from the day it was set up.
    """
    used = _checks_in_use(session)
    latest = _latest_results(session)
    never = {check.id or 0 for _, _, check in used if check.id not in latest}
    made = {number: at.date() for number, at in first_told(session, "quality_check", never).items()}
    found = {}
    for system_id, source, check in used:
        each = Doubtful(system_id, source, check, latest.get(check.id or 0))
        if each.is_unmet or _is_overdue(each, made.get(check.id or 0, clock.today())):
            found[system_id, each.group] = each
    return found


def _is_overdue(each: Doubtful, made: date) -> bool:
    last = each.last.measured_on if each.last else None
    return is_silent(last, made, each.check.cadence, 0, clock.today())


def _checks_in_use(session: Session) -> list[tuple[int, DataSource, QualityCheck]]:
    query = (
        select(DataUse.system_id, DataSource, QualityCheck)
        .join(System, col(System.id) == col(DataUse.system_id))
        .join(DataSource, col(DataSource.id) == col(DataUse.data_source_id))
        .join(QualityCheck, col(QualityCheck.data_source_id) == col(DataSource.id))
        .where(
            col(DataUse.to_at).is_(None),
            col(QualityCheck.retired_at).is_(None),
            col(System.stage).not_in(_AT_REST),
            visible_to(the_registry("worker")),
        )
    )
    rows = session.exec(query.order_by(col(DataUse.system_id), col(QualityCheck.id)))
    return [(system_id, source, check) for system_id, source, check in rows]


def _latest_results(session: Session) -> dict[int, QualityResult]:
    place = func.row_number().over(
        partition_by=col(QualityResult.quality_check_id),
        order_by=(col(QualityResult.measured_on).desc(), col(QualityResult.id).desc()),
    )
    ranked = select(col(QualityResult.id), place.label("place")).subquery()
    query = select(QualityResult).join(ranked, col(QualityResult.id) == ranked.c.id)
    return {result.quality_check_id: result for result in session.exec(query.where(ranked.c.place == 1))}


def quality_alerts(session: Session) -> Sequence[Alert]:
    """The alerts about the quality of data that are not over."""
    query = select(Alert).where(Alert.kind == AlertKind.QUALITY, col(Alert.state) != AlertState.RESOLVED)
    return session.exec(query.order_by(col(Alert.id))).all()

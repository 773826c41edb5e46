"""Reports that were asked for: those a person may read, what one holds that is hidden from others, which regular ones there are."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from registry.audit.models import ENTRY
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.portfolio.models import PortfolioReport
from registry.portfolio.rules.reports.filing import ReportState
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import numbers_known_to, numbers_visible_to, visible_to
from registry.systems.rules.record import Visibility


@dataclass(frozen=True, slots=True)
class Filed:
    """A report and who asked for it; nobody for a regular one."""

    report: PortfolioReport
    person: Person | None


def report_by_number(session: Session, number: int, *, lock: bool = False) -> PortfolioReport:
    """One report, whoever asks; for work that a check of its own precedes. Raises NotFound."""
    query = select(PortfolioReport).where(PortfolioReport.id == number)
    query = query.with_for_update() if lock else query
    found = session.exec(query).one_or_none() if number <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound
    return found


def readable(session: Session, actor: Actor, number: int) -> Filed:
    """A report this person may know of, in one statement. Raises NotFound for any other."""
    if number > LARGEST_NUMBER:
        raise NotFound
    row = session.execute(_theirs(actor).where(col(PortfolioReport.id) == number)).one_or_none()
    if row is None:
        raise NotFound
    return Filed(*row)


def reports_page(session: Session, actor: Actor, *, before: int | None, limit: int) -> Page[Filed]:
    """The reports this person may know of, newest first."""
    query = _theirs(actor)
    if before is not None:
        query = query.where(col(PortfolioReport.id) < before)
    found = [
        Filed(*row)
        for row in session.execute(query.order_by(col(PortfolioReport.id).desc()).limit(limit + 1))
    ]
    return cut(found, limit, lambda each: (each.report.id,))


def is_closed(session: Session, actor: Actor, report: PortfolioReport) -> bool:
    """Whether a report counts a restricted system that this person may no longer know of."""
    if actor.sees_everything:
        return False
    held = {int(each) for each in report.restricted.split(",") if each}
    if report.is_everything or not held:
        return report.is_everything
    known = numbers_known_to(actor) if report.as_of else numbers_visible_to(actor)
    query = select(func.count(col(System.id))).where(among(col(System.id), held), col(System.id).in_(known))
    return session.exec(query).one() < len(held)


def restricted_seen(session: Session, actor: Actor) -> str:
    """Which restricted systems this person may know of, as it is kept; "" for one who sees everything."""
    if actor.sees_everything:
        return ""
    query = select(System.id).where(visible_to(actor), System.visibility == Visibility.RESTRICTED)
    return ",".join(str(each) for each in session.exec(query.order_by(col(System.id))))


def under_way(session: Session, actor: Actor) -> int:
    """How many reports are being made for this person."""
    over = [each for each in ReportState if each.is_over]
    query = select(func.count(col(PortfolioReport.id))).where(
        PortfolioReport.asked_by_id == actor.person_id, col(PortfolioReport.state).not_in(over)
    )
    return session.exec(query).one()


def regular_ones(session: Session, periods: set[str]) -> set[tuple[str, str]]:
    """Of which of these periods there is a report, or one under way: period and kind."""
    query = select(PortfolioReport.period, PortfolioReport.kind).where(
        col(PortfolioReport.period).in_(sorted(periods))
    )
    return {(period, kind) for period, kind in session.exec(query)}


def ledger_began(session: Session) -> str | None:
    """When the first entry of the ledger was written, as the ledger writes instants; None for an empty one."""
    first: str | None = (
        session.connection().execute(sa.select(ENTRY.c.at).order_by(ENTRY.c.seq).limit(1)).scalar()
    )
    return first


def _theirs(actor: Actor) -> Any:
    query = sa.select(PortfolioReport, Person).outerjoin(
        Person, col(Person.id) == col(PortfolioReport.asked_by_id)
    )
    if actor.sees_everything:
        return query
    mine = col(PortfolioReport.asked_by_id) == actor.person_id
    return query.where(sa.or_(col(PortfolioReport.period) != "", mine))

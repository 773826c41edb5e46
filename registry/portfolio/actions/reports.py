"""Ask for a report, by hand or because a period is over; note how far it has come; file it; give it up."""

from datetime import date

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, refuse_if
from registry.kernel.events import Event
from registry.portfolio.models import PortfolioReport
from registry.portfolio.queries.filed import under_way
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import (
    Period,
    ReportKind,
    ReportState,
    kept_as,
    problems_with_asking,
)
from registry.store.files import Stored

ROOM = "portfolio/reports"
"""Where in the store the files of reports are, and no others."""

_WHOLE = "the whole company"


def ask(
    session: Session,
    actor: Actor,
    kind: ReportKind,
    scope: Scope,
    *,
    narrowed: str = "",
    day: date | None = None,
) -> PortfolioReport:
    """Have the worker make a report of what the actor may see. Raises RuleBroken while too many are being made for them.

    `narrowed` says in words what the scope narrows it to; `day` is the past day it is to be of, if it is.
    """
    require(actor, Permission.PORTFOLIO_REPORT)
    if actor.person_id is None:
        raise Forbidden(
            "Reports are filed for a person, and you are none: registry portfolio report writes a file."
        )
    refuse_if(problems_with_asking(under_way(session, actor)))
    report = _new(kind, scope, narrowed)
    report.asked_by_id, report.as_of = actor.person_id, day
    session.add(report)
    session.flush()
    record(session, actor, Event.REPORT_ASKED, report, note=_note(report))
    return report


def ask_for_period(session: Session, actor: Actor, kind: ReportKind, period: Period) -> PortfolioReport:
    """Have the worker make the report of a period that is over, of the whole company as executives may see it."""
    require(actor, Permission.PORTFOLIO_REPORT)
    report = _new(kind, Scope(), "")
    report.period = period.key
    session.add(report)
    session.flush()
    record(session, actor, Event.REPORT_ASKED, report, note=_note(report))
    return report


def come_to(report: PortfolioReport, state: ReportState) -> None:
    """Note how far it has come."""
    report.state, report.changed_at = state, clock.now()


def file(session: Session, actor: Actor, report: PortfolioReport, stored: Stored) -> None:
    """The file is in the store and may be fetched: note which it is, and in the ledger what was made for whom."""
    require(actor, Permission.PORTFOLIO_REPORT)
    report.sha256, report.size, report.finished_at = stored.sha256, stored.size, clock.now()
    come_to(report, ReportState.FILED)
    note = _note(report) | {
        "sha256": stored.sha256,
        "checkpoint": str(report.checkpoint),
        "left out": str(report.left_out),
    }
    record(session, actor, Event.REPORT_MADE, report, note=note)


def give_up(report: PortfolioReport, says: str) -> None:
    """Stop making it, and say why."""
    report.trouble = says
    come_to(report, ReportState.GIVEN_UP)


def _new(kind: ReportKind, scope: Scope, narrowed: str) -> PortfolioReport:
    at = clock.now()
    return PortfolioReport(kind=kind, scope=kept_as(scope), narrowed=narrowed, asked_at=at, changed_at=at)


def _note(report: PortfolioReport) -> dict[str, str]:
    period = {"period": report.period} if report.period else {}
    as_of = {"as of": report.as_of.isoformat()} if report.as_of else {}
    return {"report": report.kind.value, "of": report.narrowed or _WHOLE} | period | as_of

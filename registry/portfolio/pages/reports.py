"""Reports on the portfolio: have one made, see how far it has come, all one may read, and the file itself."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.calendar import day_in_name
from registry.kernel.errors import Forbidden, NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.portfolio import actions
from registry.portfolio.pages.desk import pages
from registry.portfolio.pages.overview import scope_asked
from registry.portfolio.queries import filed
from registry.portfolio.queries.reports import narrowed_said
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import STEPS, ReportKind, ReportState, period_said
from registry.store.files import Files
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs, orders
from registry.web.downloads import streamed
from registry.web.flask_app import actor, read, session
from registry.web.past import day_asked

_PAGE = 30
_MIMES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CLOSED = "A restricted system counted in it is no longer open to you, so the report is not either. Ask for a new one."


@pages.get("/portfolio/reports")
@needs(Permission.PORTFOLIO_REPORT)
def reports_list() -> ResponseReturnValue:
    before = parts_of(request.args.get("before"), (int,))
    found = filed.reports_page(session(), actor(), before=before[0] if before else None, limit=_PAGE)
    following = url_for(".reports_list", before=cursor_of(*found.next_after)) if found.next_after else None
    return render_template(
        "portfolio/reports.html",
        reports=found.items,
        period=_period,
        tells_left_out=actor().sees_everything,
        next_url=following,
        first_url=url_for(".reports_list") if before else None,
    )


def _asked() -> tuple[ReportKind, Scope, str]:
    scope = scope_asked(people.unit_paths(session()))
    try:
        kind = ReportKind(request.form.get("kind", ""))
    except ValueError:
        raise RuleBroken([Problem("kind", "There is no such report. Choose one of the three.")]) from None
    return kind, scope, narrowed_said(session(), scope)


@pages.post("/portfolio/reports")
@needs(Permission.PORTFOLIO_REPORT)
@orders(_asked)
def ask_report() -> ResponseReturnValue:
    kind, scope, narrowed = read()
    report = actions.ask(session(), actor(), kind, scope, narrowed=narrowed, day=day_asked())
    return redirect(url_for(".report", number=report.id), 303)


@pages.get("/portfolio/reports/<int:number>")
@needs(Permission.PORTFOLIO_REPORT)
def report(number: int) -> ResponseReturnValue:
    found = filed.readable(session(), actor(), number)
    return render_template(
        "portfolio/report.html",
        report=found.report,
        person=found.person,
        period=_period(found.report.period),
        step=STEPS.index(found.report.state) if found.report.state in STEPS else 0,
        steps=len(STEPS) - 1,
        is_closed=filed.is_closed(session(), actor(), found.report),
        tells_left_out=actor().sees_everything,
        waits=(clock.now() - found.report.changed_at).total_seconds(),
    )


@pages.get("/portfolio/reports/<int:number>/file")
@needs(Permission.PORTFOLIO_REPORT)
def report_file(number: int) -> ResponseReturnValue:
    found = filed.readable(session(), actor(), number).report
    files = Files(current_app.config["REGISTRY_DATA_DIR"], actions.ROOM)
    if found.state is not ReportState.FILED or not files.has(found.sha256):
        raise NotFound(
            "There is no file to fetch: the report is not made yet, or its file is gone from the store."
        )
    if filed.is_closed(session(), actor(), found):
        raise Forbidden(_CLOSED)
    ending = found.kind.ending
    of = day_in_name(found.as_of) or f"-{found.period or found.asked_at.date().isoformat()}"
    reply = streamed(files.path(found.sha256), f"portfolio-{found.kind.value}{of}-{number}.{ending}")
    reply.mimetype = _MIMES[ending]
    return reply


def _period(key: str) -> str:
    """What a regular report is of, in words; "" for one that was asked for."""
    return period_said(key, clock.today()) if key else ""

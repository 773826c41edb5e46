"""What is put right about a report to an authority: that it need not be sent, that it has to be, when somebody was aware."""

from flask.typing import ResponseReturnValue

from registry.incidents.actions import dropping
from registry.incidents.forms.measures import AwareForm
from registry.incidents.forms.tying import BecauseForm
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport
from registry.incidents.pages.shared import BOTH, pages, sent, step
from registry.incidents.queries.reports import report_by_number
from registry.incidents.queries.visibility import desk_of
from registry.kernel.actor import Permission, require
from registry.web.doors import needs
from registry.web.flask_app import actor, session


def _report(number: int) -> tuple[AuthorityReport, Incident]:
    report, incident = report_by_number(session(), actor(), number, lock=sent())
    require(actor(), Permission.REPORT_MOVE, desk_of(session(), actor(), incident, Permission.REPORT_MOVE))
    return report, incident


@pages.route("/authority-reports/<int:number>/drop", methods=BOTH)
@needs(Permission.REPORT_MOVE)
def drop_report(number: int) -> ResponseReturnValue:
    report, incident = _report(number)
    form = BecauseForm()
    return step(
        incident,
        form,
        lambda: dropping.drop(session(), actor(), report, form.because.data or ""),
        title=f"{report.authority} need not be told",
        lead="It leaves every desk. That it was on the list, and why it need not be sent, stays on the page.",
        label="It need not be told",
        said="It is off the list of what has to be told.",
        anchor="reports",
    )


@pages.route("/authority-reports/<int:number>/again", methods=BOTH)
@needs(Permission.REPORT_MOVE)
def take_up_report(number: int) -> ResponseReturnValue:
    report, incident = _report(number)
    form = BecauseForm()
    return step(
        incident,
        form,
        lambda: dropping.take_up_again(session(), actor(), report, form.because.data or ""),
        title=f"{report.authority} has to be told all the same",
        lead="The clock is the one it was.",
        label="It has to be told",
        said="It is back on the list of what has to be told.",
        anchor="reports",
    )


@pages.route("/authority-reports/<int:number>/aware", methods=BOTH)
@needs(Permission.REPORT_MOVE)
def correct_report(number: int) -> ResponseReturnValue:
    report, incident = _report(number)
    form = AwareForm(data=None if sent() else {"aware_at": report.aware_at})
    return step(
        incident,
        form,
        lambda: dropping.correct(session(), actor(), report, form.aware_at.data, form.because.data or ""),
        title=f"Correct when {report.authority}'s days begin",
        lead="The last day is computed anew; counsel's own day, if there was one, is let go.",
        label="Correct it",
        said="The day is computed anew.",
        anchor="reports",
    )

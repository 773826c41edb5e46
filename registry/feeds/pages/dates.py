"""What is due from somebody, as their desk would say it once it is near: one line of the calendar for each."""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import Session

from registry.evidence.queries import expiring
from registry.feeds.pages.review_dates import of_reviews
from registry.feeds.pages.shared import rests_on
from registry.feeds.rules import AHEAD_DAYS, Due
from registry.incidents.queries.corrective import Why, due_for
from registry.incidents.queries.reports import clock_of, end_there, unsent_for
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.calendar import day_said
from registry.kernel.text import shortened
from registry.monitoring.queries import alerts
from registry.monitoring.rules.alerts import AlertState
from registry.packs.queries import alerts_on
from registry.portfolio import queries
from registry.portfolio.queries import unsettled
from registry.web.addresses import whole_url

_OWNING = frozenset({Seat.OWNER, Seat.DEPUTY})
_SAID = 160
_OWNERSHIP = "Ownership"
_INCIDENTS = "Incidents"


def dates_of(session: Session, who: Actor) -> list[Due]:
    """Everything that is due from them within AHEAD_DAYS, and what is overdue; in a fixed number of statements."""
    return [
        *_of_ownership(session, who),
        *_of_alerts(session, who),
        *_of_incidents(session, who),
        *of_reviews(session, who),
        *_of_evidence(session, who),
        *_of_risks(session, who),
    ]


def _of_ownership(session: Session, who: Actor) -> Iterator[Due]:
    for each in queries.waiting_for(session, who.person_id or 0):
        by = each.offered_by.name if each.offered_by else "The registry"
        yield Due(
            f"handover-{each.handover.id}",
            each.handover.expires_at,
            f"Answer the hand-over of {each.system.name}",
            f"{by} asks you to answer for it: {each.handover.reason}",
            whole_url("ownership.handover", number=each.handover.id),
            _OWNERSHIP,
            rests_on(each.handover, each.system),
        )
    for asked in queries.coming(session, who, clock.today() + timedelta(days=AHEAD_DAYS)):
        yield Due(
            # Each time is a duty of its own: the next begins with the word that ends this one.
            f"confirmation-{asked.owner.id}-{asked.last:%Y%m%d}",
            asked.due.on,
            f"Confirm that {asked.system.name} is still yours and its record still true",
            f"You said so last on {day_said(asked.last.date())}.",
            whole_url("ownership.system", key=asked.system.key, _anchor="confirm"),
            _OWNERSHIP,
            rests_on(asked.owner, asked.system),
        )


def _of_alerts(session: Session, who: Actor) -> Iterator[Due]:
    rule = alerts_on(session, clock.today())
    for alert, system in alerts.waiting_on(session, who):
        if alert.state is AlertState.RESOLVED or Seat.OWNER not in who.seats.get(alert.system_id, ()):
            continue
        last = alert.waiting_from + timedelta(days=rule.days_for(system.tier) - 1)
        yield Due(
            f"alert-{alert.id}",
            last,
            f"Answer the alert on {system.name}: {alert.kind.said}",
            alert.says,
            whole_url("alerts.show", number=alert.id),
            "Alerts",
            rests_on(alert, system),
        )


def _of_incidents(session: Session, who: Actor) -> Iterator[Due]:
    for one in due_for(session, who):
        if one.why is Why.YOURS:
            yield Due(
                f"action-{one.action.id}",
                one.action.due_on,
                shortened(one.action.title, _SAID),
                f"A corrective action of yours for {one.system.name}.",
                whole_url("incidents.action", number=one.action.id),
                _INCIDENTS,
                rests_on(one.action),
            )
    for report, incident in unsent_for(session, who):
        last = end_there(clock_of(report), report.zone)
        yield Due(
            f"report-{report.id}",
            last,
            f"Tell {report.authority} about incident {incident.id}",
            f"{shortened(incident.title, _SAID)}. To the end of {day_said(last.date())} in {report.zone}.",
            whole_url("incidents.show", number=incident.id, _anchor="reports"),
            _INCIDENTS,
            rests_on(report, incident),
        )


def _of_evidence(session: Session, who: Actor) -> Iterator[Due]:
    today = clock.today()
    own = [number for number, seats in who.seats.items() if seats & _OWNING]
    for evidence, system in expiring(session, own, today, today + timedelta(days=AHEAD_DAYS)):
        if evidence.valid_until is not None:
            yield Due(
                f"evidence-{evidence.id}",
                evidence.valid_until,
                f"Renew {evidence.key} of {system.name}",
                f"“{evidence.title}” holds up to and with this day. Add a newer file, and say until when that holds.",
                whole_url("evidence.show", number=evidence.id),
                "Evidence",
                rests_on(evidence, system),
            )


def _of_risks(session: Session, who: Actor) -> Iterator[Due]:
    found = unsettled.risks_for(session, who, clock.today(), timedelta(days=AHEAD_DAYS))
    for risk, system, accepted_until in found:
        last = accepted_until or risk.review_on
        if last is not None:
            why = "What is left of it was accepted up to this day." if accepted_until else "You watch it."
            yield Due(
                f"risk-{risk.id}",
                last,
                f"Look again at the risk: {shortened(risk.title, _SAID)}",
                f"{risk.key} of {system.name}. {why}",
                whole_url("risks.show", number=risk.id),
                "Risks",
                rests_on(risk, system),
            )

"""Raise an alert; take it on with a promise, let it rest, call it over; tell the next person where nobody answers."""

from datetime import date, datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.monitoring.actions.standing import close, remembered, state_in, worsen
from registry.monitoring.actions.weighing import Weighed, weigh
from registry.monitoring.models.alerts import Alert, AlertNotice
from registry.monitoring.queries import alerts as queries
from registry.monitoring.rules import answers
from registry.monitoring.rules.alerts import (
    GRAVITY,
    RAIL_KINDS,
    AlertKind,
    AlertState,
    Severity,
    closed,
    severity_of,
    slot_of,
)
from registry.monitoring.rules.answers import Level, step_said

__all__ = ["Weighed", "acknowledge", "escalate", "raise_alert", "resolve", "snooze", "weigh"]


def raise_alert(
    session: Session,
    actor: Actor,
    system_id: int,
    kind: AlertKind,
    says: str,
    *,
    severity: Severity | None = None,
    metric_id: int | None = None,
    group: str = "",
    window_end: datetime | None = None,
) -> Alert:
    """Open an alert, or count one more where its cause has an unresolved one already, which is then returned.

    `group` is what of the system it is about, where there may be several: a subgroup, a source, a dependency. `says`
    is the cause in a sentence. A critical one makes a warning that stands worse.
    """
    require(actor, Permission.ALERT_CHASE)
    slot = slot_of(kind, metric_id, group)
    severity, at = severity or severity_of(kind), window_end or clock.now()
    alert = queries.unresolved_in(session, system_id, slot)
    if alert is not None:
        _count(alert, severity, says, at)
    else:
        alert = Alert(
            system_id=system_id,
            slot=slot,
            kind=kind,
            metric_id=metric_id,
            group=group,
            severity=severity,
            says=says,
            opened_at=clock.now(),
            first_window_end=at,
            last_bad_window_end=at,
            waiting_from=clock.today(),
            previous_id=queries.last_resolved(session, system_id, {slot}).get(slot),
        )
        session.add(alert)
    record(session, actor, Event.ALERT_RAISED, alert, system_id=system_id, note={"cause": says})
    return alert


def acknowledge(
    session: Session, actor: Actor, alert: Alert, promised_on: date | None, note: str = ""
) -> Alert:
    """Take an alert on: dealt with by that day, at most ninety days ahead. After it the alert waits again.

    Raises RuleBroken.
    """
    require(actor, Permission.ALERT_ANSWER, alert.system_id)
    note, today = _tidy(note), clock.today()
    refuse_if(answers.problems_with_acknowledging(alert.state, promised_on, note, today))
    day = promised_on or today
    alert.state, alert.promised_on, alert.promise_note = AlertState.ACKNOWLEDGED, day, note
    alert.acknowledged_at, alert.acknowledged_by_id = clock.now(), actor.person_id
    alert.waiting_from, alert.snoozed_until = answers.waiting_after_promise(day), None
    alert.escalated_level = None
    record(session, actor, Event.ALERT_ACKNOWLEDGED, alert, system_id=alert.system_id)
    return alert


def snooze(session: Session, actor: Actor, alert: Alert, until: date | None, reason: str) -> Alert:
    """Let an alert rest until a day, with the reason. It waits again on that day, or once it gets worse.

    Raises RuleBroken.
    """
    require(actor, Permission.ALERT_ANSWER, alert.system_id)
    reason, today = _tidy(reason), clock.today()
    refuse_if(answers.problems_with_snoozing(alert.state, until, reason, today))
    day = until or today
    alert.state, alert.snoozed_until, alert.snooze_reason = AlertState.SNOOZED, day, reason
    alert.waiting_from, alert.promised_on, alert.escalated_level = day, None, None
    record(session, actor, Event.ALERT_SNOOZED, alert, system_id=alert.system_id)
    return alert


def resolve(session: Session, actor: Actor, alert: Alert, because: str) -> Alert:
    """Call an alert over, with what was found and done. Readings up to now are over with it. Raises RuleBroken.

    A slide that is called over is the new normal: the chart begins anew with the next readings.
    """
    require(actor, Permission.ALERT_ANSWER, alert.system_id)
    because = _tidy(because)
    refuse_if(answers.problems_with_resolving(alert.state, because))
    _forget(session, alert)
    close(alert, actor.person_id, because)
    record(session, actor, Event.ALERT_RESOLVED, alert, system_id=alert.system_id)
    return alert


def escalate(session: Session, actor: Actor, alert: Alert, level: Level, told_id: int | None) -> AlertNotice:
    """Keep that somebody was told of an alert nobody answered (None: there was nobody to tell).

    Once per level while it waits; the database refuses a second. Raises RuleBroken for one that is over.
    """
    require(actor, Permission.ALERT_CHASE)
    refuse_if(answers.over(alert.state))
    if alert.waiting_from > clock.today():
        raise RuleBroken([Problem("", "Somebody has answered this alert by now.")])
    notice = AlertNotice(
        alert_id=alert.id or 0,
        level=level,
        waiting_from=alert.waiting_from,
        person_id=told_id,
        at=clock.now(),
    )
    session.add(notice)
    alert.escalated_level = level
    note = {"step": step_said(level, somebody=told_id is not None)}
    record(session, actor, Event.ALERT_ESCALATED, alert, system_id=alert.system_id, note=note)
    return notice


def _count(alert: Alert, severity: Severity, says: str, at: datetime) -> None:
    alert.count += 1
    # Of the same window too: it says something else once it was corrected.
    if alert.last_bad_window_end is None or at >= alert.last_bad_window_end:
        alert.last_bad_window_end = at
        if GRAVITY[severity] >= GRAVITY[alert.severity]:
            alert.says = says
    if severity is Severity.CRITICAL and alert.severity is Severity.WARNING:
        worsen(alert, says)


def _forget(session: Session, alert: Alert) -> None:
    """Let what was heard so far be over with the alert, so that a late reading does not bring it back."""
    if alert.metric_id is None:
        return
    watch = queries.watch_of(session, alert.metric_id, alert.group)
    if watch is None:
        return
    if alert.kind is AlertKind.TREND:
        watch.trend = remembered(closed(state_in(watch.trend), watch.heard_until))
        watch.calm, watch.points = [], []
    elif alert.kind in RAIL_KINDS:
        watch.rail = remembered(closed(state_in(watch.rail), watch.heard_until))
    session.add(watch)


def _tidy(text: str) -> str:
    try:
        return clean(text).strip()
    except ValueError:
        return text

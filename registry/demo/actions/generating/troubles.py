"""What goes wrong with invented systems: alerts that their readings raise, incidents, and what is done so that none comes again."""

import random
from datetime import datetime, timedelta

from registry.demo.actions.generating.house import DOOR, dealt
from registry.demo.actions.generating.life import USED, Life
from registry.demo.actions.generating.loading import Loader
from registry.demo.actions.generating.readings import Heard
from registry.demo.actions.generating.telling import Chronicle, changed
from registry.incidents.models.incidents import Incident, IncidentEntry, IncidentSystem
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.rules.kinds import ActionState, DetectedBy, EntryKind, Kind, Pattern, Severity, Status
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState, severity_of, slot_of
from registry.objectives.rules.judging import Verdict

_KINDS = {Verdict.WARN: AlertKind.WARN, Verdict.BREACH: AlertKind.BREACH}
_SILENT = timedelta(days=15)
_TITLES = (
    "Letters went to the wrong branch",
    "A group of customers waited twice as long",
    "The answers were those of last year",
    "Nobody noticed that it had stopped",
    "It told a customer what it should not",
    "The service it relies on was away",
)
_PATTERNS = (Pattern.F4, Pattern.F6, Pattern.F1, Pattern.F5, Pattern.F2, Pattern.F4, Pattern.F3)
# How far an incident has come, in the order of its steps.
_STEPS = (Status.INVESTIGATING, Status.MITIGATED, Status.RESOLVED, Status.CLOSED)


def raise_alerts(
    loader: Loader, chronicle: Chronicle, draw: random.Random, heard: Heard, now: datetime
) -> None:
    """What one series led to: an alert that stands where its newest readings are bad or stay away, and some that are over."""
    for end in draw.sample(list(heard.bad_before), min(len(heard.bad_before), draw.choice([0, 0, 1, 1, 2]))):
        over = min(now, end + timedelta(days=draw.uniform(1, 20)))
        _alert(loader, chronicle, draw, heard, AlertKind.WARN, end, over, now)
    kind = _KINDS.get(heard.verdict)
    if now - heard.ends > _SILENT:
        kind = AlertKind.SILENCE
    if kind is not None and draw.random() < 0.85:
        since = heard.ends + _SILENT if kind is AlertKind.SILENCE else heard.since
        _alert(loader, chronicle, draw, heard, kind, since, None, now)


def _alert(
    loader: Loader,
    chronicle: Chronicle,
    draw: random.Random,
    heard: Heard,
    kind: AlertKind,
    since: datetime,
    over: datetime | None,
    now: datetime,
) -> None:
    series, at = heard.series, min(since + timedelta(minutes=30), now)
    row = Alert(
        system_id=series.system_id,
        slot=slot_of(kind, series.metric_id, ""),
        kind=kind,
        metric_id=series.metric_id,
        severity=severity_of(kind),
        says=f"{series.kind.said.split(':')[0]}: {kind.said.lower()}.",
        opened_at=at,
        last_snapshot_id=heard.newest_id if over is None else None,
        first_window_end=since,
        last_bad_window_end=since,
        waiting_from=at.date(),
    )
    loader.add(row)
    chronicle.note(at, DOOR, Event.ALERT_RAISED, row, row, system_id=series.system_id)
    if over is not None:
        ended = changed(
            row, state=AlertState.RESOLVED, resolved_at=max(at, over), resolved_because="Good again."
        )
        chronicle.note(max(at, over), DOOR, Event.ALERT_RESOLVED, row, ended, system_id=series.system_id)
    elif draw.random() < 0.3:
        _answer(chronicle, row, series.owner, min(now, at + timedelta(hours=draw.uniform(1, 90))))


def _answer(chronicle: Chronicle, row: Alert, by: Actor, at: datetime) -> None:
    values = {"state": AlertState.ACKNOWLEDGED, "acknowledged_at": at, "acknowledged_by_id": by.person_id}
    told = changed(row, **values, promised_on=at.date() + timedelta(days=10), promise_note="I look into it.")
    chronicle.note(at, by, Event.ALERT_ACKNOWLEDGED, row, told, system_id=row.system_id)


def go_wrong(life: Life) -> None:
    """Incidents of a system that is or was used, each as far as it has come."""
    if life.said.stage not in USED and not life.chance(0.1):
        return
    for at in life.instants(life.draw.choice([0, 0, 0, 0, 0, 1, 1, 2]), life.began):
        _incident(life, at)


def _incident(life: Life, at: datetime) -> None:
    severity = life.draw.choices([1, 2, 3, 4, 5], [25, 35, 25, 12, 3])[0]
    pattern = life.draw.choice(_PATTERNS)
    row = Incident(
        system_id=life.number,
        kind=life.draw.choice([Kind.INCIDENT, Kind.INCIDENT, Kind.NEAR_MISS, Kind.HAZARD, Kind.COMPLAINT]),
        title=life.draw.choice(_TITLES),
        summary="Told by the desk, and looked into.",
        severity=int(Severity(severity)),
        pattern=pattern,
        proposed_pattern=pattern,
        detected_by=life.draw.choice([*DetectedBy]),
        started_at=at - timedelta(hours=life.draw.lognormvariate(3, 1.5)) if life.chance(0.8) else None,
        detected_at=at,
        opened_at=at,
        opened_by_id=life.owner_at(at).person_id,
        lead_id=life.owner_at(at).person_id,
        affected_count=life.draw.choice([None, 3, 40, 900]),
    )
    life.add(row)
    touched = [IncidentSystem(incident_id=row.id or 0, system_id=life.number)]
    other = life.draw.randint(1, life.number)
    if other != life.number and life.chance(0.1):
        touched.append(IncidentSystem(incident_id=row.id or 0, system_id=other))
    life.add(*touched)
    life.tell(at, Event.INCIDENT_OPENED, row, row, *touched)
    noted = IncidentEntry(
        incident_id=row.id or 0,
        kind=EntryKind.NOTE,
        at=at,
        written_at=at,
        by_id=row.opened_by_id,
        text="The desk was told to go on by hand.",
    )
    life.tell_new(at, Event.INCIDENT_NOTED, noted)
    _go_on(life, row, at)
    if life.chance(0.5):
        _measure(life, row, at)


def _go_on(life: Life, row: Incident, at: datetime) -> None:
    """Step after step, each taking longer than the one before; what would lie ahead of now has not happened yet."""
    by = life.reviewer().actor
    for place, status in enumerate(_STEPS):
        at += timedelta(hours=life.draw.lognormvariate(2 + place, 1.2))
        if at > life.house.now or life.chance(0.04):
            return
        values: dict[str, object] = {"status": status}
        if status is Status.INVESTIGATING:
            values["acknowledged_at"] = at
        elif status is Status.MITIGATED:
            values["mitigated_at"] = at
        elif status is Status.RESOLVED:
            values |= {
                "resolved_at": at,
                "resolved_by_id": life.owner_at(at).person_id,
                "root_cause": "A field was empty.",
            }
        else:
            values |= {"closed_at": at, "closed_by_id": by.person_id}
        who = by if status is Status.CLOSED else None
        event = Event.INCIDENT_CLOSED if status is Status.CLOSED else Event.INCIDENT_MOVED
        life.tell(at, event, row, changed(row, **values), by=who)


def _measure(life: Life, row: Incident, at: datetime) -> None:
    set_at = min(life.house.now, at + timedelta(days=life.draw.uniform(0, 5)))
    due = (set_at + timedelta(days=life.draw.randint(5, 90))).date()
    owner = dealt(life.draw, life.house.staff).number
    action = CorrectiveAction(
        system_id=life.number,
        incident_id=row.id,
        title="Ask for the field before it is sent",
        owner_id=owner,
        due_on=due,
        set_at=set_at,
        set_by_id=life.owner_at(set_at).person_id,
    )
    life.tell_new(set_at, Event.CORRECTIVE_ACTION_SET, action)
    done = set_at + timedelta(days=life.draw.uniform(2, 120))
    if done > life.house.now:
        return
    told = changed(action, state=ActionState.DONE, done_at=done, done_by_id=owner, done_note="It asks now.")
    life.tell(done, Event.CORRECTIVE_ACTION_DONE, action, told)
    seen = done + timedelta(days=life.draw.uniform(1, 30))
    if seen <= life.house.now:
        by = life.reviewer().actor
        told = changed(action, state=ActionState.VERIFIED, verified_at=seen, verified_by_id=by.person_id)
        life.tell(seen, Event.CORRECTIVE_ACTION_VERIFIED, action, told, by=by)

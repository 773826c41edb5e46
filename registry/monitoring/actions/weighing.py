"""Weigh readings that have just been recorded: open, count, worsen and resolve the alerts they speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.monitoring.actions.standing import close, remembered, state_in, worsen
from registry.monitoring.models.alerts import Alert
from registry.monitoring.queries import weighing as queries
from registry.monitoring.queries.alerts import last_resolved
from registry.monitoring.queries.corrections import bad_between
from registry.monitoring.queries.weighing import WATCH, Remembered
from registry.monitoring.rules.alerts import (
    CORRECTED,
    AlertKind,
    Severity,
    State,
    Step,
    bad_among,
    corrected,
    next_change,
    series_of,
    slot_of,
)
from registry.monitoring.rules.causes import VERDICTS, Cause
from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.silence import is_silent
from registry.monitoring.rules.slides import Chart, as_slides, calm_with, points_with, sliding
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import MetricFacts

RECOVERED = "The readings are good again."
HEARD = "A reading has come."

_KEPT = [each.name for each in fields(Remembered) if each.name != "id"]
# Made once: to put such a statement together takes longer than to carry it out.
_ADDING = sa.insert(WATCH)
_KEEPING = sa.update(WATCH).where(WATCH.c.id == sa.bindparam("number"))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What readings did: the alerts they opened and those they resolved."""

    opened: tuple[Alert, ...] = ()
    resolved: tuple[Alert, ...] = ()


@dataclass
class _Scales:
    """What one delivery is weighed with."""

    system_id: int
    watches: dict[str, Remembered]
    alerts: dict[str, Alert]
    # What is still bad of the series whose alerts a correction speaks of.
    still_bad: Mapping[tuple[int, str], list[Reading]] = field(default_factory=dict)
    # What is remembered of the series that these readings are of.
    heard: list[Remembered] = field(default_factory=list)
    opened: list[Alert] = field(default_factory=list)
    resolved: list[Alert] = field(default_factory=list)


def weigh(session: Session, actor: Actor, system_id: int, readings: Sequence[Reading]) -> Weighed:
    """Let the alerts of a system follow readings that were just recorded, all of them in one delivery.

    Part of recording snapshots, whose ledger entry tells of the alerts as well: it records none of its own. The
    number of statements does not depend on that of the readings. Readings of another system's metric, or of
    one that was retired, are passed over.
    """
    require(actor, Permission.SNAPSHOT_PUSH, system_id)
    numbers = {reading.metric_id for reading in readings}
    connection = session.connection()
    metrics = queries.metrics_held(connection, system_id, numbers) if numbers else {}
    if not metrics:
        return Weighed()
    # The alerts first: whoever is just calling one over has written what is remembered by the time it is held here.
    standing = queries.unresolved_by_slot(session, system_id, metrics.keys())
    scales = _Scales(system_id, queries.remembered_of(connection, metrics.keys()), standing)
    scales.still_bad = _still_bad(session, standing, readings)
    by_series: dict[tuple[int, str], list[Reading]] = {}
    for reading in readings:
        if reading.metric_id in metrics:
            by_series.setdefault((reading.metric_id, reading.group), []).append(reading)
    for (number, group), some in sorted(by_series.items()):
        _weigh_series(scales, *metrics[number], group, sorted(some, key=attrgetter("window_end")))
    _keep_watches(connection, scales)
    _name_the_last(session, scales)
    session.add_all(scales.opened)
    session.flush()
    return Weighed(tuple(scales.opened), tuple(scales.resolved))


def _still_bad(
    session: Session, standing: Mapping[str, Alert], readings: Sequence[Reading]
) -> Mapping[tuple[int, str], list[Reading]]:
    """What a correction leaves of the values behind an alert; no statement where none corrects one of them."""
    spoken_of = [
        (one.metric_id, alert.first_window_end, alert.last_bad_window_end)
        for one in readings
        if one.corrects
        and (alert := standing.get(slot_of(AlertKind.WARN, one.metric_id, one.group)))
        and _in_spell(one, alert)
    ]
    if not spoken_of:
        return {}
    first = min(each for _, each, _ in spoken_of if each)
    last = max(each for _, _, each in spoken_of if each)
    return bad_between(session, {number for number, _, _ in spoken_of}, first, last)


def _speaks_of(reading: Reading, alert: Alert) -> bool:
    """Whether it corrects a value of the spell that the alert is about."""
    return reading.corrects and _in_spell(reading, alert)


def _in_spell(reading: Reading, alert: Alert) -> bool:
    first, last = alert.first_window_end, alert.last_bad_window_end
    return first is not None and last is not None and first <= reading.window_end <= last


def _weigh_series(
    scales: _Scales, facts: MetricFacts, chart: Chart, group: str, readings: list[Reading]
) -> None:
    number, newest = readings[0].metric_id, readings[-1].window_end
    series = series_of(number, group)
    watch = scales.watches.get(series) or Remembered(number, series, newest)
    scales.heard.append(watch)
    watch.heard_until = max(watch.heard_until, newest)
    rails = Cause(AlertKind.WARN, facts, group, chart)
    bad = scales.still_bad.get((number, group), [])
    watch.rail = _follow(scales, rails, readings, watch.rail, bad)
    # What is corrected was compared with already.
    watch.calm = list(calm_with(watch.calm, [one for one in readings if not one.corrects]))
    points = points_with([(datetime.fromisoformat(at), value) for at, value in watch.points], readings)
    watch.points = [[at.isoformat(), value] for at, value in points]
    slid = sliding(watch.calm, points, facts.direction, chart)
    if slid is not None:
        slide = Cause(AlertKind.TREND, facts, group, chart)
        bad = [
            readings[0]._replace(window_end=each, verdict=Verdict.WARN, snapshot_id=None)
            for each in sorted(slid)
        ]
        watch.trend = _follow(scales, slide, as_slides(readings, slid), watch.trend, bad)
    _end_silence(scales, facts, watch)


def _follow(
    scales: _Scales,
    cause: Cause,
    readings: list[Reading],
    memory: dict[str, Any],
    still_bad: list[Reading],
) -> dict[str, Any]:
    """Take one cause a step further; what is remembered of it then."""
    if not readings:
        return memory
    slot = slot_of(cause.kind, readings[0].metric_id, cause.group)
    alert = scales.alerts.get(slot)
    state = _standing(state_in(memory), alert)
    bad = bad_among(readings)
    if alert is not None and any(_speaks_of(one, alert) for one in readings):
        state = _take_back(alert, state, cause, still_bad, bad)
        if state.severity is None:
            scales.resolved.append(scales.alerts.pop(slot))
            alert = None
    step, after = next_change(state, readings)
    if step is Step.OPEN:
        alert = _open(scales.system_id, slot, cause, bad, after)
        scales.alerts[slot] = alert
        scales.opened.append(alert)
    elif alert is not None:
        _go_on(alert, step, after, cause, bad)
        if step is Step.RESOLVE:
            scales.resolved.append(scales.alerts.pop(slot))
    return remembered(after)


def _take_back(
    alert: Alert, state: State, cause: Cause, still_bad: list[Reading], again: list[Reading]
) -> State:
    """Let an alert follow the correction of values it was about; without a severity where it is over by that."""
    anew = {one.window_end for one in again}
    left = [one for one in still_bad if one.window_end not in anew and _in_spell(one, alert)]
    after = corrected(state, left, again)
    if after.severity is None:
        close(alert, None, CORRECTED)
        return after
    alert.count, alert.first_window_end, alert.last_bad_window_end = after.count, after.first, after.last_bad
    alert.severity, alert.kind = after.severity, cause.called(after.severity)
    if left:
        alert.says, alert.last_snapshot_id = cause.said(after.severity, left), left[-1].snapshot_id
    return after


def _open(system_id: int, slot: str, cause: Cause, bad: list[Reading], after: State) -> Alert:
    spell = [one for one in bad if after.first is None or one.window_end >= after.first]
    severity = after.severity or Severity.WARNING
    return Alert(
        system_id=system_id,
        slot=slot,
        kind=cause.called(severity),
        metric_id=spell[0].metric_id,
        group=cause.group,
        severity=severity,
        says=cause.said(severity, spell),
        opened_at=clock.now(),
        first_snapshot_id=spell[0].snapshot_id,
        last_snapshot_id=spell[-1].snapshot_id,
        first_window_end=after.first,
        last_bad_window_end=after.last_bad,
        count=after.count,
        good_run=len(after.good),
        waiting_from=clock.today(),
    )


def _go_on(alert: Alert, step: Step, after: State, cause: Cause, bad: list[Reading]) -> None:
    if alert.good_run != len(after.good):
        alert.good_run = len(after.good)
    if step is Step.RESOLVE:
        close(alert, None, RECOVERED)
    if not bad or step is Step.NOTHING:
        return
    if alert.last_bad_window_end != after.last_bad:
        alert.last_bad_window_end, alert.last_snapshot_id = after.last_bad, bad[-1].snapshot_id
    if (after.count, after.first) != (alert.count, alert.first_window_end):
        alert.count, alert.first_window_end = after.count, after.first
    if step is Step.WORSEN:
        worsen(alert, cause.said(Severity.CRITICAL, bad))
    elif bad[-1].window_end == after.last_bad and VERDICTS[alert.severity] in {one.verdict for one in bad}:
        alert.says = cause.said(alert.severity, bad)


def _end_silence(scales: _Scales, facts: MetricFacts, watch: Remembered) -> None:
    """A reading that is recent enough ends the silence; one from long ago that arrives now does not."""
    slot = slot_of(AlertKind.SILENCE, watch.metric_id, "")
    alert = scales.alerts.get(slot)
    if alert is None:
        return
    heard = watch.heard_until.date()
    if facts.cadence is None or not is_silent(heard, heard, facts.cadence, facts.grace_days, clock.today()):
        close(alert, None, HEARD)
        scales.resolved.append(scales.alerts.pop(slot))


def _keep_watches(connection: sa.Connection, scales: _Scales) -> None:
    """Write what is remembered now: what is new in one statement and what was known in another, however many."""
    new = [_columns(watch) for watch in scales.heard if watch.id is None]
    known = [_columns(watch) | {"number": watch.id} for watch in scales.heard if watch.id]
    if new:
        connection.execute(_ADDING, new)
    if known:
        connection.execute(_KEEPING, known)


def _columns(watch: Remembered) -> dict[str, Any]:
    return {name: getattr(watch, name) for name in _KEPT}


def _name_the_last(session: Session, scales: _Scales) -> None:
    before = last_resolved(session, scales.system_id, {alert.slot for alert in scales.opened})
    for alert in scales.opened:
        alert.previous_id = before.get(alert.slot)


def _standing(known: State, alert: Alert | None) -> State:
    if alert is None:
        return known
    return replace(known, severity=alert.severity, count=alert.count, first=alert.first_window_end)

"""A correction takes back what it was alone to cause: the alert ends, or says what is left, and whoever was told hears of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.queries import verify
from registry.monitoring.actions import alerts as actions
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.queries import alerts as queries
from registry.monitoring.rules.alerts import (
    CORRECTED,
    AlertKind,
    AlertState,
    Severity,
    State,
    Step,
    corrected,
    next_change,
)
from registry.monitoring.rules.answers import Level
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.monitoring.rules.readings import Reading
from registry.objectives.rules.judging import Verdict
from tests.monitoring.alerting import DOOR, START, alerts, later, stated

VERDICTS = st.lists(st.sampled_from([Verdict.MET, Verdict.WARN, Verdict.BREACH]), min_size=1, max_size=8)


def as_readings(verdicts):
    return [
        Reading(1, "", START + timedelta(days=day), START + timedelta(days=day), Decimal(0), 9, verdict)
        for day, verdict in enumerate(verdicts)
    ]


@given(VERDICTS, st.data())
def test_what_a_correction_leaves_is_what_would_have_been_without_the_mistake(verdicts, data):
    step, state = next_change(State(), as_readings(verdicts), needed=99)
    if step is not Step.OPEN:
        return
    day = data.draw(st.sampled_from(range(len(verdicts))))
    right = [*verdicts]
    right[day] = Verdict.MET
    bad = [one for one in as_readings(right) if one.verdict is not Verdict.MET]
    never, expected = next_change(State(), as_readings(right), needed=99)
    found = corrected(state, bad, [])
    assert (found.severity is None) == (never is Step.NOTHING)
    assert (found.severity, found.count, found.first, found.last_bad) == (
        expected.severity,
        expected.count,
        expected.first,
        expected.last_bad,
    )


@pytest.fixture
def house(database, cast):
    with later(), database.transaction() as session:
        stated(session, cast)

    def send(*values, first=0, because="", group=""):
        """Values of the metric, one for each day from `first` on, as its owner delivers them."""
        points = [
            PointIn("accuracy", at, at, Decimal(value), 100, group=group)
            for place, value in enumerate(values)
            for at in [START + timedelta(days=first + place)]
        ]
        with later(40), database.transaction() as session:
            batch = Batch("", "", because, tuple(points))
            record_snapshots(session, cast.actor(session, "ada"), cast.triage.id, batch)

    return send


def standing(database):
    with database.transaction(read_only=True) as session:
        return alerts(session)


def on_desk(database, cast, name, days):
    with later(days), database.transaction(read_only=True) as session:
        return [alert.state for alert, _ in queries.waiting_on(session, cast.actor(session, name))]


def test_the_alert_that_a_wrong_reading_alone_had_caused_is_over_and_whoever_was_told_is_told(
    database, cast, house, client_of
):
    house(95, 70)
    with later(45), database.transaction() as session:
        [alert] = alerts(session)
        actions.escalate(session, DOOR, alert, Level.DEPUTY, cast.number("dee"))
    house(96, first=1, because="The sample was drawn twice.")
    [alert] = standing(database)
    assert (alert.state, alert.resolved_because, alert.resolved_by_id) == (
        AlertState.RESOLVED,
        CORRECTED,
        None,
    )
    for name, told in (
        ("ada", [AlertState.RESOLVED]),
        ("dee", [AlertState.RESOLVED]),
        ("ben", []),
        ("hedy", []),
    ):
        assert on_desk(database, cast, name, 46) == told
        assert on_desk(database, cast, name, 48) == []
    with later(46):
        dee = client_of("dee")
        assert "Taken back: the alert on" in dee.get("/").text
        assert "Taken back" in dee.get(f"/alerts/{alert.id}").text
    # What follows is weighed as if the wrong value had never been.
    house(70, first=2)
    assert [(one.state, one.count) for one in standing(database)] == [
        (AlertState.RESOLVED, 1),
        (AlertState.OPEN, 1),
    ]
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_where_other_values_are_still_bad_the_alert_says_what_is_left(database, house):
    house(85, 70, 85, 95)
    assert standing(database)[0].kind is AlertKind.BREACH
    house(94, first=1, because="Two labels were exchanged.")
    [alert] = standing(database)
    assert (alert.kind, alert.severity, alert.count, alert.state) == (
        AlertKind.WARN,
        Severity.WARNING,
        2,
        AlertState.OPEN,
    )
    assert alert.says == "Accuracy was 85 % on 5 Mar 2090; acceptable is at least 90 %."
    # A correction from bad to worse is no further window.
    house(60, first=2, because="And so were these.")
    [alert] = standing(database)
    assert (alert.severity, alert.count) == (Severity.CRITICAL, 2)
    assert alert.says == "Accuracy was 60 % on 5 Mar 2090; acceptable is at least 80 %."
    house(95, first=0, because="Mended.")
    house(95, 95, first=2, because="Mended.")
    assert [one.resolved_because for one in standing(database)] == [CORRECTED]


def test_a_correction_that_comes_with_another_bad_value_leaves_one_alert(database, house):
    house(70)
    house(95, 60, because="One day late.")
    [alert] = standing(database)
    assert (alert.state, alert.count, alert.first_window_end) == (
        AlertState.OPEN,
        1,
        START + timedelta(days=1),
    )
    assert alert.says == "Accuracy was 60 % on 4 Mar 2090; acceptable is at least 80 %."


def test_a_correction_of_one_group_leaves_the_alert_of_another(database, house):
    for group in ('{"site":"north"}', '{"site":"south"}'):
        house(70, group=group)
    house(72, group='{"site":"north"}', first=1)
    house(95, 95, group='{"site":"north"}', because="The wrong site.")
    assert {one.group: one.state for one in standing(database)} == {
        '{"site":"north"}': AlertState.RESOLVED,
        '{"site":"south"}': AlertState.OPEN,
    }


def test_a_slide_that_only_a_wrong_value_made_is_taken_back(database, house):
    calm = [97 + (-1) ** place for place in range(20)]
    house(*calm, 20)
    assert {one.kind for one in standing(database)} == {AlertKind.BREACH, AlertKind.TREND}
    house(97, first=20, because="A digit was lost.")
    assert {one.resolved_because for one in standing(database)} == {CORRECTED}

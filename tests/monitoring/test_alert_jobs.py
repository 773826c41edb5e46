"""Metrics that go silent, data in doubt, and who is told when nobody answers: each once, as of a held clock."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from registry.audit.queries import verify
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.kernel import clock
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.monitoring import jobs
from registry.monitoring.actions import alerts as actions
from registry.monitoring.models.alerts import AlertNotice
from registry.monitoring.queries import alerts as queries
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.monitoring.rules.answers import Level
from registry.objectives import actions as objectives
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_facts
from tests.monitoring.alerting import DOOR, alerts, later, readings, stated, weighed
from tests.ownership.doing import events


def run(database, days):
    """Everything the worker does about alerts, as of that day, twice: the second time finds nothing to do."""
    with later(days):
        for _ in range(2):
            jobs.notice_silence(database, {})
            jobs.notice_doubtful_data(database, {})
            jobs.chase_alerts(database, {})


def standing(database):
    with database.transaction(read_only=True) as session:
        return alerts(session)


def test_a_silent_metric_is_noticed_told_of_answered_and_over_once_it_is_heard(database, cast):
    with later(), database.transaction() as session:
        metric = stated(session, cast, grace_days=2)
    run(database, 9)
    assert standing(database) == []
    run(database, 10)
    [alert] = standing(database)
    assert (alert.kind, alert.metric_id, alert.count) == (AlertKind.SILENCE, metric.id, 1)
    assert alert.says == (
        "No value of Accuracy has ever come. It was stated on 3 Mar 2090; the first was due by 12 Mar 2090."
    )

    # The system is not classified: its deputy is told after five days, the head of the unit after ten.
    for days, told in ((14, []), (15, ["dee"]), (19, ["dee"]), (20, ["dee", "hedy"]), (40, ["dee", "hedy"])):
        run(database, days)
        with database.transaction(read_only=True) as session:
            notices = queries.notices_of(session, alert.id)
            assert [notice.person_id for notice in notices] == [cast.number(name) for name in told]
    with later(40), database.transaction(read_only=True) as session:
        for name, sees in (("ada", True), ("dee", True), ("hedy", True), ("ben", False), ("otto", False)):
            assert bool(queries.waiting_on(session, cast.actor(session, name))) is sees, name

    with later(40), database.transaction() as session:
        found, _ = queries.alert_by_id(session, cast.actor(session, "dee"), alert.id, lock=True)
        promised = clock.today() + timedelta(days=3)
        actions.acknowledge(session, cast.actor(session, "dee"), found, promised)
    # The promise was not kept: five days after it the deputy is told anew.
    run(database, 49)
    with later(49), database.transaction() as session:
        # What was measured long ago and comes only now ends no silence; what was measured yesterday does.
        assert weighed(session, cast, readings(metric, 95, first=20)).resolved == ()
        [over] = weighed(session, cast, readings(metric, 95, first=48)).resolved
        assert (over.id, over.state) == (alert.id, AlertState.RESOLVED)
    run(database, 49)
    assert len(standing(database)) == 1
    run(database, 58)
    assert standing(database)[1].previous_id == alert.id
    with database.transaction(read_only=True) as session:
        assert events(session, cast.triage)[-8:] == [
            "alert.raised",
            "alert.escalated",
            "alert.escalated",
            "alert.acknowledged",
            "alert.escalated",
            "metric.edited",
            "metric.edited",
            "alert.raised",
        ]
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_a_metric_that_is_no_longer_asked_for_is_not_silent_and_a_bad_one_is_not_either(database, cast):
    with later(), database.transaction() as session:
        metric = stated(session, cast)
        stated(session, cast, "Without a cadence", cadence=None)
        bad = stated(session, cast, "Bad")
    with later(7), database.transaction() as session:
        weighed(session, cast, readings(bad, 10, first=7))
    run(database, 8)
    assert [(one.kind, one.metric_id) for one in standing(database)] == [
        (AlertKind.BREACH, bad.id),
        (AlertKind.SILENCE, metric.id),
    ]
    with later(9), database.transaction() as session:
        row = session.get_one(SuccessMetric, metric.id)
        facts = replace(metric_facts(row), cadence=None)
        objectives.edit_metric(session, cast.actor(session, "ada"), row, facts, version=row.version)
    run(database, 9)
    assert [one.state for one in standing(database)] == [AlertState.OPEN, AlertState.RESOLVED]


def test_with_a_metric_that_is_retired_its_alerts_are_over(database, cast):
    with later(), database.transaction() as session:
        metric, other = stated(session, cast), stated(session, cast, "Other")
        weighed(session, cast, [*readings(metric, 10), *readings(other, 10)])
        row = session.get_one(SuccessMetric, metric.id)
        objectives.retire_metric(session, cast.actor(session, "ada"), row, "Nobody looks at it.")
    jobs.on_metric_retired(database, {"subject_id": metric.id})
    assert [(one.metric_id, one.resolved_because) for one in standing(database)] == [
        (metric.id, "The metric was retired."),
        (other.id, ""),
    ]
    with later(1), database.transaction() as session:
        # What is still delivered of it afterwards is kept and opens nothing.
        assert weighed(session, cast, readings(metric, 10, first=1)).opened == ()


def test_a_tier_that_may_not_wait_is_told_of_sooner_and_nobody_is_told_where_nobody_is(database, cast):
    with later(), database.transaction() as session:
        actions.raise_alert(session, DOOR, cast.pricing.id, AlertKind.DRIFT, "It moved.")
    run(database, 10)
    with database.transaction(read_only=True) as session:
        [alert] = alerts(session)
        # The deputy's turn came and there is none; the head of the unit is the next to be told, and there is none either.
        told = session.execute(sa.select(AlertNotice.level, AlertNotice.person_id)).all()
        assert [tuple(one) for one in told] == [(Level.DEPUTY, None), (Level.UNIT_HEAD, None)]
        assert alert.escalated_level is Level.UNIT_HEAD


def test_data_in_doubt_alerts_each_system_that_uses_it_until_a_result_is_acceptable(database, cast):
    facts = CheckFacts(
        Dimension.COMPLETENESS, "Rows with a postcode", "%", Bound.AT_LEAST, Decimal(95), None, Cadence.WEEKLY
    )

    def measured(value, days):
        with later(days), database.transaction() as session:
            result = ResultFacts(clock.today(), Decimal(value))
            data_sources.record_result(session, DOOR, session.merge(source), session.merge(check), result)
        run(database, days)

    with later(), database.transaction() as session:
        source = data_sources.add_source(
            session, DOOR, SourceFacts(name="Claims warehouse", owner_id=cast.number("ada"))
        )
        for system in (cast.triage, cast.pricing):
            data_sources.attach(session, DOOR, system.id, source, Purpose.TRAINING)
            data_sources.attach(session, DOOR, system.id, source, Purpose.OPERATIONAL_INPUT)
        check = data_sources.add_check(session, DOOR, source, facts)
    run(database, 7)
    assert standing(database) == []
    run(database, 8)
    assert [one.system_id for one in standing(database)] == [cast.triage.id, cast.pricing.id]
    assert "no result so far, though one is due weekly" in standing(database)[0].says
    measured(96, 9)
    assert {one.state for one in standing(database)} == {AlertState.RESOLVED}
    measured(80, 10)
    measured(81, 11)
    found = standing(database)[2:]
    assert [(one.kind, one.count, one.previous_id) for one in found] == [
        (AlertKind.QUALITY, 2, standing(database)[0].id),
        (AlertKind.QUALITY, 2, standing(database)[1].id),
    ]
    assert found[0].says == (
        f"Rows with a postcode, of {source.key} Claims warehouse: 81 % on 14 Mar 2090; acceptable is at least 95 %."
    )

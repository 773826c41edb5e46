"""The weekly figures of feedback as readings: which metrics take them, what a reading says, and the job that writes them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.queries import verify
from registry.feedback import actions, jobs
from registry.feedback.actions import Incoming
from registry.feedback.models import Feedback
from registry.feedback.rules.feedback import Door, FeedbackFacts, Outcome
from registry.feedback.rules.figures import Figures, Share
from registry.feedback.rules.readings import how_figures_come, key_of, points_of, takes_figures
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.guard_rails import Bound
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import Snapshot, SnapshotBatch
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.monitoring.rules.batches import Known, problems_with
from registry.monitoring.rules.decoding import Batch
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts

MONDAY = date(2026, 11, 2)
SATISFACTION = MetricFacts(Kind.USER_SATISFACTION, "Content callers", "%", Direction.HIGHER)
OVERRIDES = MetricFacts(
    Kind.OVERRIDE_RATE,
    "Overruled",
    direction=Direction.RANGE,
    breach_bound=Bound.BETWEEN,
    breach_low=Decimal("0.05"),
    breach_high=Decimal("0.4"),
    minimum_sample=5,
)


def week(satisfaction=Share(0, 0), override_rate=Share(0, 0)):  # noqa: B008 - frozen
    return Figures(MONDAY, MONDAY + timedelta(days=6), 0, satisfaction, override_rate)


@pytest.mark.parametrize(
    ("metric", "takes"),
    [
        (SATISFACTION, True),
        (replace(SATISFACTION, unit=""), True),
        (replace(SATISFACTION, unit=" Percent"), True),
        (replace(SATISFACTION, unit="stars"), False),
        (replace(SATISFACTION, origin="The weekly feedback"), True),
        (replace(SATISFACTION, origin="The yearly survey"), False),
        (OVERRIDES, True),
        (replace(OVERRIDES, kind=Kind.ACCURACY), False),
    ],
)
def test_a_metric_takes_the_figures_unless_its_unit_or_its_origin_says_otherwise(metric, takes):
    assert takes_figures(metric) is takes
    assert bool(points_of("x", metric, [week(Share(1, 2), Share(1, 2))])) is takes


def test_a_week_is_one_reading_from_monday_to_monday_and_a_week_without_answers_is_none():
    [point] = points_of("content", SATISFACTION, [week(Share(2, 3)), week()])
    assert (point.value, point.n, point.key) == (Decimal("66.67"), 3, "feedback-2026-W45")
    assert point.window_start == datetime(2026, 11, 2, tzinfo=UTC)
    assert point.window_end == datetime(2026, 11, 9, tzinfo=UTC)
    # The week is told by its Thursday: this one belongs to the year before.
    assert key_of(date(2024, 12, 30)) == "feedback-2025-W01"


@given(
    st.integers(0, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from(["%", ""]),
)
def test_whatever_was_counted_can_be_recorded_and_lies_in_its_interval(counts, unit):
    metric = replace(OVERRIDES, unit=unit, breach_bound=None, breach_low=None, breach_high=None)
    points = points_of("overruled", metric, [week(override_rate=Share(*counts))])
    assert len(points) == bool(counts[1])
    known = {"overruled": Known(1, metric)}
    at = datetime(2026, 11, 9, tzinfo=UTC)
    assert not points or problems_with(points, known, at) == []


def test_the_tab_is_told_what_comes_by_itself_and_what_is_lacking_for_it():
    assert [each.split(":")[0] for each in how_figures_come([])] == ["User satisfaction", "Override rate"]
    assert all("state a metric of this kind" in each for each in how_figures_come([]))
    comes, elsewhere = how_figures_come([SATISFACTION, replace(OVERRIDES, origin="The case system")])
    assert comes.endswith("becomes a reading of Content callers.")
    assert "comes from elsewhere (The case system)" in elsewhere
    assert "is stated in stars" in how_figures_come([replace(SATISFACTION, unit="stars")])[0]


@pytest.fixture
def fed(database, cast):
    """Triage with one metric of each kind, and a helper with which feedback comes in on a day."""
    with clock.frozen(datetime(2026, 11, 2, 9, tzinfo=UTC)), database.transaction() as session:
        for metric in (SATISFACTION, OVERRIDES):
            objectives.add_metric(session, cast.actor(session, "ada"), cast.triage.id, metric)

    def said(day, *facts):
        with clock.frozen(datetime(2026, 11, day, 9, tzinfo=UTC)), database.transaction() as session:
            incoming = [Incoming(each) for each in facts]
            actions.receive(session, the_registry("worker"), cast.triage.id, Door.TOKEN, incoming)

    return said


def run(database, day):
    with clock.frozen(datetime(2026, 11, day, 3, tzinfo=UTC)):
        for _ in range(2):
            jobs.write_figures(database, {})


def held(session, model):
    return session.scalars(sa.select(model).order_by(model.id)).all()


def test_the_figures_of_each_whole_week_become_readings_once_and_are_judged_as_any_other(database, cast, fed):
    fed(3, FeedbackFacts(5), FeedbackFacts(1), *[FeedbackFacts(outcome=Outcome.ACCEPTED)] * 4)
    fed(8, *[FeedbackFacts(outcome=Outcome.OVERRIDDEN)] * 6)
    fed(9, FeedbackFacts(5))
    run(database, 8)
    with database.transaction(read_only=True) as session:
        assert held(session, Snapshot) == []
    run(database, 9)
    with database.transaction(read_only=True) as session:
        assert [(each.value, each.n, each.verdict.value) for each in held(session, Snapshot)] == [
            (50, 2, "no_guard_rail"),
            (Decimal("0.6"), 10, "breach"),
        ]
        [delivery] = held(session, SnapshotBatch)
        assert (delivery.source, delivery.received_by_id) == ("Feedback on this system", None)
        [alert] = held(session, Alert)
        assert (alert.kind, alert.count) == (AlertKind.OVERRIDE_BOUNDS, 1)
        assert (
            alert.says
            == "Overruled was 0.6 on 8 Nov 2026, above the upper bound; acceptable is between 0.05 and 0.4."
        )
    for day in (9, 16):
        fed(day, *[FeedbackFacts(outcome=Outcome.ACCEPTED)] * 9, FeedbackFacts(outcome=Outcome.CORRECTED))
    with database.transaction() as session:
        # What somebody finds to be spam no longer counts, also in a week that was written before.
        spam = session.scalars(sa.select(Feedback).where(Feedback.rating == 1)).one()
        actions.judge_spam(session, cast.actor(session, "ada"), spam, is_spam=True)
    run(database, 23)
    with database.transaction(read_only=True) as session:
        corrected = [each for each in held(session, Snapshot) if each.revision]
        assert [(each.value, each.n) for each in corrected] == [(100, 1)]
        assert "judged anew" in held(session, SnapshotBatch)[-1].supersedes_because
        assert [(one.state, one.good_run) for one in held(session, Alert)] == [(AlertState.OPEN, 2)]
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_a_system_without_such_a_metric_gets_no_reading(database, cast):
    with clock.frozen(datetime(2026, 11, 3, 9, tzinfo=UTC)), database.transaction() as session:
        incoming = [Incoming(FeedbackFacts(1))]
        actions.receive(session, the_registry("worker"), cast.triage.id, Door.TOKEN, incoming)
    run(database, 9)
    with database.transaction(read_only=True) as session:
        assert held(session, SnapshotBatch) == []


def test_another_value_that_somebody_sent_for_the_week_stands_beside_it(database, cast, fed):
    fed(3, FeedbackFacts(5))
    [point] = points_of("content-callers", SATISFACTION, [week(Share(1, 4))])
    with clock.frozen(datetime(2026, 11, 9, 1, tzinfo=UTC)), database.transaction() as session:
        own = Batch("", "by hand", "", (point._replace(key=""),))
        record_snapshots(session, cast.actor(session, "ada"), cast.triage.id, own)
    run(database, 9)
    with database.transaction(read_only=True) as session:
        assert [(each.value, each.revision) for each in held(session, Snapshot)] == [(25, 0), (100, 0)]

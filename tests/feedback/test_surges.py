"""When feedback surges: the rule by cases and properties, and the one alert it opens and ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.feedback import actions, jobs
from registry.feedback.actions import Incoming
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts
from registry.feedback.rules.surges import Heard, is_over, surge_on
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.monitoring.actions import alerts as alerting
from registry.monitoring.queries.alerts import alert_by_id
from registry.monitoring.rules.alerts import AlertKind, AlertState
from tests.monitoring.alerting import alerts
from tests.store.statements import counted

TODAY = date(2026, 11, 2)
counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
pasts = st.lists(counts, min_size=8, max_size=8)


def told(this_week, *before):
    """Counts of whole weeks, the newest first, each on the last day of its week."""
    weeks = (this_week, *before)
    return [Heard(TODAY - timedelta(days=7 * place), *week) for place, week in enumerate(weeks)]


def surge(this_week, *before, since=date(2020, 1, 1)):
    return surge_on(told(this_week, *before), TODAY, since)


@pytest.mark.parametrize(
    ("this_week", "usual", "surges"),
    [
        ((9, 0), (1, 0), False),  # fewer than ten
        ((10, 0), (3, 0), True),
        ((19, 0), (10, 0), False),  # not twice as many
        ((40, 0), (20, 0), True),
        ((10, 4), (10, 0), False),  # fewer than five complaints
        ((10, 6), (10, 1), True),
        ((1000, 140), (1000, 100), False),  # not half as large again
        ((30, 30), (30, 30), False),  # everybody complains, and always did
    ],
)
def test_a_surge_needs_a_number_that_counts_a_size_that_matters_and_no_likely_chance(
    this_week, usual, surges
):
    assert (surge(this_week, *[usual] * 8) is not None) is surges


def test_with_fewer_than_four_whole_weeks_behind_it_nothing_is_said():
    first = TODAY - timedelta(days=7 * 5 - 1)
    assert surge((50, 50), *[(1, 0)] * 4, since=first) is not None
    assert surge((50, 50), *[(1, 0)] * 4, since=first + timedelta(days=1)) is None


def test_what_surges_is_said_in_numbers_and_complaints_come_first():
    assert surge((24, 1), *[(6, 0), (7, 1)] * 4).said == (
        "24 pieces of feedback came in seven days; in the weeks before it was 6.5 a week. Chance alone would hardly do that."
    )
    assert surge((24, 18), *[(6, 1)] * 8).said.startswith(
        "18 of 24 pieces of feedback in seven days complain (75 %); in the weeks before it was 17 %."
    )


@given(counts, pasts)
def test_more_complaints_never_make_a_surge_go_away(this_week, before):
    received, complaints = this_week
    if surge(this_week, *before) is not None:
        assert surge((received, min(received, complaints + 1)), *before) is not None
        assert surge((received + 1, complaints + 1), *before) is not None
        assert received >= 5


@given(pasts)
def test_a_week_like_the_mean_of_those_before_is_no_surge(before):
    received = sum(one for one, _ in before) // 8
    complaints = min(received, sum(one for _, one in before) // 8)
    assert surge((received, complaints), *[(received, complaints)] * 8) is None


@given(
    st.lists(st.builds(Heard, st.dates(TODAY - timedelta(days=80), TODAY), st.integers(0, 30), st.just(0)))
)
def test_it_is_over_only_where_it_is_none_today(days):
    if is_over(days, TODAY, date(2020, 1, 1)):
        assert surge_on(days, TODAY, date(2020, 1, 1)) is None


def test_a_surge_opens_one_alert_that_ends_by_itself_and_stays_over_when_it_is_called_over(database, cast):
    def on(day):
        return clock.frozen(datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=day))

    def comes(day, *facts):
        with on(day), database.transaction() as session:
            incoming = [Incoming(each) for each in facts]
            actions.receive(session, the_registry("worker"), cast.triage.id, Door.TOKEN, incoming)

    def found(day):
        with on(day):
            for _ in range(2):
                jobs.notice_surges(database, {})
        with database.transaction(read_only=True) as session:
            return alerts(session)

    for week in range(5):
        comes(7 * week, *[FeedbackFacts(5)] * 4)
    assert found(35) == []
    comes(
        36, *[FeedbackFacts(5)] * 4, *[FeedbackFacts(category=Category.HARMFUL)] * 4, *[FeedbackFacts(2)] * 3
    )
    [alert] = found(36)
    assert (alert.kind, alert.state, alert.system_id) == (
        AlertKind.FEEDBACK_SURGE,
        AlertState.OPEN,
        cast.triage.id,
    )
    assert alert.says.startswith("7 of 11 pieces of feedback in seven days complain (64 %)")
    assert [one.state for one in found(42)] == [AlertState.OPEN]
    assert [one.state for one in found(44)] == [AlertState.OPEN]
    assert [(one.state, one.resolved_by_id) for one in found(45)] == [(AlertState.RESOLVED, None)]

    comes(60, *[FeedbackFacts(1)] * 20)
    assert [one.previous_id for one in found(60)] == [None, alert.id]
    with on(61), database.transaction() as session:
        ada = cast.actor(session, "ada")
        standing, _ = alert_by_id(session, ada, alert.id + 1, lock=True)
        alerting.resolve(session, ada, standing, "A form was sent twice.")
    assert len(found(62)) == 2
    with on(62), counted(database) as sent:
        jobs.notice_surges(database, {})
    assert len(sent) <= 6

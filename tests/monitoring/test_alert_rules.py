"""When readings open an alert, are counted, make it worse and resolve it; what may be answered; who is told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.calendar import Cadence
from registry.monitoring.rules import answers, silence, slides
from registry.monitoring.rules.alerts import (
    GOOD_NEEDED,
    AlertKind,
    AlertState,
    Severity,
    State,
    Step,
    closed,
    next_change,
    slot_of,
)
from registry.monitoring.rules.answers import Level
from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.slides import Chart
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Direction

START = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = date(2026, 11, 2)
LETTERS = {
    "g": Verdict.MET,
    "w": Verdict.WARN,
    "b": Verdict.BREACH,
    "f": Verdict.TOO_FEW,
    "n": Verdict.NO_GUARD_RAIL,
}


def reading(place, verdict, value="1"):
    at = START + timedelta(days=place)
    return Reading(7, "", at, at, Decimal(value), 100, verdict, place)


def told(letters, first=0):
    """One reading a day: g met, w warn, b breach, f too few cases, n no guard-rail."""
    return [reading(first + place, LETTERS[each]) for place, each in enumerate(letters)]


def one_by_one(readings, state=None):
    state, steps = state or State(), []
    for each in readings:
        step, state = next_change(state, [each])
        steps.append(step)
    return steps, state


def standing(state):
    """What an alert stands at, whichever way it got there."""
    return state.severity is not None, state.last_bad, state.good


@pytest.mark.parametrize(
    ("letters", "steps"),
    [
        ("ggg", "nothing nothing nothing"),
        ("wbb", "open worsen count"),
        ("bw", "open count"),
        ("bgggg", "open nothing nothing resolve nothing"),
        ("bggbggg", "open nothing nothing count nothing nothing resolve"),
        ("bgfngfg", "open nothing nothing nothing nothing nothing resolve"),
        ("fnfn", "nothing nothing nothing nothing"),
        ("bgggb", "open nothing nothing resolve open"),
    ],
)
def test_readings_in_order_open_count_worsen_and_resolve(letters, steps):
    assert [each.value for each in one_by_one(told(letters))[0]] == steps.split()


def test_two_hundred_bad_points_are_one_alert_that_counts_them():
    steps, state = one_by_one(told("b" * 200))
    assert steps == [Step.OPEN] + [Step.COUNT] * 199
    assert (state.count, state.first) == (200, START)
    assert next_change(State(), told("b" * 200)) == (Step.OPEN, state)


def test_a_late_good_reading_never_helps_to_resolve():
    _, state = one_by_one(told("bb", first=10))
    steps, after = one_by_one(told("ggggg"), state)
    assert (set(steps), after) == ({Step.NOTHING}, state)


def test_a_late_bad_reading_opens_nothing_that_has_recovered_since():
    _, state = one_by_one(told("ggg", first=5))
    assert next_change(state, told("b"))[0] is Step.NOTHING
    _, over = one_by_one(told("bggg", first=5))
    assert next_change(over, told("b"))[0] is Step.NOTHING


def test_of_a_year_delivered_at_once_only_the_newest_spell_is_told():
    step, state = next_change(State(), told("bbgggwgwgg"))
    assert (step, state.count, state.first) == (Step.OPEN, 2, START + timedelta(days=5))
    assert state.severity is Severity.WARNING
    assert next_change(State(), told("bbbggg"))[0] is Step.NOTHING


def test_what_was_called_over_by_hand_is_not_brought_back_by_what_was_known_then():
    _, state = one_by_one(told("bbg"))
    state = closed(state, START + timedelta(days=2))
    assert next_change(state, told("b"))[0] is Step.NOTHING
    step, after = next_change(state, told("b", first=3))
    assert (step, after.count, after.first) == (Step.OPEN, 1, START + timedelta(days=3))


series = st.text(alphabet=st.sampled_from("ggwbfn"), max_size=14).map(told)


@given(series, st.randoms(use_true_random=False), st.integers(1, 5))
def test_in_whatever_order_readings_arrive_the_end_is_the_same(readings, random, size):
    _, in_order = one_by_one(readings)
    shuffled = random.sample(readings, len(readings))
    state = State()
    for start in range(0, len(shuffled), size):
        _, state = next_change(state, shuffled[start : start + size])
    assert standing(state) == standing(in_order)
    assert standing(next_change(State(), shuffled)[1]) == standing(in_order)


@given(st.lists(st.sampled_from("wbfng"), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_one_spell_is_one_alert_in_whatever_order_it_arrives(letters, random):
    # Never so many good ones in a row that it would be two.
    readings = [one for one in told(letters) if one.verdict is not Verdict.MET][:9]
    _, in_order = one_by_one(readings)
    steps, state = one_by_one(random.sample(readings, len(readings)))
    assert state == in_order
    assert steps.count(Step.OPEN) == min(1, state.count)


@given(series)
def test_no_two_are_open_at_once_and_each_is_opened_before_it_is_resolved(readings):
    ends = [each for each in one_by_one(readings)[0] if each in {Step.OPEN, Step.RESOLVE}]
    assert ends[::2] == [Step.OPEN] * len(ends[::2])
    assert ends[1::2] == [Step.RESOLVE] * len(ends[1::2])


@given(series)
def test_an_alert_is_over_exactly_when_enough_good_windows_follow_its_last_bad_one(readings):
    _, state = one_by_one(readings)
    bad = [one.window_end for one in readings if one.verdict in {Verdict.WARN, Verdict.BREACH}]
    good = [one for one in readings if one.verdict is Verdict.MET and bad and one.window_end > max(bad)]
    assert (state.severity is not None) == (bool(bad) and len(good) < GOOD_NEEDED)


def test_a_value_outside_its_guard_rails_is_one_cause_whatever_it_is_called_and_all_else_is_its_own():
    slots = {slot_of(kind, 7, "") for kind in AlertKind}
    assert len(slots) == len(AlertKind) - 2
    assert slot_of(AlertKind.WARN, 7, "") == slot_of(AlertKind.BREACH, 7, "")
    assert (
        slot_of(AlertKind.WARN, 7, "")
        != slot_of(AlertKind.WARN, 8, "")
        != slot_of(AlertKind.WARN, 8, "x" * 900)
    )
    assert len(slot_of(AlertKind.FEEDBACK_SURGE, 2**31, "x" * 900)) <= 80


def calm_then(*later, deviation=1.0):
    readings = [reading(place, Verdict.MET, str(50 + deviation * (-1) ** place)) for place in range(20)]
    return readings + [reading(20 + place, Verdict.MET, str(value)) for place, value in enumerate(later)]


def slid(readings, direction, chart=Chart.CUSUM):
    points = slides.points_with((), readings)
    return slides.sliding(slides.calm_with((), readings), points, direction, chart)


@pytest.mark.parametrize("chart", list(Chart))
def test_a_slide_is_found_on_the_side_that_is_worse(chart):
    falling = calm_then(*(48.5 for _ in range(15)))
    assert slid(falling, Direction.HIGHER, chart)
    assert slid(falling, Direction.RANGE, chart)
    assert slid(falling, Direction.LOWER, chart) == frozenset()
    assert slid(calm_then(50, 51, 49, 50), Direction.HIGHER, chart) == frozenset()


def test_nothing_is_said_of_a_slide_without_a_direction_enough_values_or_any_spread():
    falling = calm_then(*(40 for _ in range(15)))
    assert slid(falling, None) is None
    assert slid(falling[:19], Direction.HIGHER) is None
    assert slid(calm_then(40, 40, deviation=0.0), Direction.HIGHER) is None


@pytest.mark.parametrize(
    ("calm", "direction", "has_rails", "says"),
    [
        (
            [50.0, 51.0],
            Direction.HIGHER,
            True,
            "It says nothing yet: 2 of the 20 good values it needs are known.",
        ),
        (
            [],
            Direction.HIGHER,
            False,
            "It says nothing yet: without guard-rails no value is known to be good.",
        ),
        ([50.0, 51.0], None, True, "It says nothing yet: the metric does not state which way is better."),
        ([50.0] * 20, Direction.LOWER, True, "It can say nothing: the first 20 good values are all alike."),
        (
            [50.0, 51.0] * 10,
            Direction.LOWER,
            False,
            "All 20 good values it needs are known, so a slide would be found.",
        ),
    ],
)
def test_it_is_said_what_a_chart_lacks_to_find_a_slide(calm, direction, has_rails, says):
    assert slides.known_said(calm, direction, has_rails=has_rails) == says


def test_late_points_take_their_place_and_only_judged_ones_are_drawn():
    readings = [*calm_then(40, 39), reading(30, Verdict.TOO_FEW)._replace(value=Decimal(1))]
    assert slides.points_with(slides.points_with((), readings[10:]), readings[:10]) == slides.points_with(
        (), readings
    )
    assert all(value != 1 for _, value in slides.points_with((), readings))
    assert [one.verdict for one in slides.as_slides(readings[-2:], frozenset({readings[-2].window_end}))] == [
        Verdict.WARN
    ]


def test_a_metric_is_silent_once_cadence_and_grace_are_over_and_counts_from_the_day_it_was_stated():
    stated = date(2026, 1, 31)
    assert silence.due_by(None, stated, Cadence.MONTHLY, 2) == date(2026, 3, 2)
    assert not silence.is_silent(None, stated, Cadence.MONTHLY, 2, date(2026, 3, 2))
    assert silence.is_silent(None, stated, Cadence.MONTHLY, 2, date(2026, 3, 3))
    assert not silence.is_silent(date(2026, 3, 1), stated, Cadence.WEEKLY, 0, date(2026, 3, 8))
    assert silence.is_silent(date(2026, 3, 1), stated, Cadence.WEEKLY, 0, date(2026, 3, 9))


@pytest.mark.parametrize(
    ("days", "fields"),
    [(None, ["promised_on"]), (-1, ["promised_on"]), (0, []), (90, []), (91, ["promised_on"])],
)
def test_a_promise_names_a_day_from_today_and_at_most_ninety_days_ahead(days, fields):
    day = None if days is None else TODAY + timedelta(days=days)
    found = answers.problems_with_acknowledging(AlertState.OPEN, day, "", TODAY)
    assert [each.field for each in found] == fields


def test_resting_needs_a_reason_and_a_day_that_is_still_to_come():
    def fields(until, reason):
        found = answers.problems_with_snoozing(AlertState.OPEN, until, reason, TODAY)
        return [each.field for each in found]

    assert fields(TODAY + timedelta(days=1), "Known maintenance") == []
    assert fields(TODAY, "") == ["reason", "until"]
    assert fields(None, "x") == fields(TODAY + timedelta(days=91), "x") == ["until"]


def test_nothing_can_be_answered_to_an_alert_that_is_over():
    over = AlertState.RESOLVED
    for found in (
        answers.problems_with_acknowledging(over, TODAY, "", TODAY),
        answers.problems_with_snoozing(over, TODAY + timedelta(days=1), "x", TODAY),
        answers.problems_with_resolving(over, "x"),
    ):
        assert [each.field for each in found] == [""]
    assert [each.field for each in answers.problems_with_resolving(AlertState.OPEN, "")] == ["because"]


def test_the_deputy_is_told_after_the_days_of_the_tier_and_the_head_after_twice_as_many():
    def level(days, taken=None):
        return answers.next_level(taken, TODAY - timedelta(days=days), 5, TODAY)

    assert [level(4), level(5), level(30)] == [None, Level.DEPUTY, Level.DEPUTY]
    assert [level(9, Level.DEPUTY), level(10, Level.DEPUTY)] == [None, Level.UNIT_HEAD]
    assert level(99, Level.UNIT_HEAD) is None

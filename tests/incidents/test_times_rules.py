"""How long incidents took: exact, the longest not left out, nothing invented where nothing is known."""

from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.incidents.rules.kinds import UNRESOLVED, DetectedBy, Status
from registry.incidents.rules.times import Moments, spread_of, times_of

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
SPANS = st.timedeltas(timedelta(), timedelta(days=400))


def hours(*given):
    return [timedelta(hours=each) for each in given]


@st.composite
def moments(draw):
    """An incident whose instants are in order; each of them may be missing."""

    def perhaps(at):
        return at if draw(st.booleans()) else None

    detected = BEGIN + draw(SPANS)
    mitigated = detected + draw(SPANS)
    status = draw(st.sampled_from(Status))
    return Moments(
        status,
        draw(st.sampled_from(DetectedBy)),
        perhaps(detected - draw(SPANS)),
        detected,
        perhaps(detected + draw(SPANS)),
        perhaps(mitigated),
        perhaps(mitigated + draw(SPANS)),
    )


@given(st.lists(moments(), max_size=12))
def test_every_incident_is_counted_once_and_no_time_is_negative(some):
    times = times_of(some)
    told = [each for each in some if each.status is not Status.MERGED]
    assert times.counted == len(told)
    for spread in (times.detect, times.acknowledge, times.mitigate, times.resolve, times.whole):
        assert spread.counted == len(told)
        measures = (spread.mean, spread.median, spread.p90)
        assert all(each is None for each in measures) if not spread.n else min(measures) >= timedelta()
    assert times.detect.n == sum(each.started_at is not None for each in told)
    assert times.resolve.open == sum(each.resolved_at is None and each.status in UNRESOLVED for each in told)
    assert times_of([*some, *some[:0]]) == times_of(reversed(some))


@given(st.lists(SPANS, min_size=1, max_size=40))
def test_nine_tenths_did_not_take_longer_and_one_of_them_took_as_long(some):
    ordered = sorted(some)
    spread = spread_of(ordered)
    assert spread.p90 in ordered
    assert sum(each <= spread.p90 for each in ordered) >= ceil(9 * len(ordered) / 10)
    assert sum(each < spread.p90 for each in ordered) * 10 < 9 * len(ordered)
    assert ordered[0] <= spread.mean <= ordered[-1]


def test_a_spread_is_exact_where_it_can_be_checked_by_hand():
    spread = spread_of(hours(1, 2, 3, 10), 2, 1)
    assert (spread.n, spread.open, spread.unknown, spread.counted) == (4, 2, 1, 7)
    assert [spread.mean, spread.median, spread.p90] == hours(4, 2.5, 10)
    assert spread_of(hours(*range(1, 11))).p90 == timedelta(hours=9)
    assert spread_of(hours(*range(1, 12))).p90 == timedelta(hours=10)
    third = spread_of([timedelta(), timedelta(), timedelta(microseconds=100)])
    assert third.mean == timedelta(microseconds=33)


def test_of_nothing_there_is_no_time_and_no_share():
    times = times_of([])
    assert (times.resolve.n, times.resolve.mean, times.share_by_ourselves) == (0, None, None)


def test_what_goes_on_is_counted_as_open_and_what_nobody_noted_as_unknown():
    def one(status, **more):
        return Moments(status, DetectedBy.USER, None, BEGIN, **more)

    at = BEGIN + timedelta(hours=4)
    times = times_of(
        [
            one(Status.OPEN),
            one(Status.MITIGATED, acknowledged_at=at, mitigated_at=at),
            one(Status.CLOSED, acknowledged_at=at, resolved_at=at),
            Moments(Status.RESOLVED, DetectedBy.MONITOR, BEGIN, at, at, at, at),
            one(Status.MERGED, resolved_at=at),
        ]
    )
    assert [(each.n, each.open, each.unknown) for each in (times.detect, times.acknowledge)] == [
        (1, 0, 3),
        (3, 1, 0),
    ]
    # That somebody took it on is certain once it is looked into, though nobody noted when.
    looked = times_of([one(Status.INVESTIGATING), one(Status.MITIGATED), one(Status.RESOLVED)])
    assert [(each.open, each.unknown) for each in (looked.acknowledge, looked.mitigate, looked.resolve)] == [
        (0, 3),
        (1, 2),
        (2, 1),
    ]
    # The closed one never said when its harm was stopped.
    assert (times.mitigate.n, times.mitigate.open, times.mitigate.unknown) == (2, 1, 1)
    assert (times.resolve.n, times.resolve.open, times.resolve.unknown) == (2, 2, 0)
    assert (times.whole.n, times.whole.open, times.whole.unknown) == (1, 2, 1)
    assert (times.by_ourselves, times.counted, times.share_by_ourselves) == (1, 4, 0.25)


def test_instants_out_of_order_are_refused_and_not_averaged_away():
    with pytest.raises(ValueError, match="out of order"):
        times_of([Moments(Status.OPEN, DetectedBy.USER, BEGIN, BEGIN - timedelta(seconds=1))])

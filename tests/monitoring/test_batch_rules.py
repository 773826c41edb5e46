"""What a batch must satisfy: each objection by its field at the edge of what is taken, whether one is looked at or thousands."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from registry.kernel.errors import RuleBroken
from registry.monitoring.rules import batches, bodies
from registry.monitoring.rules.batches import AHEAD, GROUP_LIMIT, KEY_LIMIT, Known, problems_with
from registry.monitoring.rules.decoding import MOST_POINTS
from registry.monitoring.rules.fields import Fields
from registry.monitoring.rules.points import PointIn, Points
from registry.objectives.rules.metric import Kind, MetricFacts

AT = datetime(2026, 11, 2, tzinfo=UTC)
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
COMPUTED = next(kind for kind in Kind if kind.is_computed)
METRICS = {
    "accuracy": Known(1, MetricFacts(Kind.ACCURACY, "Accuracy", groups=("site",))),
    "recall": Known(2, MetricFacts(None, "Recall")),
    "gone": Known(3, MetricFacts(Kind.ACCURACY, "Gone"), retired=True),
    "counted": Known(4, MetricFacts(COMPUTED, "Counted")),
}
NORTH = '{"site":"north"}'


def point(metric="accuracy", start=AT, end=AT, value="0.5", **more):
    ends = {each: Decimal(more.pop(each)) for each in ("low", "high") if each in more}
    return PointIn(metric, start, end, Decimal(value), **({"n": None, "low": None, "high": None, "group": "", "key": ""} | ends | more))  # fmt: skip


TAKEN = [
    point(),
    point(end=AT + AHEAD),
    point(start=OLDEST, end=OLDEST),
    point(low="0.5", high="0.5"),
    point(n=0),
    point(n=2**62 - 1),
    point(group=NORTH),
    point("recall", group='{"any":"thing"}'),
    point("recall", group=f'{{"a":"{"x" * (GROUP_LIMIT - 8)}"}}'),
    point(key="k" * KEY_LIMIT),
    point(value="999999999999999"),
]
REFUSED = [
    (point("speed"), "metric"),
    (point("gone"), "metric"),
    (point("counted"), "metric"),
    (point(end=AT + AHEAD + SECOND), "window_end"),
    (point(start=OLDEST - SECOND), "window_start"),
    (point(start=AT + SECOND), "window_start"),
    (point(low="0.6"), "low"),
    (point(high="0.4"), "high"),
    (point(n=-1), "n"),
    (point(n=2**62), "n"),
    (point(group='{"colour":"red"}'), "group"),
    (point("recall", group=f'{{"a":"{"x" * (GROUP_LIMIT - 7)}"}}'), "group"),
    (point(key="k" * (KEY_LIMIT + 1)), "key"),
    (point(value="1e15"), "value"),
]


def fields(*sent):
    return [each.field for each in problems_with(sent, METRICS, AT)]


@pytest.mark.parametrize("reading", TAKEN)
def test_what_lies_at_the_edge_is_taken_alone_and_beside_one_that_is_not(reading):
    assert fields(reading) == []
    # Where nothing is wrong with any, none is looked at by itself.
    assert batches._untroubled(Points.of([reading]), METRICS, AT + AHEAD)
    assert fields(reading, point("speed")) == ["snapshots.1.metric"]


@pytest.mark.parametrize(("reading", "field"), REFUSED)
def test_what_lies_beyond_it_is_refused_by_name_alone_and_in_its_place(reading, field):
    assert fields(reading) == [f"snapshots.0.{field}"]
    assert fields(point("recall"), reading) == [f"snapshots.1.{field}"]


def test_a_window_that_lies_before_the_year_2000_is_refused_for_both_its_ends():
    long_ago = OLDEST - SECOND
    assert fields(point(start=long_ago, end=long_ago)) == [
        "snapshots.0.window_end",
        "snapshots.0.window_start",
    ]


def test_one_place_holds_one_value_however_often_it_is_sent():
    same, other = point(value="0.50"), point(value="0.6")
    assert fields(point(), same) == []
    for others in ({"group": NORTH}, {"key": "k"}, {"start": AT - SECOND}, {"end": AT + SECOND}):
        assert fields(point(), point(value="0.6", **others)) == []
    for differing in (other, point(n=1), point(low="0.1"), point(high="0.9")):
        assert fields(point(), same, differing) == ["snapshots.2.value"]
    # Whatever is refused has no place that it could take from another.
    assert fields(point("speed"), point("speed", value="0.6")) == ["snapshots.0.metric", "snapshots.1.metric"]


def test_a_batch_holds_one_reading_to_ten_thousand():
    assert fields() == fields(*[point()] * (MOST_POINTS + 1)) == ["snapshots"]
    assert fields(*[point()] * MOST_POINTS) == []


def test_a_hundred_objections_are_told_and_the_others_counted():
    found = problems_with([point("speed")] * 102, METRICS, AT)
    assert (len(found), found[-1].message) == (101, "And 2 more objections.")
    assert len(problems_with([point("speed")] * 100, METRICS, AT)) == 100


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "It has no metric yet; state one on its Objectives tab."),
        (("b", "a"), "It has a, b."),
        (tuple("abcdefghij"), "It has a, b, c, d, e, f, g, h, i, j."),
        (tuple("abcdefghijk"), "It has a, b, c, d, e, f, g, h, i, j and others."),
    ],
)
def test_who_names_no_metric_is_told_those_there_are(names, said):
    known = {name: Known(1, MetricFacts(None, name)) for name in names}
    known |= {"retired": Known(2, MetricFacts(None, "Gone"), retired=True)}
    (problem,) = problems_with([point("speed")], known, AT)
    assert problem.message == f"This system has no metric 'speed'. {said}"


def test_readings_as_columns_are_the_readings_in_pieces_and_in_sets():
    sent = [reading for reading, _ in REFUSED]
    points = Points.of(sent)
    assert points[1:3] == tuple(sent[1:3])
    assert {points, Points.of(sent)} == {points}
    assert points != sent[1:]


def test_numbers_that_may_be_left_out_are_written_as_their_digits_or_as_nothing():
    assert batches.each_in_digits([None, None]) == [None, None]
    assert batches.each_in_digits([None, Decimal("1E+2"), Decimal("0.50")]) == [None, "100", "0.50"]


@pytest.mark.parametrize(("sign", "most"), [(b"[", 250_000), (b"{", 250_000), (b",", 1_000_000)])
def test_a_body_may_hold_what_a_full_batch_needs_and_no_more(sign, most):
    assert len(bodies.text_in(sign * most)) == most
    with pytest.raises(RuleBroken, match="more than one batch"):
        bodies.text_in(sign * (most + 1))


@pytest.mark.parametrize(("name", "longest"), [("version", 100), ("source", 120), ("supersedes", 1_000)])
def test_what_is_told_of_a_batch_has_its_length(name, longest):
    for length, wrong in ((longest, 0), (longest + 1, 1)):
        found = Fields("snapshots")
        bodies.told_of({name: "x" * length}, found)
        assert found.count == wrong

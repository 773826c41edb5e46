"""Batches of readings: taken exactly or refused with every bad point named, whatever comes."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.canonical import canonical
from registry.kernel.errors import RuleBroken
from registry.kernel.text import clean
from registry.monitoring.rules import bodies
from registry.monitoring.rules.batches import Known, all_in_digits, problems_with
from registry.monitoring.rules.decoding import MOST_POINTS, Batch, batch_of, batch_of_lines
from registry.monitoring.rules.points import PointIn, Points
from registry.monitoring.rules.points import written as kept_as
from registry.objectives.rules.metric import Kind, MetricFacts

GOOD = {"metric": "accuracy", "window_end": "2026-11-02T00:00:00Z", "value": 0.912}
END = datetime(2026, 11, 2, tzinfo=UTC)


def body(*points: object, **told: object) -> bytes:
    return json.dumps({**told, "snapshots": points}).encode()


def problems(of, data: bytes) -> dict[str, str]:
    with pytest.raises(RuleBroken) as refused:
        of(data)
    return {each.field: each.message for each in refused.value.problems}


def refused(**change: object) -> dict[str, str]:
    return problems(batch_of, body(GOOD, {**GOOD, **change}))


texts = st.text('aZ09 -"\\/é\u0301ß漢\U0001f600', min_size=1, max_size=20).filter(str.strip)
decimals = st.decimals(-(10**14), 10**14, places=6) | st.floats(-1e6, 1e6, allow_subnormal=False).filter(
    lambda number: not number or abs(number) > 1e-6
).map(lambda number: Decimal(repr(number)))
instants = st.datetimes(datetime(1960, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@st.composite
def points(draw) -> PointIn:
    start, end = sorted((draw(instants), draw(instants)))
    low, high = sorted((draw(decimals), draw(decimals)))
    group = draw(st.dictionaries(texts, texts, max_size=3))
    tidy = {clean(name): clean(value) for name, value in group.items()}
    return PointIn(
        draw(st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True)),
        start,
        end,
        draw(decimals),
        draw(st.none() | st.integers(0, 10**12)),
        draw(st.sampled_from((None, low))),
        draw(st.sampled_from((None, high))),
        canonical(tidy).decode() if tidy else "",
        clean(draw(texts)),
    )


batches = st.builds(Batch, texts.map(clean), st.just("nightly"), st.just(""), st.lists(points(), min_size=1, max_size=3).map(tuple))  # fmt: skip


def sent(point: PointIn, shift: timedelta = timedelta()) -> str:
    """The point as JSON, its numbers written as they are, its instants in another zone."""

    def number(value):
        return "null" if value is None else str(value)

    zone = timezone(shift)
    return (
        f'{{"metric": "{point.metric}", "window_start": "{point.window_start.astimezone(zone).isoformat()}",'
        f' "window_end": "{point.window_end.astimezone(zone).isoformat()}", "value": {number(point.value)},'
        f' "n": {number(point.n)}, "low": {number(point.low)}, "high": {number(point.high)},'
        f' "group": {point.group or "{}"}, "key": {json.dumps(point.key)}}}'
    )


def written(batch: Batch, shift: timedelta = timedelta()) -> str:
    return (
        f'{{"version": {json.dumps(batch.version)}, "source": {json.dumps(batch.source)},'
        f' "snapshots": [{",".join(sent(each, shift) for each in batch.points)}]}}'
    )


@given(batches, st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))
def test_a_batch_is_read_as_it_was_written_in_a_document_and_in_lines(batch, shift):
    read = batch_of(written(batch, shift).encode())
    assert read == batch
    # Equal decimals may be written differently; these are not.
    assert [str(each.value) for each in read.points] == [str(each.value) for each in batch.points]
    lines = "\n".join(sent(each, shift) for each in batch.points).encode()
    assert batch_of_lines(lines, version=batch.version, source=batch.source) == batch


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "group", "n"]) | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(batches, st.data())
def test_whatever_a_batch_is_changed_into_it_is_read_or_refused(batch, data):
    text = bytearray(written(batch).encode())
    place = data.draw(st.integers(0, len(text) - 1))
    text[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    for of in (batch_of, batch_of_lines):
        with suppress(RuleBroken):
            of(bytes(text))


@given(
    anything,
    st.dictionaries(st.sampled_from([*GOOD, "n", "low", "high", "group", "key", "window_start"]), anything),
)
def test_whatever_stands_in_a_field_it_is_read_or_refused(whole, change):
    for document in (
        whole,
        {"snapshots": whole},
        {"snapshots": [{**GOOD, **change}]},
        {"snapshots": [GOOD], **change},
    ):
        with suppress(RuleBroken):
            batch_of(json.dumps(document).encode())


def outcome(text: str):
    """What becomes of a document: its readings and how their values are written, or what is objected to."""
    try:
        points = batch_of(text.encode()).points
    except RuleBroken as refusal:
        return None, refusal.problems
    return points, [str(each.value) for each in points]


def joined(opening: str, closing: str):
    return lambda items: opening + " , ".join(items) + closing


names = st.sampled_from(('"a"', '"b"', '"\\u0061"', '"a,"', '"\\","', '""'))
hostile = st.recursive(
    st.sampled_from(("1", "0.5", "null", '"a,b"', '","', '"\\",\\""', '""', "NaN")),
    lambda inner: (
        st.lists(inner, max_size=3).map(joined("[", "]"))
        | st.lists(st.tuples(names, inner).map(" : ".join), max_size=3).map(joined("{", "}"))
    ),
    max_leaves=12,
)


def told_apart(value: object) -> object:
    """The value, its objects with what was stated twice in them."""
    if isinstance(value, dict):
        return [
            getattr(value, "names", ()),
            [(name, told_apart(inner)) for name, inner in value.items()],
        ]
    return [told_apart(each) for each in value] if isinstance(value, list) else repr(value).split(" at ")[0]


@given(hostile)
def test_what_is_stated_twice_is_found_whether_each_object_is_looked_at_or_commas_are_counted(text):
    assert told_apart(bodies.decoded(text, "It")) == told_apart(bodies._STRICT.decode(text))


# Good, and yet not of the kind that is read by the column: with it in a batch, every reading is looked at by itself.
TINY = '{"metric": "p", "window_end": "2026-11-02t00:00:00z", "value": 1e-9}'
likely = st.fixed_dictionaries(
    {},
    optional={
        "window_start": st.sampled_from((None, "2026-11-02T00:00:00+00:00", "2026-11-01T24:00:00Z", "2026-11-01T09:30:00.123456789-05:00", "2026-11-01T23:00Z,2026-11-01T23:00Z", "1899-12-31T23:59:59Z")),
        "value": st.sampled_from((0, -0.0, 1, 0.5, True, None, "1", 10**15, 123456789012345, 1e-7, 1e22)),
        "low": st.sampled_from((None, 0.9, 1)),
        "high": st.sampled_from((None, 0.95, 0.5)),
        "n": st.sampled_from((None, 0, 5, -1, 2.0, 10**13, True)),
        "group": st.sampled_from((None, {}, {"site": "north"}, {"site": ""}, {"site": 1}, [], "north")),
        "key": st.sampled_from((None, "", " a ", "e\u0301", "\u0000", 7)),
        "metric": st.sampled_from(("recall", "Recall", "", None)),
        "colour": st.just("red"),
    },
)  # fmt: skip


@given(st.lists(likely, min_size=1, max_size=4))
def test_readings_are_the_same_whether_they_are_read_by_the_column_or_one_by_one(changes):
    told = [json.dumps({**GOOD, **change}) for change in changes]
    points, more = outcome(f'{{"snapshots": [{",".join(told)}]}}')
    closely, more_closely = outcome(f'{{"snapshots": [{",".join([*told, TINY])}]}}')
    assert (points, more) == (closely and closely[:-1], more_closely[:-1] if closely else more_closely)


@given(st.lists(likely, min_size=1, max_size=4), st.data())
def test_what_was_shown_in_reading_by_the_column_is_what_would_be_found_in_looking_again(changes, data):
    # Those that are refused anyway are left out one by one, for most of several together are.
    told = [
        each
        for each in ({**GOOD, **change} for change in changes)
        if outcome(json.dumps({"snapshots": [each]}))[0]
    ]
    points = batch_of(body(*told)).points if told else ()
    if not isinstance(points, Points):
        return
    again = Points.of(tuple(points))
    assert (again, again.kept_starts, again.kept_ends) == (points, points.kept_starts, points.kept_ends)
    assert points.digits == all_in_digits(points.values)
    known = {"accuracy": Known(1, MetricFacts(Kind.ACCURACY, "Accuracy", groups=("site",)))}
    assert problems_with(points, known, END) == problems_with(again, known, END)
    some = data.draw(st.lists(st.sampled_from(range(len(points)))))
    assert points.only(some) == tuple(points[place] for place in some)


@given(
    st.lists(instants.map(lambda at: at.replace(microsecond=0, tzinfo=None)), min_size=1),
    st.sampled_from(("Z", "+00:00")),
)
def test_an_instant_is_kept_alike_whether_its_text_is_rewritten_or_its_value_written_anew(ends, zone):
    points = batch_of(body(*({**GOOD, "window_end": f"{end.isoformat()}{zone}"} for end in ends))).points
    assert isinstance(points, Points)
    assert (points.kept_starts, points.kept_ends) == 2 * ([kept_as(point.window_end) for point in points],)


def test_a_number_is_taken_with_all_its_digits_whatever_stands_beside_it():
    known = {"accuracy": Known(1, MetricFacts(Kind.ACCURACY, "Accuracy"))}
    computed = [{**GOOD, "key": str(each), "value": each} for each in (0.1 + 0.2, 1 / 3, 1e-15, -2.5e14)]
    # One that is refused has each of the others looked at by itself.
    sent = batch_of(body(*computed, {**GOOD, "metric": "speed"})).points
    assert [each.field for each in problems_with(sent, known, END)] == ["snapshots.4.metric"]
    long = [PointIn("accuracy", END, END, Decimal("0." + "3" * digits)) for digits in (38, 39)]
    assert [each.field for each in problems_with(long[:1], known, END)] == []
    assert [each.message for each in problems_with(long[1:], known, END)] == [
        "Round the number: it may take 40 characters, written without an exponent."
    ]


def test_what_may_be_left_out_may_be_null_and_one_moment_is_a_window():
    nothing = dict.fromkeys(("window_start", "n", "low", "high", "group", "key"))
    (plain,) = batch_of(body(GOOD)).points
    assert plain == PointIn("accuracy", END, END, Decimal("0.912"))
    assert batch_of(body({**GOOD, **nothing}, version=None)).points == (plain,)


def test_every_bad_field_of_every_bad_point_is_named():
    said = problems(
        batch_of,
        body(
            GOOD,
            {**GOOD, "value": "high", "n": 1.5},
            {"metric": "roc_auc", "vlaue": 1},
            [],
            colour="red",
            source=7,
        ),
    )
    assert set(said) == {
        "colour", "source", "snapshots.1.value", "snapshots.1.n", "snapshots.2.metric", "snapshots.2.window_end",
        "snapshots.2.value", "snapshots.2.vlaue", "snapshots.3",
    }  # fmt: skip
    assert "Perhaps “roc-auc” is meant" in said["snapshots.2.metric"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("NaN", "NaN is not a number"),
        ("-Infinity", "-Infinity is not a number"),
        ("1e15", "at most 15 digits before the point"),
        ("1000000000000000", "at most 15 digits before the point"),
        ("1e999999999999999999999", "is not a number"),
        ("9" * 5000, "is not a number"),
        ("1e-200", "Round the number"),
        ("0." + "1" * 40, "Round the number"),
        ("true", "Give one number"),
        ("[1]", "Give one number"),
        ('"0.9"', "without quotation marks"),
    ],
)
def test_a_number_that_cannot_be_recorded_is_refused_by_name(number, said):
    text = body(GOOD, GOOD).decode().replace("0.912", number, 1)
    assert said in problems(batch_of, text.encode())["snapshots.0.value"]


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2026-11-02T00:00:00", "no time zone"),
        ("2026-11-02", "is not an instant"),
        ("2026-W45-1T00:00:00Z", "is not an instant"),
        ("2026-02-30T00:00:00Z", "in the calendar"),
        ("0001-01-01T00:00:00+14:00", "in the calendar"),
        ("1026-11-02T00:00:00Z", "lies outside"),
        (1793577600, "Give an instant"),
    ],
)
def test_an_instant_carries_its_zone_and_is_a_day_there_was(instant, said):
    assert said in refused(window_end=instant)["snapshots.1.window_end"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"window_start": "2026-11-03T00:00:00Z"}, "window_start"),
        ({"low": 2, "high": 1}, "low"),
        ({"n": -1}, "n"),
        ({"n": True}, "n"),
        ({"group": {"site": 1}}, "group"),
        ({"group": {"a": "", "b": "x"}}, "group"),
        ({"group": {str(each): "x" for each in range(6)}}, "group"),
        ({"group": {"site": "x" * 101}}, "group.site"),
        ({"group": {"\u00e9": "x", "e\u0301": "y"}}, "group"),
        ({"key": "a\u0000b"}, "key"),
        ({"key": "x" * 201}, "key"),
        ({"metric": "x" * 61}, "metric"),
    ],
)
def test_a_field_that_says_nothing_storable_is_refused_by_name(change, field):
    assert set(refused(**change)) == {f"snapshots.1.{field}"}


def test_a_field_stated_twice_is_refused_by_name():
    text = body(GOOD, {**GOOD, "group": {"site": "north"}}).decode()
    twice = text.replace('"value"', '"value": 1, "value"', 1).replace('"site"', '"site": "a", "site"')
    assert set(problems(batch_of, twice.encode())) == {"snapshots.0.value", "snapshots.1.group.site"}
    assert set(problems(batch_of, b'{"snapshots": [], "source": "", "source": ""}')) == {
        "source",
        "snapshots",
    }


def test_problems_are_told_up_to_a_hundred_and_the_others_counted():
    with pytest.raises(RuleBroken) as refusal:
        batch_of(body(*[{**GOOD, "value": None}] * 350))
    assert len(refusal.value.problems) == 101
    assert refusal.value.problems[-1].message == "And 250 more."


def test_what_is_too_much_or_no_batch_is_refused_before_it_costs():
    assert "at most 10,000" in problems(batch_of, body(*[GOOD] * (MOST_POINTS + 1)))["snapshots"]
    assert "more than one batch" in problems(batch_of, b"[" * 1_000_000)[""]
    assert "nested" in problems(batch_of, b"[" * 200_000)[""]
    assert "byte 3 " in problems(batch_of, b'{"\xff')[""]
    assert "not JSON" in problems(batch_of, b"")[""]
    assert "not JSON" in problems(batch_of, b'{"a": 1e99999999999999999999, ')[""]
    assert "nested" in problems(batch_of, b'{"a": 1e99999999999999999999, "b": ' + b"[" * 200_000)[""]
    assert "no readings" in problems(batch_of, body())["snapshots"]
    many = (json.dumps(GOOD) + "\n") * (MOST_POINTS + 1)
    assert list(problems(batch_of_lines, f"{many}no JSON".encode())) == ["snapshots"]


def test_an_interval_may_be_one_number_and_is_refused_the_wrong_way_round():
    assert batch_of(body({**GOOD, "low": 0.9, "high": 0.9})).points[0].low == Decimal("0.9")
    assert problems(batch_of, body({**GOOD, "low": 0.95, "high": 0.9}))
    # Beside one that is refused it is looked at by itself.
    said = problems(batch_of, body({**GOOD, "low": 0.9, "high": 0.9}, {**GOOD, "value": None}))
    assert list(said) == ["snapshots.1.value"]


def test_a_broken_line_is_named_and_the_others_are_still_read():
    lines = [json.dumps(GOOD), "", '{"metric": ', json.dumps({**GOOD, "value": None}), ""]
    said = problems(batch_of_lines, "\r\n".join(lines).encode())
    assert set(said) == {"snapshots.1", "snapshots.2.value"}
    assert said["snapshots.1"].startswith("Line 3 is not JSON")

"""How values are written: one spelling each, and two values never the same."""

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.queries.state import value_of
from registry.audit.rules import states
from registry.kernel.canonical import canonical
from registry.systems.models import System
from registry.systems.rules.record import Stage

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("$number"), inner)
    ),
    max_leaves=8,
)


class Shade(StrEnum):
    DARK = "dark"


class Old(str, Enum):
    DARK = "dark"


def test_text_is_itself_and_a_text_enum_is_its_text():
    assert states.text("x") == "x"
    assert [type(states.text(each)) for each in (Shade.DARK, Old.DARK)] == [str, str]
    assert states.text(Shade.DARK) == states.text(Old.DARK) == states.chosen(Shade.DARK) == "dark"


def test_an_instant_is_written_in_utc_with_microseconds():
    at = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert states.instant(at) == "2026-02-28T23:30:00.000000Z"


def test_days_decimals_fractions_bytes_and_identifiers():
    assert states.day(date(2026, 3, 1)) == "2026-03-01"
    assert states.exact(Decimal("1E+2")) == "100"
    assert states.exact(Decimal("1.50")) == "1.50"
    assert states.real(0.1) == "0.1"
    assert states.real(1) == "1.0"
    assert states.real(-0.0) == "0.0"
    assert states.octets(b"\x00\xff") == "00ff"
    assert states.identifier(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("write", "value"),
    [
        (states.text, 5),
        (states.text, b"x"),
        (states.chosen, 5),
        (states.whole, True),
        (states.whole, 1.0),
        (states.whole, "1"),
        (states.yes_no, 1),
        (states.instant, datetime(2026, 3, 1)),
        (states.instant, date(2026, 3, 1)),
        (states.day, datetime(2026, 3, 1, tzinfo=UTC)),
        (states.day, "2026-03-01"),
        (states.exact, 1.5),
        (states.exact, Decimal("NaN")),
        (states.real, math.nan),
        (states.real, math.inf),
        (states.real, True),
        (states.real, "1"),
        (states.octets, "x"),
        (states.identifier, "x"),
        (states.nested, {1: "x"}),
        (states.nested, [date(2026, 3, 1)]),
    ],
)
def test_a_value_of_another_kind_is_refused_and_never_guessed(write, value):
    with pytest.raises(TypeError, match="stands where"):
        write(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf]])
def test_json_numbers_are_finite(value):
    with pytest.raises(ValueError, match="not finite"):
        states.nested(value)


def test_a_whole_number_that_not_every_reader_keeps_is_refused():
    assert states.whole(2**53 - 1) == 2**53 - 1
    with pytest.raises(ValueError, match="2\\^53"):
        states.whole(2**53)


def test_a_number_in_json_is_spelled_alike_however_a_database_returns_it():
    assert states.nested(1.0) == states.nested(1) == 1
    assert states.nested(1e16) == states.nested(10**16)
    assert states.nested(1e300) == states.nested(10**300)
    assert states.nested(-0.0) == 0
    assert states.nested(0.1) == {"$number": "0.1"}
    assert states.nested(2**53 + 1) == {"$number": "9007199254740993"}


def test_a_stored_object_never_passes_for_a_number():
    assert states.nested({"$number": "0.1"}) == {"$$number": "0.1"}
    assert states.nested({"$number": "0.1"}) != states.nested(0.1)


@given(JSON, JSON)
def test_two_json_values_are_written_alike_only_if_they_are_equal(one, other):
    assert (canonical(states.nested(one)) == canonical(states.nested(other))) == same(one, other)


@given(JSON)
def test_what_is_written_survives_a_reader_of_json(value):
    assert states.nested(json.loads(json.dumps(value))) == states.nested(value)


def same(one, other) -> bool:
    """Equality of JSON values: unlike Python's, true is not 1, and 10**300 is the number 1e300 names in JSON."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return Decimal(repr(one)) == Decimal(repr(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return type(one) is type(other) and one == other


def test_masking_hides_values_but_not_emptiness():
    state = {"name": "a", "secret": "s", "other": None}
    assert states.masked(state, {"secret", "other"}) == {"name": "a", "secret": "(masked)", "other": None}


@given(JSON)
def test_a_json_value_comes_back_as_it_was_written(value):
    written = states.nested(value)
    assert states.nested(states.unnested(written)) == written


def test_what_a_change_wrote_is_read_back_in_the_columns_own_kind():
    assert value_of(System, "stage", "live") is Stage.LIVE
    assert value_of(System, "in_service_on", "2026-11-02") == date(2026, 11, 2)
    assert value_of(System, "affected_count", 7) == 7
    assert value_of(System, "links", [{"label": "a", "url": "b"}]) == [{"label": "a", "url": "b"}]
    assert value_of(System, "kind", None) is None
    at = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert value_of(System, "registered_at", states.instant(at)) == at


def test_yes_and_no_stay_what_they_are():
    assert [states.yes_no(each) for each in (True, False)] == [True, False]


@pytest.mark.parametrize("value", [0.1, -2.5, 1e300, 2**60 + 1, 10**400, 7])
def test_a_number_in_json_is_read_again_as_the_number_it_was(value):
    again = states.unnested(states.nested(value))
    assert (again, type(again)) == (value, type(value))

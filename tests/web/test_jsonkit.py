"""Strict JSON: what is taken, what is refused, and that nothing a client sends is an error of ours."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.errors import RuleBroken
from registry.kernel.strict_json import decoded
from registry.store.paging import cursor_of, parts_of

REFUSED = {
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "a number that overflows to infinity": b'{"a": 1e999}',
    "the same key twice": b'{"role": "owner", "role": "admin"}',
    "an integer past any column": b'{"a": 99999999999999999999}',
    "five thousand digits": b"[" + b"9" * 5000 + b"]",
    "fifty thousand brackets": b"[" * 50_000,
    "one level too many": b"[" * 34 + b"]" * 34,
    "NUL in a text": b'{"a": "x\\u0000y"}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "NUL in a key": b'{"\\u0000": 1}',
    "latin-1": b'{"a": "\xe9"}',
    "nothing": b"",
    "a trailing comma": b"[1,]",
    "two documents": b"{} {}",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_a_body_that_cannot_be_stored_as_sent_is_refused(body):
    with pytest.raises(RuleBroken):
        decoded(body)


def test_python_itself_would_have_taken_most_of_them():
    taken = 0
    for body in REFUSED.values():
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            continue
        taken += 1
    assert taken >= 7


def test_deep_but_allowed_nesting_is_read():
    assert decoded(b"[" * 32 + b"]" * 32)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text("aé漢😀\n\t "),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_what_any_client_writes_as_json_comes_back_unchanged(value):
    assert decoded(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_never_an_error(body):
    with suppress(RuleBroken):
        decoded(body)


@given(st.text(max_size=80))
def test_a_cursor_nobody_issued_is_refused_and_never_an_error(text):
    with suppress(RuleBroken):
        found = parts_of(text, (str, int))
        assert found is None or [type(part) for part in found] == [str, int]


@given(st.text("abcé漢/=+", max_size=30), st.integers(0, 2**40))
def test_a_cursor_leads_back_to_the_place_it_names(name, number):
    assert parts_of(cursor_of(name, number), (str, int)) == (name, number)

"""Gzip: members one after another are taken; bombs, damage and anything after the end are not."""

import gzip
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.errors import RuleBroken
from registry.kernel.unpacking import MOST_UNPACKED, ungzip


def why(data: bytes, limit: int = MOST_UNPACKED) -> str:
    with pytest.raises(RuleBroken) as refusal:
        ungzip(data, limit)
    return refusal.value.says


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_members_are_unpacked_one_after_another(parts):
    assert ungzip(b"".join(map(gzip.compress, parts))) == b"".join(parts)


@given(st.binary(max_size=60), st.integers(0, 80), st.binary(max_size=5))
def test_whatever_the_damage_it_is_refused_or_unpacked(data, place, change):
    packed = bytearray(gzip.compress(data))
    packed[place : place + len(change)] = change
    with suppress(RuleBroken):
        ungzip(bytes(packed))


def test_a_bomb_is_refused_before_it_is_held():
    bomb = gzip.compress(bytes(40_000_000), compresslevel=9)
    tracemalloc.start()
    assert "200 times" in why(bomb)
    assert tracemalloc.get_traced_memory()[1] < 8_000_000 + len(bomb)
    tracemalloc.stop()
    assert "more than 1,000 bytes" in why(gzip.compress(bytes(5_000)), 1_000)
    assert "1,000 parts" in why(gzip.compress(b"") * 5_000)


def test_what_is_cut_short_or_goes_on_after_its_end_is_refused():
    packed = gzip.compress(b"readings")
    assert "cut short" in why(packed[:-1])
    assert "after its end" in why(packed + b"\0")
    assert "does not begin" in why(b"readings")
    assert "empty" in why(b"")
    assert ungzip(gzip.compress(bytes(range(256)) * 400), 256 * 400) == bytes(range(256)) * 400

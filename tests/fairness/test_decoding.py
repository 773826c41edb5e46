"""Counts and forecasts from bytes: what is taken, and the sentence for what is not."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.fairness.rules.decoding import counts_of, counts_of_lines, windows_of, windows_of_lines
from registry.kernel.errors import RuleBroken

END = {"window_end": "2026-10-02T00:00:00Z"}
COUNT = {"attribute": "sex", "group": "female", "n": 100, "selected": 45} | END
BIN = {"low": 0.1, "high": 0.2, "n": 10, "mean": 0.15, "positives": 2}
WINDOW = {"scheme": "equal_width", "count": 10, "bins": [BIN]} | END


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


def problems(read, kind, *items):
    with pytest.raises(RuleBroken) as refused:
        read(json.dumps({kind: items}).encode())
    return [(each.field, each.message) for each in refused.value.problems]


def test_the_four_cells_make_the_selections_and_null_is_a_group_nobody_knows():
    cells = {"tp": 5, "fp": 4, "fn": 3, "tn": 2}
    sent = [COUNT, without(COUNT, "n", "selected", "group") | cells | {"group": None}]
    found = counts_of(json.dumps({"counts": sent, "source": "run"}).encode())
    first, second = found.items
    assert (found.source, first.n, first.selected, first.table) == ("run", 100, 45, None)
    assert (second.group, second.n, second.selected, second.table) == ("", 14, 9, (5, 4, 3, 2))
    lines = "\n".join(map(json.dumps, sent)).encode()
    assert counts_of_lines(lines, source="run") == found


@pytest.mark.parametrize(
    ("count", "field"),
    [
        (without(COUNT, "attribute"), "counts.0.attribute"),
        (without(COUNT, "group"), "counts.0.group"),
        (COUNT | {"group": ""}, "counts.0.group"),
        (COUNT | {"group": 7}, "counts.0.group"),
        (without(COUNT, "n"), "counts.0.n"),
        (COUNT | {"tp": 1}, "counts.0.n"),
        (COUNT | {"n": 2.5}, "counts.0.n"),
        (COUNT | {"n": -1, "selected": 0}, "counts.0.n"),
        (COUNT | {"selected": 101}, "counts.0.selected"),
        (COUNT | {"window_start": "2026-10-03T00:00:00Z"}, "counts.0.window_start"),
        (COUNT | {"window_end": "yesterday"}, "counts.0.window_end"),
        (COUNT | {"rate": 0.45}, "counts.0.rate"),
        ("female", "counts.0"),
    ],
)
def test_a_bad_count_is_named_by_its_field(count, field):
    assert [name for name, _ in problems(counts_of, "counts", count)] == [field]


@pytest.mark.parametrize(
    ("window", "field"),
    [
        (WINDOW | {"scheme": "by_eye"}, "windows.0.scheme"),
        (WINDOW | {"count": 0}, "windows.0.count"),
        (WINDOW | {"bins": []}, "windows.0.bins"),
        (WINDOW | {"count": 1, "bins": [BIN, BIN]}, "windows.0.bins"),
        (WINDOW | {"bins": [BIN, BIN | {"low": 0.15}]}, "windows.0.bins"),
        (WINDOW | {"bins": [BIN | {"mean": 0.3}]}, "windows.0.bins.0"),
        (WINDOW | {"bins": [BIN | {"n": 0}]}, "windows.0.bins.0.n"),
        (WINDOW | {"bins": [BIN | {"positives": 11}]}, "windows.0.bins.0.positives"),
        (WINDOW | {"bins": [BIN | {"error": 1}]}, "windows.0.bins.0.error"),
        (WINDOW | {"bins": [5]}, "windows.0.bins.0"),
    ],
)
def test_a_bad_window_is_named_by_its_field(window, field):
    assert [name for name, _ in problems(windows_of, "windows", window)] == [field]


def test_forecasts_come_as_a_document_or_as_lines():
    sent = [WINDOW, WINDOW | {"key": "second"}]
    lines = "\n".join(map(json.dumps, sent)).encode()
    assert windows_of_lines(lines) == windows_of(json.dumps({"windows": sent}).encode())


def test_a_field_of_a_bin_that_is_stated_twice_is_refused():
    text = json.dumps({"windows": [WINDOW]}).replace('"n": 10', '"n": 10, "n": 11')
    with pytest.raises(RuleBroken) as refused:
        windows_of(text.encode())
    assert [each.field for each in refused.value.problems] == ["windows.0.bins.0.n"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*COUNT, *WINDOW, *BIN, "tp"]), inner)
    ),
    max_leaves=8,
)


@given(ANYTHING)
def test_whatever_is_sent_is_taken_or_refused_and_nothing_else(anything):
    for read, kind in ((counts_of, "counts"), (windows_of, "windows")):
        for item in (anything, COUNT | anything if isinstance(anything, dict) else COUNT):
            with suppress(RuleBroken):
                read(json.dumps({kind: [item]}).encode())

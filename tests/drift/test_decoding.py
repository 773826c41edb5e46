"""Batches of distributions: counts between edges or by category, or every bad field by name."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.drift.rules.decoding import DistributionBatch, DistributionIn, distributions_of
from registry.kernel.errors import RuleBroken

AGE = {"feature": "age", "window_end": "2026-11-02T00:00:00Z", "edges": [0, 18.5, 65], "counts": [120, 800]}
SITE = {"feature": "site", "window_end": "2026-11-02T00:00:00Z", "categories": {"south": 633, "north": 812}}
END = datetime(2026, 11, 2, tzinfo=UTC)


def read(*distributions: object, **told: object) -> DistributionBatch:
    return distributions_of(json.dumps({**told, "distributions": distributions}).encode())


def problems(*distributions: object) -> dict[str, str]:
    with pytest.raises(RuleBroken) as refusal:
        read(*distributions)
    return {each.field: each.message for each in refusal.value.problems}


def test_counts_between_edges_and_by_category_are_read():
    batch = read({**AGE, "missing": 12, "group": {"site": "north"}, "key": "run-1"}, SITE, source="nightly")
    age, site = batch.distributions
    assert batch.source == "nightly"
    assert age == DistributionIn(
        "age",
        END,
        END,
        (120, 800),
        (Decimal(0), Decimal("18.5"), Decimal(65)),
        (),
        12,
        '{"site":"north"}',
        "run-1",
    )
    assert site == DistributionIn("site", END, END, (812, 633), categories=("north", "south"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"feature": " "}, "feature"),
        ({"window_start": "2026-11-03T00:00:00Z"}, "window_start"),
        ({"edges": [0, 1]}, "edges"),
        ({"edges": [0, 1, 1]}, "edges"),
        ({"edges": [0, float("nan"), 1]}, "edges.1"),
        ({"edges": None}, "edges"),
        ({"counts": [1, None]}, "counts.1"),
        ({"counts": [1, -1]}, "counts.1"),
        ({"counts": [1] * 201}, "counts"),
        ({"counts": {}}, "counts"),
        ({"categories": {"a": 1}}, "categories"),
        ({"missing": 1.5}, "missing"),
        ({"bins": 2}, "bins"),
        ({"counts": None, "edges": None, "categories": {}}, "categories"),
        ({"counts": None, "edges": None, "categories": {"a": "b"}}, "categories.a"),
        ({"counts": None, "edges": None, "categories": {"a": 1, " a": 1}}, "categories"),
        ({"counts": None, "edges": None, "categories": {str(each): 1 for each in range(201)}}, "categories"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_name(change, field):
    assert set(problems(SITE, {**AGE, **change})) == {f"distributions.1.{field}"}


def test_a_batch_of_none_or_too_many_is_refused():
    assert "no distributions" in problems()["distributions"]
    assert "1,000" in problems(*[AGE] * 1_001)["distributions"]
    assert "object" in problems(7)["distributions.0"]


anything = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from((AGE, SITE)),
    st.dictionaries(st.sampled_from([*AGE, "categories", "missing", "key"]), anything),
)
def test_whatever_stands_in_a_field_it_is_read_or_refused(good, change):
    with suppress(RuleBroken):
        for one in read({**good, **change}).distributions:
            assert len(one.counts) == (len(one.edges) - 1 if one.edges else len(one.categories))

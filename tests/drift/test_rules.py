"""A window against its baseline: which measures can be taken, which decides, and what is said of it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.drift.rules import baselines, spreads
from registry.drift.rules.comparing import ADDED, Standing, compare, decided, drift_said, verdict_said
from registry.drift.rules.decoding import DistributionIn, WindowIn, baseline_of, distributions_of_lines
from registry.drift.rules.measures import Band, Measure
from registry.drift.rules.spreads import Kind, Spread, spread_of
from registry.kernel.errors import RuleBroken

EDGES = ("0", "18", "40", "65", "120")
END = datetime(2026, 11, 2, tzinfo=UTC)


def ages(*counts, edges=EDGES, **more):
    return Spread(Kind.NUMERIC, edges, counts, **more)


def sites(**counts):
    return Spread(Kind.CATEGORICAL, tuple(counts), tuple(counts.values()))


BASELINE = ages(2500, 2500, 2500, 2500, mean=Decimal(40), variance=Decimal(400))
MOVED = ages(2000, 3000, 3000, 2000, mean=Decimal(52), variance=Decimal(400))


def test_every_measure_is_taken_from_the_counts_with_its_variant_named():
    found = compare(BASELINE, MOVED)
    values = {each.measure: round(each.value, 6) for each in found.measured}
    assert values == {
        Measure.PSI: 0.040547,
        Measure.JS_DISTANCE_NAT: 0.071129,
        Measure.JS_DIVERGENCE_BIT: 0.007299,
        Measure.KS_BINNED: 0.05,
        Measure.WASSERSTEIN: values[Measure.WASSERSTEIN],
        Measure.WASSERSTEIN_NORMALISED: values[Measure.WASSERSTEIN_NORMALISED],
        Measure.MEAN_SHIFT: 0.6,
    }
    assert found.refused == ()
    assert (found.standing, found.decides.measure) == (Standing.SLIGHT, Measure.PSI)
    assert found.labels[0] == "0 to 18"


@pytest.mark.parametrize(
    ("now", "standing", "says"),
    [
        (
            ages(2500, 2500, 2500, 2500),
            Standing.STEADY,
            "No more than chance alone gives with so many cases.",
        ),
        (ages(2000, 3000, 3000, 2000), Standing.SLIGHT, "More than chance explains, yet little by custom."),
        (
            ages(1500, 3500, 3500, 1500),
            Standing.MODERATE,
            "More than chance explains, and moderate by custom.",
        ),
        (
            ages(900, 4100, 4100, 900),
            Standing.SIGNIFICANT,
            "More than chance explains, and significant by custom.",
        ),
        (
            ages(9, 19, 19, 9),
            Standing.STEADY,
            "With so few cases chance alone gives as much, though custom would call it moderate.",
        ),
        (
            ages(1, 5, 5, 1),
            Standing.TOO_FEW,
            "Without drift bin 1 would hold 3.0 of the 5 cases that a verdict needs in the smaller sample.",
        ),
    ],
)
def test_custom_and_chance_are_weighed_together(now, standing, says):
    found = compare(BASELINE, now)
    assert (found.standing, verdict_said(found.decides)) == (standing, says)
    assert decided(BASELINE, now) == (found.standing, found.decides)


def test_other_edges_leave_the_means_to_compare_and_say_why_the_rest_is_not():
    now = ages(10, 10, edges=("0", "50", "120"), mean=Decimal(60), variance=Decimal(400))
    found = compare(BASELINE, now)
    assert [each.measure for each in found.measured] == [Measure.MEAN_SHIFT]
    assert {each.because for each in found.refused} == {
        "This window is counted between other edges than its baseline; count it between the baseline's."
    }
    assert decided(BASELINE, now)[1].measure is Measure.MEAN_SHIFT
    bare = compare(BASELINE, sites(north=3))
    assert (bare.standing, bare.decides) == (Standing.NOT_COMPARED, None)
    assert {each.because for each in bare.refused} == {
        "The baseline is counted between edges and this window by category.",
        "The window does not state its mean and variance.",
    }


def test_a_category_only_one_side_knows_counts_as_none_on_the_other_and_says_what_was_added():
    found = compare(sites(north=500, south=500), sites(east=100, north=450, south=450))
    assert (found.labels, found.before, found.now) == (
        ("north", "south", "east"),
        (500, 500, 0),
        (450, 450, 100),
    )
    assert found.decides.added == ADDED
    assert found.standing is Standing.SIGNIFICANT


@given(
    st.lists(st.integers(0, 5_000), min_size=4, max_size=4),
    st.lists(st.integers(0, 5_000), min_size=4, max_size=4),
)
def test_any_two_spreads_are_compared_or_refused_in_words_and_never_fail(before, now):
    found = compare(ages(*before), ages(*now))
    assert len(found.measured) + len(found.refused) == 7
    assert all(each.because.endswith(".") for each in found.refused)
    assert decided(ages(*before), ages(*now)) == (found.standing, found.decides)


def test_an_alert_says_which_bounds_were_passed():
    found = compare(BASELINE, ages(900, 4100, 4100, 900)).decides
    assert found.band is Band.SIGNIFICANT
    assert drift_said("age", "training data", date(2026, 11, 2), found) == (
        "age has moved away from “training data”: in the window up to 2 Nov 2026 the population stability index "
        "(natural logarithm) was 0.485. Custom calls more than 0.25 significant, and chance alone explains at most "
        "0.002."
    )


def test_equal_edges_are_equal_however_they_were_written():
    one = DistributionIn("age", END, END, (1,), (Decimal("0.0"), Decimal("1E+2")))
    other = DistributionIn("age", END, END, (1,), (Decimal(0), Decimal("100.00")))
    assert spread_of(one) == spread_of(other) == Spread(Kind.NUMERIC, ("0", "100"), (1,))


def test_a_batch_names_what_is_wrong_with_its_windows():
    early = datetime(1999, 1, 1, tzinfo=UTC)
    sent = [
        DistributionIn("age", END, END, (1,), (Decimal(0), Decimal(1))),
        DistributionIn("age", END, END, (2,), (Decimal(0), Decimal(1))),
        DistributionIn("age", early, END.replace(year=2027), (1,), (Decimal(0), Decimal(1)), group="x" * 401),
    ]
    fields = {each.field for each in spreads.problems_with(sent, END)}
    assert fields == {
        "distributions.1.counts",
        "distributions.2.window_end",
        "distributions.2.window_start",
        "distributions.2.group",
    }
    assert spreads.problems_with(sent[:1], END) == []
    [said] = spreads.problems_with_new(1_999, 2)
    assert "2,001 features" in said.message


def test_lines_are_read_as_a_document_is_and_a_broken_one_is_named():
    line = {"feature": "age", "window_end": "2026-11-02T00:00:00Z", "edges": [0, 1], "counts": [3]}
    told = {"mean": 0.5, "variance": 0.25}
    batch = distributions_of_lines(
        f"{json.dumps(line)}\n\n{json.dumps(line | told)}\n".encode(), source="nightly"
    )
    assert batch.source == "nightly"
    assert [each.variance for each in batch.distributions] == [None, Decimal("0.25")]
    with pytest.raises(RuleBroken) as refused:
        distributions_of_lines(f"{json.dumps(line)}\n{{\n{json.dumps(line | {'mean': 1})}".encode())
    assert [each.field for each in refused.value.problems] == ["distributions.1", "distributions.2.mean"]


def test_a_baseline_is_read_from_counts_or_from_the_name_of_a_window():
    window = {"feature": "age", "window_end": "2026-11-02T00:00:00Z", "key": "run-1"}
    read = baseline_of(
        json.dumps({"name": "training data", "reason": "As trained.", "window": window}).encode()
    )
    assert read.source == WindowIn("age", END, END, key="run-1")
    counts = {"feature": "age", "window_end": "2026-11-02T00:00:00Z", "categories": {"a": 1}}
    read = baseline_of(json.dumps({"name": "n", "reason": "r", "distribution": counts}).encode())
    assert read.source.counts == (1,)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ({"name": "n"}, "window"),
        ({"window": {"feature": "age"}}, "window.window_end"),
        ({"window": {}, "distribution": {"feature": "age"}}, "window"),
        ({"distribution": {"feature": "age", "edges": [0, 1], "counts": [1]}}, "distribution.window_end"),
        ({"distribution": 3}, "distribution"),
        (
            {"distribution": {"feature": "a", "categories": {"a": 1}, "mean": 1, "variance": 1}},
            "distribution.mean",
        ),
        ({"name": 3, "window": {}}, "name"),
        ({"why": "", "window": {}}, "why"),
    ],
)
def test_what_is_wrong_with_a_baseline_is_named(body, field):
    with pytest.raises(RuleBroken) as refused:
        baseline_of(json.dumps(body).encode())
    assert field in {each.field for each in refused.value.problems}


def test_a_baseline_states_its_name_its_reason_and_counts_that_can_be_compared():
    assert baselines.problems_with("training data", "As trained.", BASELINE) == []
    found = baselines.problems_with("a\nb", "", ages(0, 9, 0, 0))
    assert [each.field for each in found] == ["name", "reason", "window"]
    assert baselines.problems_with("x", "y", ages(0, 0, 0, 0))[0].message.startswith("It holds no cases")

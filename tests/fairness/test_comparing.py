"""Fairness: the published figures of COMPAS exactly, each comparison in its named variant, and what is never said."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.fairness.rules.comparing import (
    Outcomes,
    Rate,
    average_odds_difference,
    by_group,
    demographic_parity_difference,
    demographic_parity_ratio,
    disparate_impact,
    equal_opportunity_difference,
    equalized_odds_difference,
    impact_ratios,
    is_flagged,
    is_within_tau,
    signed_difference,
)
from registry.monitoring.rules.refusals import NotMeasurable, Reason
from registry.monitoring.rules.shares import (
    two_proportions,
    wilson,
)
from tests.fairness.counting import compas

F = Fraction

SELECTION = {"women": F(30, 100), "men": F(50, 100), "others": F(45, 100)}
TPR = {"women": F(6, 10), "men": F(8, 10)}
FPR = {"women": F(1, 10), "men": F(4, 10)}

some_rates = st.dictionaries(st.text(min_size=1, max_size=3), st.fractions(0, 1), min_size=2, max_size=6)


def close(value):
    return pytest.approx(value, abs=1e-9, rel=0)


def tallied(cases):
    pairs = [(float(each["score"]) == 1, each["label_value"] == "1") for each in cases]
    return Outcomes(
        tp=pairs.count((True, True)),
        fp=pairs.count((True, False)),
        fn=pairs.count((False, True)),
        tn=pairs.count((False, False)),
    )


def test_the_golden_selection_rates_have_their_ratio_and_z():
    assert impact_ratios({"a": F(30, 100), "b": F(50, 100)})["a"] == F(6, 10)
    z, p = two_proportions(30, 100, 50, 100)
    assert round(z, 4) == -2.8868
    assert z == close(-5 / math.sqrt(3))
    assert p == close(math.erfc(5 / math.sqrt(6)))


@pytest.mark.realdata
def test_every_rate_of_compas_is_the_one_published(real_data):
    names = {
        "tpr": Rate.TPR,
        "tnr": Rate.TNR,
        "fpr": Rate.FPR,
        "fnr": Rate.FNR,
        "precision": Rate.PPV,
        "npv": Rate.NPV,
        "fdr": Rate.FDR,
        "for": Rate.FOR,
        "pprev": Rate.SELECTION,
        "prev": Rate.PREVALENCE,
    }
    cases = compas(real_data, "compas_for_aequitas.csv")
    counts = {
        (each["attribute_name"], each["attribute_value"]): each
        for each in compas(real_data, "aequitas_compas_group_counts.csv")
    }
    published = compas(real_data, "aequitas_compas_group_rates.csv")
    assert len(published) == len(counts) == 11
    for line in published:
        attribute, value = line["attribute_name"], line["attribute_value"]
        outcomes = tallied([each for each in cases if each[attribute] == value])
        told = counts[attribute, value]
        assert outcomes == Outcomes(**{part: int(told[part]) for part in ("tp", "fp", "fn", "tn")})
        for name, rate in names.items():
            counted, among = outcomes.of(rate)
            assert round(counted / among, 2) == float(line[name]), (value, name)


@pytest.mark.realdata
def test_error_rates_of_compas_are_those_of_propublica_in_every_digit(real_data):
    cases = compas(real_data, "compas_for_aequitas.csv")
    published = compas(real_data, "propublica_compas_published.csv")
    assert [line["group"] for line in published] == ["All", "African-American", "Caucasian"]
    for line in published:
        outcomes = tallied([each for each in cases if line["group"] in {"All", each["race"]}])
        assert outcomes.tn == int(line["tn_survived_low"])
        assert outcomes.tp == int(line["tp_recid_high"])
        for rate, name in ((Rate.FPR, "fpr_pct_published"), (Rate.FNR, "fnr_pct_published")):
            counted, among = outcomes.of(rate)
            assert round(100 * counted / among, 2) == float(line[name])


@pytest.mark.realdata
def test_groups_of_compas_too_small_to_judge_are_left_out_and_named(real_data):
    cases = compas(real_data, "compas_for_aequitas.csv")
    races = {
        race: tallied([each for each in cases if each["race"] == race]) for race in {x["race"] for x in cases}
    }
    found = by_group(races, Rate.FPR)
    assert found.withheld.keys() == {"Asian", "Native American"}
    assert found.withheld["Native American"] == "It has 8 of the 30 cases that this rate needs."
    between = signed_difference(found.values, group="African-American", reference="Caucasian")
    assert float(between) == close(805 / 1795 - 349 / 1488)
    assert two_proportions(805, 1795, 349, 1488)[1] < 1e-30


def test_each_comparison_of_selection_rates_in_its_variant():
    assert impact_ratios(SELECTION) == {"women": F(3, 5), "men": 1, "others": F(9, 10)}
    assert [is_flagged(each) for each in impact_ratios(SELECTION).values()] == [True, False, False]
    assert demographic_parity_ratio(SELECTION) == F(3, 5)
    assert demographic_parity_difference(SELECTION) == F(1, 5)
    assert disparate_impact(SELECTION, group="men", reference="women") == F(5, 3)
    assert signed_difference(SELECTION, group="women", reference="men") == F(-1, 5)


def test_exactly_four_fifths_is_not_flagged():
    assert not is_flagged(F(4, 5))
    assert is_flagged(F(4, 5) - F(1, 10**12))


def test_tau_bounds_a_disparity_on_both_sides_its_ends_included():
    assert [is_within_tau(F(each)) for each in ("0.79", "0.8", "1", "1.25", "1.26")] == [
        False,
        True,
        True,
        True,
        False,
    ]
    with pytest.raises(NotMeasurable):
        is_within_tau(F(1), F(0))


def test_each_comparison_of_error_rates_in_its_variant():
    assert equal_opportunity_difference(TPR) == F(1, 5)
    assert signed_difference(TPR, group="women", reference="men") == F(-1, 5)
    assert equalized_odds_difference(TPR, FPR) == F(3, 10)
    assert average_odds_difference(TPR, FPR, group="women", reference="men") == F(-1, 4)


@settings(deadline=None)
@given(some_rates)
def test_unsigned_comparisons_do_not_depend_on_order_and_keep_their_bounds(rates):
    turned = dict(reversed(rates.items()))
    assert 0 <= demographic_parity_difference(rates) == demographic_parity_difference(turned) <= 1
    if any(rates.values()):
        assert 0 <= demographic_parity_ratio(rates) == min(impact_ratios(turned).values()) <= 1
        assert max(impact_ratios(rates).values()) == 1


@settings(deadline=None)
@given(some_rates)
def test_signed_comparisons_turn_their_sign_with_the_groups(rates):
    one, other = list(rates)[:2]
    assert signed_difference(rates, group=one, reference=other) == -signed_difference(
        rates, group=other, reference=one
    )
    if rates[one] and rates[other]:
        assert disparate_impact(rates, group=one, reference=other) == 1 / disparate_impact(
            rates, group=other, reference=one
        )


def test_rates_that_complete_each_other_add_up_to_one():
    outcomes = Outcomes(tp=7, fp=3, fn=2, tn=11)
    for one, other in (
        (Rate.TPR, Rate.FNR),
        (Rate.FPR, Rate.TNR),
        (Rate.PPV, Rate.FDR),
        (Rate.NPV, Rate.FOR),
    ):
        assert F(*outcomes.of(one)) + F(*outcomes.of(other)) == 1
    assert F(*outcomes.of(Rate.ACCURACY)) == F(18, 23)


def test_unknown_groups_are_told_of_and_never_guessed():
    found = by_group({"a": Outcomes(20, 10, 5, 15), "b": Outcomes(10, 10, 9, 0)}, Rate.SELECTION, unknown=12)
    assert found.unknown == 12
    assert found.values == {"a": F(3, 5)}
    share = found.shares["a"]
    assert (share.cases, (share.low, share.high)) == (50, wilson(30, 50))
    assert found.withheld == {"b": "It has 29 of the 30 cases that this rate needs."}


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: impact_ratios({"a": F(0), "b": F(0)}), Reason.UNDEFINED),
        (lambda: demographic_parity_ratio({"a": F(0), "b": F(0)}), Reason.UNDEFINED),
        (lambda: impact_ratios({"a": F(1)}), Reason.TOO_FEW),
        (lambda: equal_opportunity_difference({}), Reason.TOO_FEW),
        (lambda: equalized_odds_difference(TPR, SELECTION), Reason.NO_SUCH_GROUP),
        (lambda: disparate_impact({"a": F(1), "b": F(0)}, group="a", reference="b"), Reason.UNDEFINED),
        (lambda: disparate_impact(SELECTION, group="children", reference="men"), Reason.NO_SUCH_GROUP),
        (lambda: by_group({}, Rate.TPR, fewest=0), Reason.OUT_OF_RANGE),
        (lambda: by_group({}, Rate.TPR, unknown=-1), Reason.NEGATIVE),
        (lambda: Outcomes(tp=1, fp=-1, fn=0, tn=0), Reason.NEGATIVE),
        (lambda: Outcomes(tp=math.nan, fp=1, fn=0, tn=0), Reason.NOT_A_NUMBER),
        (lambda: Outcomes(tp=1, fp=math.inf, fn=0, tn=0), Reason.INFINITE),
        (lambda: Outcomes(tp=1, fp=1.5, fn=0, tn=0), Reason.NOT_WHOLE),
    ],
)
def test_what_has_no_honest_number_is_refused_by_name(attempt, reason):
    with pytest.raises(NotMeasurable) as refused:
        attempt()
    assert refused.value.reason is reason

"""The packs that come with the registry: complete, with their sources, under official ids, and mapped to one another."""

import re
from collections import Counter

import pytest

from registry.packs.queries import shipped, shipped_editions
from registry.packs.rules import PATTERNS, Pack, practices_known

FRAMEWORKS = [pack for pack in shipped() if pack.is_framework]


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.said)
def test_every_pack_says_where_it_comes_from_and_since_when_it_applies(pack: Pack):
    assert len(pack.source) > 20
    assert shipped_editions(pack.id)[-1].id == pack.id


def test_no_practice_is_named_that_does_not_exist_and_none_is_idle():
    named = {practice for pack in FRAMEWORKS for control in pack.controls for practice in control.practices}
    assert named == practices_known(shipped())


def test_the_baseline_has_controls_against_each_of_the_six_failures():
    [pack] = shipped_editions("baseline-controls")
    assert Counter(control.patterns for control in pack.controls).keys() == {(each,) for each in PATTERNS}
    assert all(control.evidence for control in pack.controls)


OFFICIAL = {
    "nist-ai-rmf": r"(GOVERN|MAP|MEASURE|MANAGE) [1-6]\.\d{1,2}",
    "iso-42001": r"A\.(6\.[12]|[2-57-9]|10)\.\d",
    "eu-ai-act": r"Art\. \d{1,2}(\(\d{1,2}\))?",
    "omb-m-25-21": r"M-25-21 (4\([ab]\)(\([iv]+\))?|waivers|termination)",
    "sr-26-2": r"SR 26-2 [DVGT]\d",
    "baseline-controls": r"F[1-6]\.\d",
}


def test_every_control_stands_under_its_official_id():
    assert {pack.id for pack in FRAMEWORKS} == OFFICIAL.keys()
    for pack in FRAMEWORKS:
        assert [each.id for each in pack.controls if not re.fullmatch(OFFICIAL[pack.id], each.id)] == []


def test_the_framework_of_nist_has_its_72_subcategories():
    [pack] = shipped_editions("nist-ai-rmf")
    assert {group: len(controls) for group, controls in pack.groups.items()} == {
        "Govern": 19,
        "Map": 18,
        "Measure": 22,
        "Manage": 13,
    }
    counted = Counter(control.id.rpartition(".")[0] for control in pack.controls)
    assert len(counted) == 19
    assert all(
        [control.id for control in pack.controls if control.id.startswith(f"{category}.")]
        == [f"{category}.{at}" for at in range(1, count + 1)]
        for category, count in counted.items()
    )


def test_annex_a_of_iso_42001_has_its_38_controls():
    [pack] = shipped_editions("iso-42001")
    counted = Counter(control.id.rpartition(".")[0] for control in pack.controls)
    assert list(counted.values()) == [3, 2, 5, 4, 2, 7, 5, 4, 3, 3]
    assert sum(counted.values()) == 38


def test_the_ai_act_carries_the_dates_of_2026_and_both_readings_where_it_can_be_read_twice():
    [pack] = shipped_editions("eu-ai-act")
    dates = {
        each.id: {(since.outcome, since.on.isoformat()) for since in each.since} for each in pack.controls
    }
    deferred = {("high_annex_iii", "2027-12-02"), ("high_annex_i", "2028-08-02")}
    assert dates["Art. 9"] == dates["Art. 26(5)"] == deferred
    assert dates["Art. 73"] == dates["Art. 47"] == deferred | {("", "2026-08-02")}
    assert dates["Art. 50(1)"] == {("", "2026-08-02")}
    assert dates["Art. 50(2)"] == {("", "2026-08-02"), ("", "2026-12-02")}
    for control in pack.controls:
        assert control.since
        by_outcome = Counter(since.outcome for since in control.since)
        # Two days for one outcome, or one for all beside one of its own, are two readings, and each says which it is.
        if len(control.since) > 1 and (
            max(by_outcome.values()) > 1 or ("" in by_outcome and len(by_outcome) > 1)
        ):
            assert all(since.reading for since in control.since), control.id


def test_one_answer_serves_the_controls_frameworks_share():
    served = {
        practice: {pack.id for pack in FRAMEWORKS for each in pack.controls if practice in each.practices}
        for practice in practices_known(shipped())
    }
    for shared in (
        "accountable-owner",
        "intended-use",
        "production-monitoring",
        "incident-reporting",
        "impact-assessment",
    ):
        assert {"nist-ai-rmf", "iso-42001", "eu-ai-act"} <= served[shared], shared
    assert sum(len(packs) > 1 for packs in served.values()) > 50


def test_no_two_controls_of_a_pack_say_the_same():
    for pack in FRAMEWORKS:
        for part in ("title", "explains"):
            said = Counter(getattr(control, part) for control in pack.controls)
            assert [each for each, count in said.items() if count > 1] == []

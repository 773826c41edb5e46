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
    assert named <= practices_known(shipped())


def test_the_baseline_has_controls_against_each_of_the_six_failures():
    [pack] = shipped_editions("baseline-controls")
    assert Counter(control.patterns for control in pack.controls).keys() == {(each,) for each in PATTERNS}
    assert all(re.fullmatch(r"F[1-6]\.\d", control.id) for control in pack.controls)
    assert all(control.evidence for control in pack.controls)


def test_no_two_controls_of_a_pack_say_the_same():
    for pack in FRAMEWORKS:
        for part in ("title", "explains"):
            said = Counter(getattr(control, part) for control in pack.controls)
            assert [each for each, count in said.items() if count > 1] == []

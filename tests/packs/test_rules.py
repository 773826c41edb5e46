"""Which edition of a rule pack applies on a day."""

from datetime import date

import pytest

from registry.packs.queries import read
from registry.packs.rules import Pack, current

OLD = Pack("law", "1", "Law", "us", date(2025, 1, 1), date(2025, 1, 1), ())
NEW = Pack("law", "2", "Law", "us", date(2026, 1, 1), date(2026, 8, 2), ())


def test_the_latest_edition_that_already_applies_is_current():
    assert current([OLD, NEW], "law", date(2026, 8, 1)) is OLD
    assert current([NEW, OLD], "law", date(2026, 8, 2)) is NEW


def test_before_the_first_edition_there_is_none_and_that_is_said():
    with pytest.raises(LookupError, match="2024-12-31"):
        current([OLD, NEW], "law", date(2024, 12, 31))


@pytest.mark.parametrize("text", ["", "[]", "id: x", "record: 3", "a: b: c", "record: [{unknown: 1}]"])
def test_a_file_that_is_no_pack_is_refused_by_name(text):
    with pytest.raises(ValueError, match="not a rule pack"):
        read(text)

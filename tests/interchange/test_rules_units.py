"""Where a row's unit stands: by its whole path, by the end of one, or as a new unit."""

import pytest

from registry.interchange.rules.units import placed, remark_on_added
from registry.people.rules.unit_paths import index_of

UNITS = index_of(
    {1: None, 2: 1, 3: 1, 4: 2, 5: 3},
    {1: "Halden Mutual", 2: "Claims", 3: "Underwriting", 4: "Support", 5: "Support"},
)


@pytest.mark.parametrize(
    ("stated", "path", "added"),
    [
        (("Claims",), ("Halden Mutual", "Claims"), ()),
        (("claims ",), ("Halden Mutual", "Claims"), ()),
        (("Halden Mutual / Underwriting",), ("Halden Mutual", "Underwriting"), ()),
        (("Halden Mutual > Underwriting",), ("Halden Mutual", "Underwriting"), ()),
        (("Claims / Support",), ("Halden Mutual", "Claims", "Support"), ()),
        (("Claims / Motor",), ("Halden Mutual", "Claims", "Motor"), ("Halden Mutual / Claims / Motor",)),
        (("Halden Mutual", "Fleet"), ("Halden Mutual", "Fleet"), ("Halden Mutual / Fleet",)),
        (("Post",), ("Post",), ("Post",)),
        (("Treasury", "Mint"), ("Treasury", "Mint"), ("Treasury", "Treasury / Mint")),
        (("Human Resources/Payroll",), ("Human Resources/Payroll",), ("Human Resources/Payroll",)),
        (("Treasury", "Mint / Coins"), ("Treasury", "Mint / Coins"), ("Treasury", "Treasury / Mint / Coins")),
        (("<b>Post</b>",), ("<b>Post</b>",), ("<b>Post</b>",)),
        ((), ("Unit not stated",), ("Unit not stated",)),
    ],
)
def test_a_unit_stands_where_its_words_say(stated, path, added):
    found = placed(stated, UNITS)
    assert (found.path, found.added, found.says) == (path, added, "")


def test_words_that_fit_several_units_make_another_and_say_so():
    found = placed(("Support",), UNITS)
    assert found.added == ("Support",)
    assert "2 units are called “Support”" in found.says


def test_the_units_to_be_added_are_counted_and_listed():
    assert remark_on_added(["B", "A", "B"]) == "Units that would be added: 2 (A; B)."
    assert remark_on_added(map(str, range(12))).endswith("; and 2 more).")
    assert remark_on_added([]) == ""

"""Whom a row means by its owner."""

import pytest

from registry.interchange.rules.owners import Owners

HERE = Owners([(1, "Ada Owner", "ada@example.org"), (2, "Sam Same", "s1@x.org"), (3, "Sam Same", "s2@x.org")])


@pytest.mark.parametrize(
    ("email", "name", "number"),
    [
        ("ada@example.org", "", 1),
        ("ADA@example.org", "Sam Same", 1),
        ("", "ada  owner", 1),
        # An address that is nobody's says more than a name that is somebody's.
        ("gone@example.org", "Ada Owner", None),
        ("", "Ada@example.org", 1),
        ("", "Sam Same", None),
        ("", "Nobody", None),
        ("", "", None),
    ],
)
def test_an_address_counts_first_then_a_name_that_is_one_persons_alone(email, name, number):
    assert HERE.meant(email, name) == number

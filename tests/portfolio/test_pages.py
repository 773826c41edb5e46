"""The desk: what waits for each person, and how the register stands, against plain counts."""

import re

import pytest

from registry.ownership import actions as ownership
from registry.portfolio.queries import coverage
from registry.portfolio.rules import Coverage


def test_a_hand_over_stands_on_the_desk_of_the_person_asked_with_its_reason(database, client_of, cast):
    with database.transaction() as session:
        ownership.offer_handover(
            session, cast.actor(session, "ada"), cast.sentinel.id, cast.number("otto"), "Moves with the unit"
        )
    page = client_of("otto").get("/").text
    assert "Answer the hand-over of Sentinel" in page
    assert "Moves with the unit" in page
    assert "Sentinel" not in client_of("mia").get("/").text


def test_an_owner_sees_what_each_of_their_records_lacks(client_of, cast):
    page = client_of("ada").get("/").text
    assert "Complete the record of Claims triage" in page
    assert "Complete the record of Sentinel" in page
    assert "Home pricing" not in page


def test_nothing_to_do_is_said_warmly(client_of, cast):
    assert "Nothing waits for you" in client_of("eva").get("/").text


def test_the_shares_equal_plain_counts_and_restricted_systems_count_only_for_those_who_see_them(
    database, cast
):
    with database.transaction(read_only=True) as session:
        seen = {each.label: each for each in coverage(session, cast.actor(session, "adam"))}
        assert seen["Confirmed owner"] == Coverage("Confirmed owner", 3, 3)
        assert seen["Objective"] == Coverage("Objective", 0, 3)
        assert {each.total for each in coverage(session, cast.actor(session, "mia"))} == {2}


@pytest.mark.parametrize(
    ("having", "total", "share"), [(0, 0, None), (0, 3, 0), (2, 3, 66), (999, 1000, 99), (3, 3, 100)]
)
def test_a_share_is_rounded_down_so_that_a_hundred_means_all(having, total, share):
    assert Coverage("x", having, total).share == share


def test_a_number_that_cannot_be_computed_is_not_shown_as_zero(client_of, cast, database):
    page = client_of("mia").get("/").text
    assert re.search(r"0 of 2", page)

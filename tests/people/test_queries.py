"""The directory: paging, searching, narrowing."""

from dataclasses import replace
from datetime import date

import pytest

from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound
from registry.people import actions, queries
from registry.people.queries import Narrowing

DOOR = the_registry("command")


@pytest.fixture
def house(database, cast):
    return database, cast


def test_the_directory_pages_through_everybody_once_in_order_of_name(house):
    database, _ = house
    with database.transaction(read_only=True) as session:
        seen, after = [], None
        while True:
            page = queries.people_page(session, Narrowing(), after=after, limit=3)
            seen += [one.name for one in page.items]
            after = page.next_after
            if after is None:
                break
        assert len(seen) == len(set(seen)) == queries.people_count(session, Narrowing()) == 11
        assert seen == sorted(seen)


def test_units_are_offered_by_path_whatever_their_capitals(house):
    database, _ = house
    with database.transaction() as session:
        for name in ("DfE", "DSIT", "dbt"):
            actions.add_unit(session, DOOR, name, None, None)
        assert [*queries.unit_paths(session).values()] == [
            "dbt",
            "DfE",
            "DSIT",
            "Halden Mutual",
            "Halden Mutual / Claims",
            "Halden Mutual / Underwriting",
        ]


@pytest.mark.parametrize(
    ("words", "found"), [("owner", 2), ("ADA@", 1), ("%", 0), ("_", 0), ("\\", 0), ("nobody", 0), ("", 11)]
)
def test_the_directory_is_searched_by_the_letters_typed(house, words, found):
    database, _ = house
    with database.transaction(read_only=True) as session:
        assert len(queries.people_page(session, Narrowing(words=words)).items) == found


def test_the_directory_is_narrowed_to_a_unit_and_to_those_who_are_here(house):
    database, cast = house
    with database.transaction() as session:
        actions.mark_as_left(session, DOOR, session.merge(cast.people["mia"]), date(2026, 3, 3))
        claims = Narrowing(unit_ids=frozenset({cast.units["claims"].id}))
        assert queries.people_count(session, claims) == 5
        assert queries.people_count(session, replace(claims, on=date(2026, 3, 4))) == 4
        assert queries.people_by_unit(session, date(2026, 3, 4))[cast.units["claims"].id] == 4


@pytest.mark.parametrize("number", [0, 999_999, 2**31, 2**63, 10**30])
def test_a_number_nobody_was_given_is_not_found_whatever_its_size(house, number):
    database, _ = house
    with database.transaction(read_only=True) as session:
        for find in (queries.person_by_id, queries.unit_by_id, queries.team_by_id):
            with pytest.raises(NotFound):
                find(session, number)

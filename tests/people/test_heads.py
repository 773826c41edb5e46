"""Units whose head has left or leaves soon: found, listed with the days since, told on the desk, mended on the unit's form."""

from datetime import date, timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.people import actions, queries
from registry.people.models import BusinessUnit, Person
from registry.people.rules import HeadGap, head_gap
from registry.web.viewkit import day

DOOR = the_registry("command")
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("days", "gap"),
    [(-1, HeadGap.LEFT), (0, HeadGap.LEAVES), (30, HeadGap.LEAVES), (31, None)],
)
def test_a_head_is_missed_from_thirty_days_before_their_last_day(days, gap):
    assert head_gap(TODAY + timedelta(days=days), TODAY) is gap
    assert head_gap(None, TODAY) is None


def leave(app, number, days):
    last_day = clock.today() + timedelta(days=days)
    with app.database.transaction() as session:
        actions.mark_as_left(session, DOOR, session.get_one(Person, number), last_day)
    return last_day


@pytest.fixture
def under_eva(app, cast):
    """Eva heads the company, Claims and Underwriting below it; Hedy heads Claims."""
    with app.database.transaction() as session:
        top = session.get_one(BusinessUnit, cast.units["claims"].parent_id)
        actions.edit_unit(session, DOOR, top, top.name, None, cast.number("eva"))
    return app


def found(app, unit_ids=None):
    with app.database.transaction(read_only=True) as session:
        return queries.heads_leaving(session, clock.today(), unit_ids)


def test_the_longest_gone_comes_first_and_days_count_from_the_last_day(under_eva, cast):
    leave(under_eva, cast.number("eva"), 5)
    leave(under_eva, cast.number("hedy"), -12)
    listed = found(under_eva)
    assert [(each.kind, each.head_name, each.days) for each in listed] == [
        (HeadGap.LEFT, "Hedy Head", 12),
        (HeadGap.LEAVES, "Eva Executive", -5),
    ]
    assert [each.head_name for each in found(under_eva, frozenset({cast.units["claims"].id}))] == [
        "Hedy Head"
    ]
    assert found(under_eva, frozenset()) == []


def test_a_head_who_stays_or_leaves_much_later_is_no_finding(app, client_of, cast):
    assert found(app) == []
    leave(app, cast.number("hedy"), 31)
    assert found(app) == []
    assert "Units that need another head" not in client_of("adam").get("/ownership").text


def test_the_page_names_the_kind_the_age_and_the_form_that_mends_it(app, client_of, cast):
    last_day = leave(app, cast.number("hedy"), -12)
    unit = cast.units["claims"].id
    page = client_of("adam").get("/ownership").text
    assert "Head of a unit has left" in page
    assert f"Hedy Head, who heads it, left on {day(last_day)}." in page
    assert "12 days" in page
    assert f'href="/units/{unit}/edit#head_id">Name another head' in page
    # Others see it as well, and where it stands; they cannot mend it.
    theirs = client_of("ada").get("/ownership").text
    assert "Head of a unit has left" in theirs
    assert "Name another head" not in theirs
    assert f'href="/units/{unit}">Open' in theirs


def test_a_head_who_leaves_soon_is_shown_with_the_days_that_are_left(app, client_of, cast):
    leave(app, cast.number("hedy"), 9)
    page = client_of("adam").get("/ownership").text
    assert "Head of a unit leaves soon" in page
    assert "in 9 days" in page


def test_kinds_narrow_findings_about_heads_and_about_systems_alike(app, client_of, cast):
    leave(app, cast.number("hedy"), -1)
    client, heads, seats = client_of("adam"), "Units that need another head", "What is to mend"

    def shows(query):
        page = client.get(f"/ownership{query}").text
        return heads in page, seats in page

    assert shows("") == (True, True)
    assert shows("?kind=head_left") == (True, False)
    assert shows("?kind=head_left&kind=no_deputy") == (True, True)
    assert shows("?kind=no_deputy") == (False, True)
    assert shows("?seat=deputy") == (False, True)
    assert "Every unit here that has a head" in client.get("/ownership?kind=head_leaves").text
    assert (
        f"/units/{cast.units['claims'].id}/edit"
        not in client.get(f"/ownership?unit={cast.units['underwriting'].id}").text
    )
    assert client.get("/ownership?kind=head_unknown").status_code == 422


def test_administrators_and_heads_above_are_told_on_their_desk_and_nobody_else(under_eva, client_of, cast):
    last_day = leave(under_eva, cast.number("hedy"), 9)
    what = "Find another head for Claims"
    admin = client_of("adam").get("/").text
    assert what in admin
    assert f"Hedy Head, who heads it, leaves on {day(last_day)}." in admin
    assert f'href="/units/{cast.units["claims"].id}/edit#head_id"' in admin
    above = client_of("eva").get("/").text
    assert what in above
    assert "You are told as head of a unit above" in above
    assert f'href="/units/{cast.units["claims"].id}"' in above
    for name in ("hedy", "ada", "rita"):
        assert what not in client_of(name).get("/").text, name


def test_many_units_without_a_head_are_one_line_of_the_desk(under_eva, client_of, cast):
    with under_eva.database.transaction() as session:
        for name in ("Motor", "Home", "Travel"):
            actions.add_unit(session, DOOR, name, cast.units["claims"].id, cast.number("hedy"))
    leave(under_eva, cast.number("hedy"), -1)
    page = client_of("adam").get("/").text
    assert "4 units need another head" in page
    assert "Find another head for" not in page
    assert (
        client_of("eva").get("/ownership?mine=1&kind=head_left&kind=head_leaves").text.count("/units/") >= 4
    )


def test_a_head_who_has_left_is_offered_to_no_other_unit_and_marked_on_their_own(app, client_of, cast):
    last_day = leave(app, cast.number("hedy"), -3)
    client = client_of("adam")
    assert "hedy@example.org" not in client.get("/units/new").text
    assert "hedy@example.org" not in client.get(f"/units/{cast.units['underwriting'].id}/edit").text
    own = client.get(f"/units/{cast.units['claims'].id}/edit").text
    assert f"Hedy Head (hedy@example.org), left {day(last_day)}" in own
    refused = client.post(
        "/units/new", data={"name": "Motor", "parent_id": "", "head_id": cast.number("hedy")}
    )
    assert refused.status_code == 422
    assert "Choose somebody who is here now." in refused.text


def test_naming_another_head_mends_the_finding(app, client_of, cast):
    leave(app, cast.number("hedy"), -3)
    with app.database.transaction() as session:
        claims = session.get_one(BusinessUnit, cast.units["claims"].id)
        actions.edit_unit(session, DOOR, claims, claims.name, claims.parent_id, cast.number("mia"))
    assert found(app) == []


def test_units_show_that_their_head_leaves(app, client_of, cast):
    last_day = leave(app, cast.number("hedy"), 9)
    page = client_of("ada").get("/units").text
    assert "leaves" in page
    assert day(last_day) in page

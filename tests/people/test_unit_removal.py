"""Removing a unit that was made by mistake: only while nobody and nothing is or ever was in it; and the ledger keeps it all."""

from datetime import timedelta

import pytest

from registry.audit.queries import entries, verify
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.people import actions, queries
from registry.people.models import BusinessUnit, Person
from registry.people.rules import Function, PersonFacts
from registry.people.rules.unit_removal import UnitTraces, hindrances
from registry.systems import actions as systems
from registry.systems.rules.record import Registration
from tests.ownership.racing import second_of

DOOR = the_registry("command")


@pytest.fixture
def motor(app, cast):
    """A unit below Claims that nobody has touched."""
    with app.database.transaction() as session:
        return actions.add_unit(session, DOOR, "Motr", cast.units["claims"].id, cast.number("ben")).id


def did(app, deed, number):
    with app.database.transaction() as session:
        return deed(session, session.get_one(BusinessUnit, number))


def remove(app, number):
    did(app, lambda session, unit: actions.remove_unit(session, DOOR, unit), number)


def in_the_way(app, number):
    return did(
        app,
        lambda session, unit: [each.says for each in hindrances(queries.traces_of(session, unit))],
        number,
    )


def rename(session, unit, name="Motor"):
    actions.edit_unit(session, DOOR, unit, name, unit.parent_id, unit.head_id)


def test_nothing_stands_in_the_way_of_a_unit_without_traces():
    assert hindrances(UnitTraces({"person": 0, "system": 0})) == []


def test_what_is_there_comes_before_what_was_and_is_said_once():
    traces = UnitTraces(
        {"person": 2, "team": 1, "system": 0, "gadget": 1}, {"person", "system"}, changed=True
    )
    assert [each.says for each in hindrances(traces)] == [
        "2 people are in it.",
        "1 team belongs to it.",
        "1 record names it.",
        "Systems were run by it once.",
        "It has stood elsewhere or had another head.",
    ]


def test_a_unit_that_was_made_and_renamed_goes_and_the_ledger_keeps_it(app, client_of, cast, motor):
    did(app, rename, motor)
    client = client_of("adam")
    assert f'href="/units/{motor}/remove"' in client.get(f"/units/{motor}/edit").text
    assert "Nobody and nothing is or was in it." in client.get(f"/units/{motor}/remove").text
    reply = client.post(f"/units/{motor}/remove")
    assert (reply.status_code, reply.location) == (303, f"/units/{cast.units['claims'].id}")
    assert "Motor is removed." in client.get(reply.location).text
    assert client.get(f"/units/{motor}").status_code == 404
    with app.database.transaction(read_only=True) as session:
        (entry,) = entries(session, event=Event.UNIT_REMOVED)
        assert (entry.actor, entry.said) == ("Adam Administrator", {"removed": "Motor"})
        assert [(one.kind, one.object_id, one.verb) for one in entry.objects] == [
            ("business_unit", motor, "removed")
        ]


def person_in(session, unit):
    actions.add_person(session, DOOR, PersonFacts("Pat", "pat@example.org", unit_id=unit.id))


def leaver_in(session, unit):
    person_in(session, unit)
    pat = session.get_one(Person, queries.people_by_email(session, ["pat@example.org"])["pat@example.org"])
    actions.mark_as_left(session, DOOR, pat, clock.today() - timedelta(days=1))


def unit_below(session, unit):
    actions.add_unit(session, DOOR, "Fleet", unit.id)


def team_of(session, unit):
    actions.add_team(session, DOOR, "Fleet team", Function.DATA, leader_id=None, unit_id=unit.id)


def system_of(session, unit):
    owner = queries.people_by_email(session, ["ada@example.org"])["ada@example.org"]
    systems.register(session, DOOR, Registration("Fleet prices", "Prices fleets.", unit.id, owner))


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        (person_in, "1 person is in it."),
        (leaver_in, "1 person is in it."),
        (unit_below, "1 unit stands below it."),
        (team_of, "1 team belongs to it."),
        (system_of, "1 system is run by it."),
    ],
)
def test_whatever_is_in_it_keeps_a_unit_and_the_page_says_how_to_move_it(app, client_of, motor, deed, says):
    did(app, deed, motor)
    assert in_the_way(app, motor) == [says]
    client = client_of("adam")
    page = client.get(f"/units/{motor}/remove").text
    assert says in page
    assert ">Show<" in page
    assert "stays for good" in page
    assert "Remove it" not in page
    refused = client.post(f"/units/{motor}/remove")
    assert refused.status_code == 422
    assert says in refused.text
    with pytest.raises(RuleBroken):
        remove(app, motor)


def test_who_was_once_in_it_keeps_a_unit_for_good(app, cast, motor):
    did(app, person_in, motor)

    def moved_away(session, _unit):
        pat = session.get_one(
            Person, queries.people_by_email(session, ["pat@example.org"])["pat@example.org"]
        )
        facts = PersonFacts("Pat", "pat@example.org", unit_id=cast.units["claims"].id)
        actions.edit_person(session, DOOR, pat, facts)

    did(app, moved_away, motor)
    assert in_the_way(app, motor) == ["People were in it once."]


def test_another_unit_whose_number_begins_alike_is_no_trace(app, cast):
    with app.database.transaction() as session:
        numbers = [actions.add_unit(session, DOOR, f"Unit {each}").id for each in range(60)]
        first = next(each for each in numbers if each * 10 in numbers)
        facts = PersonFacts("Pat", "pat@example.org", unit_id=first * 10)
        actions.add_person(session, DOOR, facts)
    assert in_the_way(app, first) == []


def test_a_unit_that_stood_elsewhere_or_changed_its_head_stays(app, cast, motor):
    def headed_anew(session, unit):
        actions.edit_unit(session, DOOR, unit, unit.name, unit.parent_id, cast.number("mia"))

    did(app, headed_anew, motor)
    assert in_the_way(app, motor) == ["It has stood elsewhere or had another head."]


def test_only_those_who_edit_people_remove_a_unit(app, client_of, cast, motor):
    for name in ("ada", "hedy", "rita", "aud"):
        assert client_of(name).post(f"/units/{motor}/remove").status_code == 403, name
    with app.database.transaction() as session, pytest.raises(Forbidden):
        actions.remove_unit(session, cast.actor(session, "hedy"), session.get_one(BusinessUnit, motor))


def test_a_number_that_is_given_again_does_not_bring_the_old_story_with_it(app, client_of, cast, motor):
    remove(app, motor)
    with app.database.transaction() as session:
        again = actions.add_unit(session, DOOR, "Travel", cast.units["underwriting"].id).id
    page = client_of("adam").get(f"/units/{again}").text
    assert "Added below Underwriting" in page
    assert "Added below Claims" not in page
    assert in_the_way(app, again) == []
    remove(app, again)


def test_the_ledger_verifies_after_a_removal(app, motor):
    remove(app, motor)
    with app.database.transaction(read_only=True) as session:
        assert verify(session).ok


def removing(number):
    return lambda session: actions.remove_unit(session, DOOR, queries.unit_by_id(session, number, lock=True))


def test_a_unit_somebody_is_put_in_at_the_last_moment_is_not_removed(app, motor):
    def put_in(session):
        actions.add_person(session, DOOR, PersonFacts("Pat", "pat@example.org", unit_id=motor))

    assert second_of(app.database, put_in, removing(motor)) == "refused"
    assert in_the_way(app, motor) == ["1 person is in it."]


def test_of_two_who_remove_a_unit_at_once_one_does_and_the_other_finds_it_gone(app, motor):
    assert second_of(app.database, removing(motor), removing(motor)) == "NotFound"


def test_nobody_is_put_in_a_unit_that_is_removed_at_that_moment(app, motor):
    def put_in(session):
        actions.add_person(session, DOOR, PersonFacts("Pat", "pat@example.org", unit_id=motor))

    assert second_of(app.database, removing(motor), put_in) == "IntegrityError"
    with app.database.transaction(read_only=True) as session:
        assert queries.people_by_email(session, ["pat@example.org"]) == {}

"""People, units and teams written through their actions, with what is refused and what the ledger keeps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.actor import Role, the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.people import actions, queries
from registry.people.queries import Narrowing
from registry.people.rules import Function, PersonFacts
from tests.ownership.racing import second_of

DOOR = the_registry("command")


@pytest.fixture
def house(database, cast):
    return database, cast


def events(session):
    return list(session.scalars(sa.select(LedgerEntry.event).order_by(LedgerEntry.seq)))


def refused_fields(refusal):
    return [problem.field for problem in refusal.value.problems]


def test_a_person_is_added_tidy_and_recorded(house):
    database, cast = house
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        actions.add_person(
            session, adam, PersonFacts("  Zoe\u0308   New ", " Zoe@Example.org", job_title=" Analyst\n")
        )
    with database.transaction(read_only=True) as session:
        (zoe,) = queries.people_page(session, Narrowing(words="zoe@")).items
        assert (zoe.name, zoe.email, zoe.job_title) == ("Zoë New", "zoe@example.org", "Analyst")
        assert events(session)[-1] == Event.PERSON_ADDED


@pytest.mark.parametrize("name", ["ada", "rita", "eva", "aud"])
def test_only_administrators_edit_the_directory(house, name):
    database, cast = house
    with database.transaction() as session:
        actor, ada, claims = cast.actor(session, name), cast.people["ada"], cast.units["claims"]
        for attempt in (
            lambda: actions.add_person(session, actor, PersonFacts("N", "n@example.org")),
            lambda: actions.edit_person(session, actor, ada, PersonFacts("N", "n@example.org")),
            lambda: actions.mark_as_left(session, actor, ada, clock.today()),
            lambda: actions.mark_as_here(session, actor, ada),
            lambda: actions.add_unit(session, actor, "N"),
            lambda: actions.edit_unit(session, actor, claims, "N", None, None),
            lambda: actions.add_team(session, actor, "N", Function.DATA, leader_id=None),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_an_address_that_somebody_has_is_refused_whatever_its_letter_case(house):
    database, _ = house
    with database.transaction() as session, pytest.raises(RuleBroken) as refusal:
        actions.add_person(session, DOOR, PersonFacts("Other Ada", "ADA@example.org"))
    assert refused_fields(refusal) == ["email"]


def test_a_stale_edit_of_a_person_is_a_conflict_and_changes_nothing(house):
    database, cast = house
    number, facts = cast.number("ada"), PersonFacts("Ada First", "ada@example.org")
    with database.transaction() as session:
        ada = queries.person_by_id(session, number)
        seen = ada.version
        actions.edit_person(session, DOOR, ada, facts, version=seen)
    with database.transaction() as session:
        ada = queries.person_by_id(session, number)
        with pytest.raises(Conflict):
            actions.edit_person(session, DOOR, ada, replace(facts, name="Ada Second"), version=seen)
    with database.transaction(read_only=True) as session:
        assert queries.person_by_id(session, number).name == "Ada First"


def test_editing_a_person_leaves_their_last_day_alone(house):
    database, cast = house
    with database.transaction() as session:
        ada = session.merge(cast.people["ada"])
        actions.mark_as_left(session, DOOR, ada, date(2026, 3, 3))
        actions.edit_person(session, DOOR, ada, PersonFacts("Ada Renamed", "ada@example.org"))
        assert ada.active_to == date(2026, 3, 3)


def test_a_leaver_is_no_longer_on_offer_the_day_after(house):
    database, cast = house
    with database.transaction() as session:
        actions.mark_as_left(session, DOOR, session.merge(cast.people["ben"]), date(2026, 3, 3))
    with database.transaction(read_only=True) as session:
        number = cast.number("ben")
        assert queries.is_active_person(session, number, date(2026, 3, 3))
        assert not queries.is_active_person(session, number, date(2026, 3, 4))
        assert number not in {one.id for one in queries.active_people(session, date(2026, 3, 4))}
        assert events(session)[-1] == Event.PERSON_LEFT


def test_a_last_day_can_be_taken_back(house):
    database, cast = house
    with database.transaction() as session:
        ben = session.merge(cast.people["ben"])
        actions.mark_as_left(session, DOOR, ben, date(2026, 3, 3))
        actions.mark_as_here(session, DOOR, ben)
        assert queries.is_active_person(session, ben.id, date(2030, 1, 1))


def test_an_administrator_does_not_note_their_own_leaving(house):
    database, cast = house
    with database.transaction() as session:
        adam, himself = session.merge(cast.people["adam"]), cast.actor(session, "adam")
        with pytest.raises(RuleBroken):
            actions.mark_as_left(session, himself, adam, date(2026, 3, 3))


def test_a_unit_cannot_be_moved_below_itself(house):
    database, cast = house
    with database.transaction() as session:
        claims = session.merge(cast.units["claims"])
        top = queries.unit_by_id(session, claims.parent_id)
        with pytest.raises(RuleBroken) as refusal:
            actions.edit_unit(session, DOOR, top, top.name, claims.id, None)
        assert refused_fields(refusal) == ["parent_id"]


def test_two_units_of_one_name_stand_side_by_side_only_under_different_parents(house):
    database, cast = house
    with database.transaction() as session:
        claims, underwriting = cast.units["claims"].id, cast.units["underwriting"].id
        actions.add_unit(session, DOOR, "Data", claims)
        actions.add_unit(session, DOOR, "Data", underwriting)
        with pytest.raises(RuleBroken):
            actions.add_unit(session, DOOR, " Data ", claims)


def moved(number, below):
    def move(session):
        unit = queries.unit_by_id(session, number)
        actions.edit_unit(session, DOOR, unit, unit.name, below, None)

    return move


def test_two_moves_at_once_never_close_a_loop(house):
    database, cast = house
    one, other = cast.units["claims"].id, cast.units["underwriting"].id
    assert second_of(database, moved(one, other), moved(other, one)) == "refused"


def test_without_holding_the_tree_two_moves_would_close_a_loop(house, monkeypatch):
    database, cast = house
    held = queries.parents
    monkeypatch.setattr(queries, "parents", lambda session, lock: held(session))
    one, other = cast.units["claims"].id, cast.units["underwriting"].id
    # SQLite lets one writer in at a time, whatever the program asks for.
    expected = "refused" if database.is_sqlite else "done"
    assert second_of(database, moved(one, other), moved(other, one)) == expected
    with database.transaction(read_only=True) as session:
        looped = queries.unit_by_id(session, one).parent_id == other and (
            queries.unit_by_id(session, other).parent_id == one
        )
        assert looped != database.is_sqlite


def test_a_head_has_to_be_here_but_one_who_left_does_not_block_other_edits(house):
    database, cast = house
    with database.transaction() as session:
        claims = session.merge(cast.units["claims"])
        ben, hedy = session.merge(cast.people["ben"]), session.merge(cast.people["hedy"])
        for one in (ben, hedy):
            actions.mark_as_left(session, DOOR, one, date(2026, 3, 2))
        actions.edit_unit(session, DOOR, claims, "Claims handling", claims.parent_id, hedy.id)
        with pytest.raises(RuleBroken) as refusal:
            actions.edit_unit(session, DOOR, claims, "Claims", claims.parent_id, ben.id)
        assert refused_fields(refusal) == ["head_id"]


def test_a_team_has_its_leader_and_deputy_among_its_members(house):
    database, cast = house
    with database.transaction() as session:
        ada, ben, dee = (cast.number(name) for name in ("ada", "ben", "dee"))
        team = actions.add_team(
            session,
            DOOR,
            "Data office",
            Function.DATA,
            leader_id=ada,
            deputy_id=ben,
            member_ids=frozenset({dee}),
        )
        assert {one.id for one in queries.team_members(session, team.id)} == {ada, ben, dee}
        actions.edit_team(
            session,
            DOOR,
            team,
            "Data office",
            Function.DATA,
            leader_id=dee,
            unit_id=None,
            member_ids=frozenset(),
        )
        assert {one.id for one in queries.team_members(session, team.id)} == {dee}


def test_a_change_of_members_alone_raises_the_revision_so_that_a_stale_edit_is_noticed(house):
    database, cast = house
    stated = {"leader_id": None, "unit_id": None}
    with database.transaction() as session:
        team = actions.add_team(session, DOOR, "Data office", Function.DATA, leader_id=None)
        number, seen = team.id, team.version
    with database.transaction() as session:
        team = queries.team_by_id(session, number)
        everybody = frozenset({cast.number("ada")})
        actions.edit_team(
            session, DOOR, team, team.name, team.function, **stated, member_ids=everybody, version=seen
        )
    with database.transaction() as session:
        team = queries.team_by_id(session, number)
        assert team.version == seen + 1
        with pytest.raises(Conflict):
            actions.edit_team(
                session, DOOR, team, team.name, team.function, **stated, member_ids=frozenset(), version=seen
            )


def test_an_edit_that_changes_nothing_keeps_the_revision(house):
    database, _ = house
    with database.transaction() as session:
        team = actions.add_team(session, DOOR, "Data office", Function.DATA, leader_id=None)
        seen = team.version
        actions.edit_team(
            session,
            DOOR,
            team,
            "Data office",
            Function.DATA,
            leader_id=None,
            unit_id=None,
            member_ids=frozenset(),
        )
        session.flush()
        assert team.version == seen


def test_a_team_name_is_taken_once(house):
    database, _ = house
    with database.transaction() as session:
        actions.add_team(session, DOOR, "Data office", Function.DATA, leader_id=None)
        with pytest.raises(RuleBroken):
            actions.add_team(session, DOOR, "Data  office ", Function.OTHER, leader_id=None)


def test_members_who_left_no_longer_count(house):
    database, cast = house
    with database.transaction() as session:
        ada, ben = cast.number("ada"), cast.number("ben")
        team = actions.add_team(
            session, DOOR, "Data office", Function.DATA, leader_id=ada, member_ids=frozenset({ben})
        )
        actions.mark_as_left(session, DOOR, session.merge(cast.people["ben"]), date(2026, 3, 3))
        assert queries.members_by_team(session, date(2026, 3, 3)) == {team.id: 2}
        assert queries.members_by_team(session, date(2026, 3, 4)) == {team.id: 1}
        assert queries.members_by_team(session, date(2026, 3, 4), {team.id + 1}) == {}


def test_an_administrator_makes_others_reviewers_and_not_themselves(house):
    database, cast = house
    with database.transaction() as session:
        adam, himself = cast.actor(session, "adam"), session.merge(cast.people["adam"])
        with pytest.raises(RuleBroken):
            accounts.grant_role(session, adam, himself, Role.REVIEWER)
        accounts.grant_role(session, adam, session.merge(cast.people["mia"]), Role.REVIEWER)


def test_somebody_who_left_is_given_no_role(house):
    database, cast = house
    with database.transaction() as session:
        mia = session.merge(cast.people["mia"])
        actions.mark_as_left(session, DOOR, mia, clock.today() - timedelta(days=1))
        with pytest.raises(RuleBroken):
            accounts.grant_role(session, cast.actor(session, "adam"), mia, Role.AUDITOR)

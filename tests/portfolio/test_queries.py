"""The figures of the desk against plain SQL, for everybody who may look."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.reconsider import Ask, Cause
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.objectives import actions as objectives
from registry.objectives.models import SuccessMetric
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Person
from registry.portfolio import queries
from registry.store import migrate
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import remembering
from registry.systems.rules.record import Registration
from tests import databases
from tests.cast import NAMES, find_cast, raise_cast
from tests.portfolio.peopled import fill
from tests.store.statements import counted

DOOR = the_registry("command")
# Who may know of Sentinel, the one restricted system: its owner, its unit's head, and those whose role says so.
SEES_SENTINEL = {"ada", "hedy", "rita", "aud", "adam"}

OWNER = "a.system_id = s.id AND a.seat = 'accountable_owner' AND a.to_at IS NULL"
PLAIN = {
    "Confirmed owner": f"SELECT 1 FROM assignment a WHERE {OWNER} AND NOT a.to_be_confirmed AND a.accepted_at IS NOT NULL",
    "Owner still here": f"SELECT 1 FROM assignment a JOIN person p ON p.id = a.person_id WHERE {OWNER}"
    " AND (p.active_from IS NULL OR p.active_from <= :today) AND (p.active_to IS NULL OR p.active_to >= :today)",
    "Objective": "SELECT 1 FROM objective o WHERE o.system_id = s.id AND o.problem <> ''",
    "Success metric": "SELECT 1 FROM success_metric m WHERE m.system_id = s.id AND m.retired_at IS NULL",
    "Named data": "SELECT 1 FROM data_use u WHERE u.system_id = s.id AND u.to_at IS NULL",
}


@pytest.fixture(params=databases.KINDS)
def database(request):
    """Six systems of Ada's in every state: confirmed or not, measured or not, one owner gone. Written once, then copied."""
    with databases.fresh(request.param, "portfolio", raise_house) as made:
        yield made


def raise_house(database):
    migrate.upgrade(database)
    with database.transaction() as session:
        raise_cast(session)
    with database.transaction() as session:
        cast = find_cast(session)
        fill(session, cast, 0, 6)
        metric = session.scalars(sa.select(SuccessMetric).order_by(SuccessMetric.id)).first()
        objectives.retire_metric(session, DOOR, metric, "It says nothing.")
        ada = cast.actor(session, "ada")
        number = session.scalars(sa.select(System.id).where(System.name == "System 000")).one()
        ownership.confirm_owner(session, ada, number)
        olga = session.get_one(Person, cast.number("olga"))
        people.mark_as_left(session, DOOR, olga, clock.today() - timedelta(days=3))


def plain_count(session, part, restricted):
    seen = "" if restricted else "AND s.visibility = 'company'"
    query = sa.text(f"SELECT count(*) FROM system s WHERE EXISTS ({PLAIN[part]}) {seen}")
    return session.execute(query, {"today": clock.today()} if ":today" in query.text else {}).scalar_one()


@pytest.mark.parametrize("name", NAMES)
def test_the_coverage_figures_are_those_of_plain_sql(database, cast, name):
    with database.transaction(read_only=True) as session:
        found = queries.coverage(session, cast.actor(session, name))
        sees = name in SEES_SENTINEL
        assert {each.label: each.having for each in found} == {
            part: plain_count(session, part, sees) for part in PLAIN
        }
        assert {each.total for each in found} == {9 if sees else 8}


def test_no_figure_is_trivially_all_or_nothing(database, cast):
    """If every figure were zero or everything, comparing them would show little."""
    with database.transaction(read_only=True) as session:
        found = {each.label: each.having for each in queries.coverage(session, cast.actor(session, "adam"))}
    assert found == {
        "Confirmed owner": 4,
        "Owner still here": 8,
        "Objective": 6,
        "Success metric": 6,
        "Named data": 7,
    }


def test_the_systems_a_person_answers_for_are_theirs_alone(database, cast):
    with database.transaction(read_only=True) as session:
        owning = queries.owned_by(session, cast.actor(session, "ada"))
        assert [each.system.name for each in owning.systems] == [
            "Claims triage",
            "Sentinel",
            *(f"System {number:03d}" for number in range(6)),
        ]
        assert (owning.in_all, owning.to_be_confirmed) == (8, 5)
        assert [each.system.name for each in owning.systems if each.to_be_confirmed] == [
            f"System {number:03d}" for number in range(1, 6)
        ]
        assert queries.owned_by(session, cast.actor(session, "otto")) == queries.Owning([], 0, 0)


def test_a_long_list_is_cut_and_says_how_many_there_are(database, cast):
    with database.transaction() as session:
        for number in range(44):
            facts = Registration(
                f"Further {number:03d}", "One of many.", cast.units["claims"].id, cast.number("ada")
            )
            systems.register(session, DOOR, facts)
    with database.transaction(read_only=True) as session:
        owning = queries.owned_by(session, cast.actor(session, "ada"))
    assert (len(owning.systems), owning.in_all, owning.to_be_confirmed) == (50, 52, 49)


def test_systems_whose_owner_has_left_are_named_to_those_who_may_know_of_them(database, cast):
    with database.transaction(read_only=True) as session:
        for name in NAMES:
            found = queries.left_owners(session, cast.actor(session, name))
            assert [(system.name, person.name) for system, person in found] == [
                ("Home pricing", "Olga Owner")
            ]


def test_a_restricted_system_whose_owner_has_left_is_named_to_nobody_else(database, cast):
    with database.transaction() as session:
        ada = session.get_one(Person, cast.number("ada"))
        people.mark_as_left(session, DOOR, ada, clock.today() - timedelta(days=1))
    with database.transaction(read_only=True) as session:
        for name in NAMES:
            named = {system.name for system, _ in queries.left_owners(session, cast.actor(session, name))}
            # Who has left sees what their seats show, but cannot sign in any more.
            assert ("Sentinel" in named) == (name in SEES_SENTINEL)


def test_an_offer_is_all_that_its_recipient_may_know_of_a_restricted_system(database, cast):
    with database.transaction() as session:
        ownership.offer_handover(
            session, cast.actor(session, "ada"), cast.sentinel.id, cast.number("otto"), "Moves team"
        )
    with database.transaction(read_only=True) as session:
        [waiting] = queries.waiting_for(session, cast.number("otto"))
        assert (waiting.system.name, waiting.offered_by.name) == ("Sentinel", "Ada Owner")
        assert queries.waiting_for(session, cast.number("rita")) == []


def test_an_offer_that_came_back_stays_with_who_made_it_until_something_is_done(database, cast):
    def returned(name):
        with database.transaction(read_only=True) as session:
            return [each.system.name for each in queries.returned_to(session, cast.actor(session, name))]

    with database.transaction() as session:
        dee, mia = cast.actor(session, "dee"), cast.actor(session, "mia")
        offer = ownership.offer_handover(session, dee, cast.triage.id, cast.number("mia"), "Moves")
        ownership.decline_handover(session, mia, offer, "Not mine")
    assert [returned(name) for name in ("ada", "dee", "mia", "adam")] == [["Claims triage"]] * 2 + [[]] * 2
    with clock.frozen(clock.later(31)):
        assert returned("ada") == []
    with database.transaction() as session:
        ownership.offer_handover(session, DOOR, cast.triage.id, cast.number("ben"), "Again")
    assert returned("ada") == returned("dee") == []


def test_what_a_change_touches_is_looked_for_among_all_systems_of_a_person_the_longest_waiting_first(
    database, cast
):
    with database.transaction() as session:
        source = data_sources.add_source(session, DOOR, SourceFacts("Archive", owner_id=cast.number("adam")))
        ask = Ask(Cause.SCHEMA_CHANGED, 1, data_source_id=source.id)
        for days, system in enumerate((cast.sentinel, cast.triage, cast.pricing)):
            with clock.frozen(clock.later(days=days)):
                dependencies.ask_again(session, DOOR, system.id, ask)
    with database.transaction(read_only=True) as session:
        ada = cast.actor(session, "ada")
        # Two more, once in a transaction: what has been recorded since, and of which systems she may know.
        remembering._MEMORIES.pop(database.engine, None)
        for limit, found, most in ((1, [cast.sentinel.id], 4), (50, [cast.sentinel.id, cast.triage.id], 2)):
            with counted(database) as sent:
                touched, in_all = queries.touched(session, ada, limit)
            assert ([each.system.id for each in touched], in_all, len(sent)) == (found, 2, most)
        assert touched[0].waiting[0].source.name == "Archive"
        assert queries.touched(session, cast.actor(session, "dee")) == ([], 0)

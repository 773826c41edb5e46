"""Registering and editing: what is written, what is refused, what the ledger says."""

from dataclasses import replace

import pytest

from registry.audit.queries import entries_about, verify
from registry.kernel.actor import Seat
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.ownership.queries import held_on, open_owner
from registry.systems import actions, queries
from registry.systems.queries import Search, facts_of
from registry.systems.rules.record import Registration, Stage


def registration(cast, owner="ada", **changes):
    base = {
        "name": "Router",
        "summary": "Routes letters.",
        "unit_id": cast.units["claims"].id,
        "owner_id": cast.number(owner),
    }
    return Registration(**(base | changes))


def test_registering_writes_the_system_its_owner_and_one_entry(database, cast):
    with database.transaction() as session:
        system = actions.register(session, cast.actor(session, "ada"), registration(cast))
        number = system.id
    with database.transaction(read_only=True) as session:
        held = held_on(session, number)
        assert [(each.assignment.seat, each.person.name) for each in held] == [(Seat.OWNER, "Ada Owner")]
        assert held[0].assignment.accepted_at is not None
        assert [entry.event for entry in entries_about(session, number)] == ["system.registered"]
        assert queries.by_number(session, number).stage is Stage.PROPOSED


def test_an_owner_named_by_somebody_else_is_asked_to_confirm(database, cast):
    with database.transaction() as session:
        system = actions.register(session, cast.actor(session, "otto"), registration(cast, "ada"))
        owner = open_owner(session, system.id)
        assert owner.to_be_confirmed
        assert owner.accepted_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 351}, "summary"),
        ({"summary": "bell \x07"}, "summary"),
        ({"unit_id": None}, "unit_id"),
        ({"unit_id": 999_999}, "unit_id"),
        ({"unit_id": 2**40}, "unit_id"),
        ({"owner_id": None}, "owner_id"),
        ({"owner_id": 999_999}, "owner_id"),
        ({"owner_id": -1}, "owner_id"),
    ],
)
def test_a_registration_that_cannot_stand_is_refused_by_field_and_leaves_nothing(
    database, cast, changes, field
):
    with pytest.raises(RuleBroken) as refused, database.transaction() as session:
        actions.register(session, cast.actor(session, "ada"), registration(cast, **changes))
    assert field in {problem.field for problem in refused.value.problems}
    with database.transaction(read_only=True) as session:
        assert queries.count(session, cast.actor(session, "adam")) == 3


def test_only_those_with_a_seat_and_administrators_edit(database, cast):
    for name, allowed in {
        "ada": True,
        "ben": True,
        "dee": True,
        "adam": True,
        "mia": False,
        "rita": False,
        "otto": False,
    }.items():
        with database.transaction() as session:
            system = queries.by_number(session, cast.triage.id)
            facts = replace(facts_of(system), technique=f"as {name} says")
            if allowed:
                actions.edit(session, cast.actor(session, name), system, facts, version=system.version)
            else:
                with pytest.raises(Forbidden):
                    actions.edit(session, cast.actor(session, name), system, facts, version=system.version)


def test_a_stale_edit_is_a_conflict_that_names_the_current_revision(database, cast):
    with database.transaction() as session:
        system = queries.by_number(session, cast.triage.id)
        first = system.version
        actions.edit(
            session,
            cast.actor(session, "ada"),
            system,
            replace(facts_of(system), technique="new"),
            version=first,
        )
        session.flush()
        with pytest.raises(Conflict) as refused:
            actions.edit(
                session,
                cast.actor(session, "ada"),
                system,
                replace(facts_of(system), technique="other"),
                version=first,
            )
        assert refused.value.current_version == first + 1


def test_an_edit_that_changes_nothing_keeps_the_revision(database, cast):
    with database.transaction() as session:
        system = queries.by_number(session, cast.triage.id)
        before = system.version
        actions.edit(session, cast.actor(session, "ada"), system, facts_of(system), version=before)
        assert system.version == before


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("ada", {"triage", "sentinel", "pricing"}),
        ("mia", {"triage", "pricing"}),
        ("otto", {"triage", "pricing"}),
        ("hedy", {"triage", "sentinel", "pricing"}),
        ("rita", {"triage", "sentinel", "pricing"}),
        ("eva", {"triage", "pricing"}),
        ("aud", {"triage", "sentinel", "pricing"}),
        ("adam", {"triage", "sentinel", "pricing"}),
    ],
)
def test_a_restricted_system_is_seen_by_its_people_its_heads_and_those_who_check(database, cast, name, sees):
    with database.transaction(read_only=True) as session:
        actor = cast.actor(session, name)
        expected = {getattr(cast, each).key for each in sees}
        assert {system.key for system in queries.page(session, actor, Search()).items} == expected
        assert queries.count(session, actor) == len(expected)
        assert {system.key for system in queries.page(session, actor, Search(words="s")).items} <= expected
        if "sentinel" not in sees:
            with pytest.raises(NotFound) as hidden:
                queries.by_key(session, actor, cast.sentinel.key)
            with pytest.raises(NotFound) as absent:
                queries.by_key(session, actor, "AI-9999")
            assert hidden.value.says == absent.value.says


def test_pages_of_the_register_neither_skip_nor_repeat_a_system(database, cast):
    with database.transaction() as session:
        for number in range(23):
            actions.register(
                session, cast.actor(session, "ada"), registration(cast, name=f"Same name {number // 5}")
            )
    with database.transaction(read_only=True) as session:
        actor, seen, after = cast.actor(session, "adam"), [], None
        while True:
            page = queries.page(session, actor, Search(), after=after, limit=4)
            seen += [system.key for system in page.items]
            after = page.next_after
            if after is None:
                break
        assert len(seen) == len(set(seen)) == 26


@pytest.mark.parametrize("words", ["100%", "_", "\\", "'; DROP TABLE system; --", "%%"])
def test_search_words_are_text_and_never_a_pattern(database, cast, words):
    with database.transaction() as session:
        actions.register(session, cast.actor(session, "ada"), registration(cast, name=f"Odd {words} name"))
    with database.transaction(read_only=True) as session:
        found = queries.page(session, cast.actor(session, "ada"), Search(words=words)).items
        assert [system.name for system in found] == [f"Odd {words} name"]


def test_everything_the_cast_did_verifies(database, cast):
    with database.transaction(read_only=True) as session:
        assert verify(session).ok


@pytest.mark.parametrize("words", ["özil", "ÖZIL", "łódź", "ΤΡΟΊΑ"])
def test_search_knows_letters_beyond_ascii_in_either_case(database, cast, words):
    with database.transaction() as session:
        actions.register(
            session, cast.actor(session, "ada"), registration(cast, name=f"Model {words.upper()}")
        )
    with database.transaction(read_only=True) as session:
        assert queries.count(session, cast.actor(session, "ada"), Search(words=words)) == 1

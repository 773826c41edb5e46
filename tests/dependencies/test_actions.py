"""Dependencies written through their actions; whom a change makes reconsider; what the reader may not know of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import select

from registry import wiring
from registry.audit.models import LedgerEntry, LedgerPayload
from registry.audit.queries import verify
from registry.data_sources import actions as data_sources
from registry.data_sources import queries as sources
from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.dependencies import actions, queries
from registry.dependencies.models import Dependency, Reconsideration
from registry.dependencies.rules.dependency import DependencyFacts, Direction, OnFailure, TrialFacts
from registry.dependencies.rules.reconsider import Ask, Cause
from registry.kernel.actor import the_registry
from registry.kernel.calendar import Cadence
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.kernel.guard_rails import Bound
from registry.systems.models import System
from registry.systems.queries import by_key as system_by_key
from registry.systems.rules.record import Stage
from registry.worker.actions import by_name, follow, run_next
from registry.worker.models import Job
from tests.ownership.racing import second_of
from tests.store.statements import counted

SERVICE = DependencyFacts(
    Direction.UPSTREAM,
    service="Postcode service",
    interface="REST",
    contract_format="OpenAPI",
    contract_version="2.1",
    freshness_minutes=60,
    timeout_seconds=Decimal("1.5"),
    on_failure=OnFailure.DEGRADES,
)
TRIAL = TrialFacts(date(2026, 6, 30), passed=False, tried="Switched it off.")
CHECK = CheckFacts(
    Dimension.VALIDITY, "Rows with a sum", "%", Bound.AT_LEAST, Decimal(98), None, Cadence.DAILY
)


def on(system, direction=Direction.UPSTREAM, **more):
    return DependencyFacts(direction, other_system_id=system.id, **more)


def work(database):
    """Let the worker do all there is to do, twice: whatever it is asked to do, it bears being asked again."""
    handlers = by_name(wiring.FOLLOW_UPS, {})
    while follow(database, wiring.FOLLOW_UPS) or run_next(database, handlers):
        pass
    with database.transaction(read_only=True) as session:
        jobs = [(job.kind, job.payload, job.last_error) for job in session.exec(select(Job))]
    assert [error for _, _, error in jobs if error] == []
    for kind, payload, _ in jobs:
        handlers[kind](database, payload)


def asked(database):
    """What is open: the system's number and why."""
    with database.transaction(read_only=True) as session:
        rows = session.exec(select(Reconsideration).order_by(Reconsideration.system_id))
        return [(row.system_id, row.cause, row.detail) for row in rows if row.settled_at is None]


def events(database, of):
    with database.transaction(read_only=True) as session:
        names = {event.value for event in of}
        query = sa.select(LedgerEntry.event, LedgerEntry.system_id).order_by(LedgerEntry.seq)
        return [tuple(row) for row in session.execute(query) if row.event in names]


def fields(refusal):
    return [problem.field for problem in refusal.value.problems]


def test_a_dependency_is_stated_changed_tested_and_ended_with_an_entry_each(database, cast):
    with database.transaction() as session:
        ada, triage = cast.actor(session, "ada"), cast.triage.id
        found = actions.add_dependency(session, ada, triage, replace(SERVICE, interface=" REST "))
        with pytest.raises(RuleBroken) as refused:
            actions.add_dependency(session, ada, triage, replace(SERVICE, service="postcode SERVICE"))
        assert fields(refused) == ["interface"]
        with pytest.raises(RuleBroken) as refused:
            actions.add_dependency(session, ada, triage, replace(SERVICE, service="a\x00b"))
        assert fields(refused) == ["service"]
        other = actions.add_dependency(session, ada, triage, replace(SERVICE, interface="Nightly file"))
        changed = replace(SERVICE, fallback="Type it in.", direction=Direction.DOWNSTREAM, service="Another")
        actions.edit_dependency(session, ada, found, changed, version=1)
        assert queries.facts_of(found) == replace(SERVICE, fallback="Type it in.")
        with pytest.raises(Conflict) as late:
            actions.edit_dependency(session, ada, found, SERVICE, version=1)
        assert [(each.field, each.theirs) for each in late.value.differences] == [("fallback", "Type it in.")]
        with pytest.raises(RuleBroken):
            actions.edit_dependency(session, ada, other, SERVICE, version=1)
        actions.record_test(session, ada, found, TRIAL)
        with pytest.raises(RuleBroken) as refused:
            actions.end_dependency(session, ada, found, " ")
        assert fields(refused) == ["because"]
        actions.end_dependency(session, ada, found, "Replaced by the land registry.")
        for attempt in (
            lambda: actions.end_dependency(session, ada, found, "again"),
            lambda: actions.record_test(session, ada, found, TRIAL),
            lambda: actions.edit_dependency(session, ada, found, SERVICE, version=found.version),
        ):
            with pytest.raises(RuleBroken):
                attempt()
        # What has ended may be there again.
        actions.add_dependency(session, ada, triage, SERVICE)
    with database.transaction(read_only=True) as session:
        now = queries.lines_of(session, ada, cast.triage)
        over = queries.lines_of(session, ada, cast.triage, ended=True)
        assert [line.dependency.interface for line in now] == ["Nightly file", "REST"]
        assert [(line.dependency.service, line.last.passed) for line in over] == [("Postcode service", False)]
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
    assert events(database, {Event.DEPENDENCY_EDITED, Event.DEPENDENCY_TESTED, Event.DEPENDENCY_ENDED}) == [
        ("dependency.edited", triage),
        ("dependency.tested", triage),
        ("dependency.ended", triage),
    ]


@pytest.mark.parametrize("name", ["mia", "otto", "olga", "rita", "aud", "hedy"])
def test_only_those_with_a_seat_and_administrators_change_dependencies(database, cast, name):
    with database.transaction() as session:
        found = actions.add_dependency(session, cast.actor(session, "adam"), cast.triage.id, SERVICE)
        once = ask_by_hand(session, cast.triage.id, found)
        actor = cast.actor(session, name)
        for attempt in (
            lambda: actions.add_dependency(session, actor, cast.triage.id, on(cast.pricing)),
            lambda: actions.edit_dependency(session, actor, found, SERVICE, version=1),
            lambda: actions.end_dependency(session, actor, found, "Test"),
            lambda: actions.record_test(session, actor, found, TRIAL),
            lambda: actions.settle(session, actor, once, "Test", version=1),
        ):
            with pytest.raises(Forbidden):
                attempt()


def ask_by_hand(session, system_id, dependency, seq=1):
    ask = Ask(Cause.TEST_FAILED, seq, dependency_id=dependency.id)
    return actions.ask_again(session, the_registry("worker"), system_id, ask)


def test_of_two_who_state_the_same_at_once_one_is_refused(database, cast):
    def as_pages_do(session, name):
        system = system_by_key(session, cast.actor(session, name), cast.triage.key, lock=True)
        actions.add_dependency(session, cast.actor(session, name), system.id, SERVICE)

    outcome = second_of(database, lambda one: as_pages_do(one, "ada"), lambda two: as_pages_do(two, "dee"))
    assert outcome == "refused"


def test_the_other_end_is_named_only_to_those_who_may_know_of_it(database, cast):
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        actions.add_dependency(session, adam, cast.triage.id, on(cast.sentinel, interface="Queue"))
        actions.add_dependency(session, adam, cast.sentinel.id, on(cast.pricing, interface="Table"))
        actions.add_dependency(session, adam, cast.triage.id, on(cast.pricing, Direction.DOWNSTREAM))

    def told(session, name, system):
        lines = queries.lines_of(session, cast.actor(session, name), system)
        return [
            (
                line.direction.value,
                "hidden" if line.is_hidden else line.other.name,
                line.stated_by.name,
            )
            for line in lines
        ]

    with database.transaction(read_only=True) as session:
        assert told(session, "otto", cast.triage) == [
            ("upstream", "hidden", "Claims triage"),
            ("downstream", "Home pricing", "Claims triage"),
        ]
        assert told(session, "ada", cast.triage)[0] == ("upstream", "Sentinel", "Claims triage")
        # Who depends on Pricing is told only as far as it may be known; that Triage feeds it is seen from its side.
        assert told(session, "otto", cast.pricing) == [("upstream", "Claims triage", "Claims triage")]
        assert told(session, "aud", cast.pricing)[0] == ("downstream", "Sentinel", "Sentinel")
        assert told(session, "ada", cast.sentinel)[0] == ("downstream", "Claims triage", "Claims triage")
        with counted(database) as statements:
            queries.lines_of(session, cast.actor(session, "aud"), cast.triage)
        few = len(statements)
        otto, aud = cast.actor(session, "otto"), cast.actor(session, "aud")
        assert queries.graph(session, otto) == {cast.triage.id: {cast.pricing.id: ""}}
        assert queries.graph(session, aud) == {
            cast.sentinel.id: {cast.triage.id: "Queue"},
            cast.triage.id: {cast.pricing.id: ""},
            cast.pricing.id: {cast.sentinel.id: "Table"},
        }
        # The history is read by people who may not know of the other end.
        number = f'"other_system_id":{cast.sentinel.id}'
        assert not [each for each in session.scalars(sa.select(LedgerPayload.payload)) if number in each]
    with database.transaction() as session:
        for number in range(5):
            actions.add_dependency(
                session, adam, cast.triage.id, on(cast.sentinel, interface=f"Queue {number}")
            )
    with database.transaction(read_only=True) as session, counted(database) as statements:
        queries.lines_of(session, cast.actor(session, "aud"), cast.triage)
        assert len(statements) == few


def test_a_dependency_and_a_reconsideration_are_found_only_under_their_system(database, cast):
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        found = actions.add_dependency(session, adam, cast.triage.id, SERVICE)
        once = ask_by_hand(session, cast.triage.id, found)
        assert queries.by_id(session, cast.triage.id, found.id) is found
        assert queries.reconsideration_by_id(session, cast.triage.id, once.id) is once
        with pytest.raises(NotFound):
            queries.by_id(session, cast.pricing.id, found.id)
        with pytest.raises(NotFound):
            queries.reconsideration_by_id(session, cast.pricing.id, once.id)


@pytest.fixture
def chain(database, cast):
    """Triage learns from the archive; Sentinel reads what Triage says, Pricing what Sentinel says, and Triage what Pricing says."""
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        facts = SourceFacts(name="Claims archive", owner_id=cast.number("adam"), schema_version="4.2")
        source = data_sources.add_source(session, adam, facts)
        data_sources.attach(session, adam, cast.triage.id, source, Purpose.TRAINING)
        data_sources.attach(session, adam, cast.triage.id, source, Purpose.TEST)
        check = data_sources.add_check(session, adam, source, CHECK)
        actions.add_dependency(session, adam, cast.sentinel.id, on(cast.triage, contract_version="1"))
        actions.add_dependency(session, adam, cast.sentinel.id, on(cast.pricing, Direction.DOWNSTREAM))
        actions.add_dependency(session, adam, cast.triage.id, on(cast.pricing))
    return source, check


def everybody(cast):
    return [cast.triage.id, cast.sentinel.id, cast.pricing.id]


def test_whoever_a_new_schema_touches_reconsiders_once_and_hears_of_the_latest(database, cast, chain):
    source, _ = chain

    def edit(**changes):
        with database.transaction() as session:
            row = sources.by_key(session, source.key)
            new = replace(sources.source_facts(row), **changes)
            data_sources.edit_source(session, cast.actor(session, "adam"), row, new, version=row.version)

    edit(location="Vault")
    work(database)
    assert asked(database) == []
    edit(schema_version="5")
    work(database)
    assert asked(database) == [
        (number, Cause.SCHEMA_CHANGED, "from 4.2 to 5") for number in sorted(everybody(cast))
    ]
    edit(schema_version="6")
    work(database)
    assert [detail for _, _, detail in asked(database)] == ["from 5 to 6"] * 3
    assert len(events(database, {Event.RECONSIDERATION_ASKED})) == 6


def test_a_check_that_is_not_met_asks_and_one_that_is_does_not(database, cast, chain):
    source, check = chain
    for value in ("99", "91.5"):
        with database.transaction() as session:
            adam, row = cast.actor(session, "adam"), sources.by_key(session, source.key)
            held = sources.check_by_id(session, row.id, check.id)
            result = ResultFacts(date(2026, 6, 30), Decimal(value))
            data_sources.record_result(session, adam, row, held, result)
        work(database)
        if value == "99":
            assert asked(database) == []
    detail = "91.5 % where at least 98 % is acceptable, for “Rows with a sum”"
    assert asked(database) == [(number, Cause.QUALITY_MISSED, detail) for number in sorted(everybody(cast))]


def test_a_contract_or_a_failed_test_asks_the_receiver_and_whoever_is_below(database, cast, chain):
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        for system in (cast.pricing, cast.sentinel):
            row = session.get_one(System, system.id)
            row.stage = Stage.RETIRED if system is cast.pricing else row.stage
        one = session.exec(select(Dependency).filter_by(other_system_id=cast.triage.id)).one()
        new = replace(queries.facts_of(one), contract_version="2", fallback="Yesterday's file.")
        actions.edit_dependency(session, adam, one, new, version=one.version)
    work(database)
    # Sentinel receives; Pricing is below it, and retired; Triage reads what Pricing says.
    assert asked(database) == [
        (number, Cause.CONTRACT_CHANGED, "") for number in sorted([cast.triage.id, cast.sentinel.id])
    ]
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        gateway = actions.add_dependency(
            session, adam, cast.pricing.id, replace(SERVICE, direction=Direction.DOWNSTREAM)
        )
        actions.record_test(session, adam, gateway, replace(TRIAL, passed=True))
        actions.record_test(session, adam, gateway, TRIAL)
    work(database)
    causes = {cause for _, cause, _ in asked(database)}
    assert causes == {Cause.CONTRACT_CHANGED, Cause.TEST_FAILED}


def test_a_reconsideration_is_settled_once_by_whoever_has_read_the_latest(database, cast):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        found = actions.add_dependency(session, ada, cast.triage.id, SERVICE)
        once = ask_by_hand(session, cast.triage.id, found, seq=7)
        with pytest.raises(RuleBroken):
            ask_by_hand(session, cast.triage.id, found, seq=7)
        assert ask_by_hand(session, cast.triage.id, found, seq=8) is once
        for words, version in (("Fine.", 1), (" ", once.version)):
            with pytest.raises(RuleBroken):
                actions.settle(session, ada, once, words, version=version)
        actions.settle(session, ada, once, " Tried by hand, nothing changes. ", version=once.version)
        assert (once.words, once.settled_by_id) == ("Tried by hand, nothing changes.", cast.number("ada"))
        with pytest.raises(RuleBroken):
            actions.settle(session, ada, once, "Again.", version=once.version)
        # What was settled is not asked for again by the same entry, run late; a new one asks anew.
        with pytest.raises(RuleBroken):
            ask_by_hand(session, cast.triage.id, found, seq=8)
        again = ask_by_hand(session, cast.triage.id, found, seq=9)
        assert again.id != once.id
        assert queries.reconsiderations_of(session, [cast.triage.id]) == [again]
        assert queries.settled_of(session, cast.triage.id) == [once]


def test_what_is_known_of_a_dependency_follows_the_system_that_states_it(database, cast):
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        hidden = actions.add_dependency(session, adam, cast.sentinel.id, SERVICE)
        known = actions.add_dependency(session, adam, cast.triage.id, SERVICE)
        numbers = {hidden.id, known.id}
        assert queries.known_among(session, cast.actor(session, "olga"), numbers).keys() == {known.id}
        assert queries.known_among(session, cast.actor(session, "ada"), numbers).keys() == numbers
        assert queries.known_among(session, adam, set()) == {}

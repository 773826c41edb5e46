"""Sources, uses and checks written through their actions, with what is refused and what the ledger keeps."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from registry.audit.actions import record
from registry.audit.models import LedgerEntry
from registry.data_sources import actions, queries
from registry.data_sources.models import DataSource
from registry.data_sources.queries import Search
from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Classification, Purpose, SourceFacts, Stated
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.calendar import Cadence
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.kernel.guard_rails import Bound
from registry.people import actions as people
from registry.people.queries import person_by_id
from registry.store.session import finish
from registry.systems.queries import by_key as system_by_key
from tests.ownership.racing import second_of
from tests.store.statements import counted

D = Decimal
CHECK = CheckFacts(
    Dimension.COMPLETENESS, "Rows with a birth date", "%", Bound.AT_LEAST, D("98"), None, Cadence.WEEKLY
)
RESULT = ResultFacts(date(2026, 6, 30), D("98.00"))


@pytest.fixture
def house(database, cast):
    return database, cast


def archive(cast, **changes):
    facts = SourceFacts(
        name="Claims archive",
        owner_id=cast.number("mia"),
        steward_id=cast.number("ben"),
        classification=Classification.CONFIDENTIAL,
        personal_data=Stated.YES,
        special_category=Stated.NO,
        lawful_basis="Contract",
        licence="Own data",
        licence_expires_on=date(2027, 1, 31),
        allowed_purposes=(Purpose.TRAINING, Purpose.TEST),
    )
    return replace(facts, **changes)


def added(session, cast, **changes):
    return actions.add_source(session, cast.actor(session, "mia"), archive(cast, **changes))


def last_entry(session):
    return session.execute(
        sa.select(LedgerEntry.event, LedgerEntry.subject_kind, LedgerEntry.system_id)
        .order_by(LedgerEntry.seq.desc())
        .limit(1)
    ).one()


def refused_fields(refusal):
    return [problem.field for problem in refusal.value.problems]


def test_anybody_signed_in_adds_a_source_and_it_gets_a_key(house):
    database, cast = house
    with database.transaction() as session:
        source = actions.add_source(
            session, cast.actor(session, "otto"), archive(cast, name="  Claims   archive ")
        )
        assert source.key == "DS-0001"
    with database.transaction(read_only=True) as session:
        found = queries.by_key(session, "ds-1")
        assert queries.source_facts(found) == archive(cast, name="Claims   archive")
        assert last_entry(session) == (Event.DATA_SOURCE_ADDED, "data_source", None)
        assert queries.source_named(session, "CLAIMS archive").id == found.id
        assert queries.source_meant(session, "DS-0001").id == found.id
        assert queries.source_meant(session, "claims archive").id == found.id
        assert queries.source_meant(session, "DS-0002") is None
        for wrong in ("DS-0002", "AI-0001", "1", "DS-", "DS-99999999999"):
            with pytest.raises(NotFound):
                queries.by_key(session, wrong)


def test_two_sources_never_share_a_name(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        other = added(session, cast, name="Weather")
        mia = cast.actor(session, "mia")
        for attempt in (
            lambda: added(session, cast, name="claims  ARCHIVE"),
            lambda: actions.edit_source(
                session, mia, other, archive(cast, name="Claims Archive"), version=other.version
            ),
        ):
            with pytest.raises(RuleBroken) as refused:
                attempt()
            assert refused_fields(refused) == ["name"]
            assert source.key in refused.value.problems[0].message
        actions.edit_source(
            session, mia, source, archive(cast, name="CLAIMS archive"), version=source.version
        )


def test_the_database_itself_refuses_a_second_source_of_the_same_name(house):
    database, cast = house
    with database.transaction() as session:
        added(session, cast)
        twin = DataSource(name="x", name_key="claims archive")
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(twin)


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("mia", True),
        ("ben", True),
        ("adam", True),
        ("ada", False),
        ("rita", False),
        ("aud", False),
        ("otto", False),
    ],
)
def test_a_source_is_changed_only_by_its_owner_its_steward_and_administrators(house, name, may):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        check = actions.add_check(session, cast.actor(session, "mia"), source, CHECK)
        actor = cast.actor(session, name)
        attempts = (
            lambda: actions.edit_source(
                session, actor, source, archive(cast, location="Vault"), version=source.version
            ),
            lambda: actions.record_result(session, actor, source, check, RESULT),
            lambda: actions.retire_check(session, actor, source, check),
            lambda: actions.add_check(session, actor, source, CHECK),
            lambda: actions.retire_source(session, actor, source, "Replaced."),
            lambda: actions.restore_source(session, actor, source),
        )
        for attempt in attempts:
            if may:
                attempt()
            else:
                with pytest.raises(Forbidden):
                    attempt()


def test_a_late_edit_is_a_conflict_that_shows_both_sides(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        mia = cast.actor(session, "mia")
        actions.edit_source(session, mia, source, archive(cast, location="Vault"), version=1)
        with pytest.raises(Conflict) as refused:
            actions.edit_source(session, mia, source, archive(cast, allowed_purposes=()), version=1)
        differing = {each.field: (each.theirs, each.yours) for each in refused.value.differences}
        assert differing == {"location": ("Vault", ""), "allowed_purposes": (["training", "test"], [])}
        assert refused.value.current_version == source.version == 2


def test_somebody_who_has_left_stays_named_but_is_not_chosen_anew(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        ben = person_by_id(session, cast.number("ben"))
        people.mark_as_left(session, cast.actor(session, "adam"), ben, date(2026, 1, 1))
        mia = cast.actor(session, "mia")
        actions.edit_source(session, mia, source, archive(cast, location="Vault"), version=1)
        with pytest.raises(RuleBroken) as refused:
            added(session, cast, name="Other", owner_id=ben.id)
        assert refused_fields(refused) == ["owner_id", "steward_id"]


def test_a_retired_source_takes_no_change_and_no_new_use_until_it_is_put_back(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        mia, ada = cast.actor(session, "mia"), cast.actor(session, "ada")
        with pytest.raises(RuleBroken) as refused:
            actions.retire_source(session, mia, source, " ")
        assert refused_fields(refused) == ["because"]
        with pytest.raises(RuleBroken):
            actions.restore_source(session, mia, source)
        kept = actions.attach(session, ada, cast.triage.id, source, Purpose.TEST)
        actions.retire_source(session, mia, source, "Replaced by the lake.")
        finish(session)
        assert last_entry(session) == (Event.DATA_SOURCE_RETIRED, "data_source", None)
        for attempt in (
            lambda: actions.retire_source(session, mia, source, "again"),
            lambda: actions.edit_source(session, mia, source, archive(cast), version=source.version),
            lambda: actions.add_check(session, mia, source, CHECK),
            lambda: actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING),
        ):
            with pytest.raises(RuleBroken):
                attempt()
        assert kept.to_at is None
        assert queries.count(session) == 0
        assert queries.count(session, Search(retired=True)) == 1
        actions.restore_source(session, mia, source)
        assert queries.count(session) == 1
        actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING)


def test_a_use_begins_once_ends_once_and_may_begin_again(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        ada = cast.actor(session, "ada")
        use = actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING, note=" 2020 to 2025 ")
        actions.attach(session, ada, cast.triage.id, source, Purpose.TEST)
        with pytest.raises(RuleBroken) as refused:
            actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING)
        assert refused_fields(refused) == ["source"]
        actions.end_use(session, ada, use, " Trained on the lake now. ")
        with pytest.raises(RuleBroken):
            actions.end_use(session, ada, use)
        assert use.ended_because == "Trained on the lake now."
        actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING)
    with database.transaction(read_only=True) as session:
        assert last_entry(session) == (Event.DATA_USE_ADDED, "data_use", cast.triage.id)
        now, before = (
            queries.uses_of(session, cast.triage.id),
            queries.uses_of(session, cast.triage.id, ended=True),
        )
        assert [use.purpose for use, _ in now] == [Purpose.TEST, Purpose.TRAINING]
        assert [(use.note, named.key) for use, named in before] == [("2020 to 2025", "DS-0001")]


def test_a_use_is_begun_only_for_a_purpose_the_source_allows(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        ada = cast.actor(session, "ada")
        for purpose in (Purpose.OPERATIONAL_INPUT, None):
            with pytest.raises(RuleBroken) as refused:
                actions.attach(session, ada, cast.triage.id, source, purpose)
            assert refused_fields(refused) == ["purpose"]


@pytest.mark.parametrize("name", ["mia", "otto", "olga", "rita", "aud", "hedy"])
def test_only_those_with_a_seat_and_administrators_say_what_a_system_uses(house, name):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        use = actions.attach(session, cast.actor(session, "ada"), cast.triage.id, source, Purpose.TEST)
        actor = cast.actor(session, name)
        with pytest.raises(Forbidden):
            actions.attach(session, actor, cast.triage.id, source, Purpose.TRAINING)
        with pytest.raises(Forbidden):
            actions.end_use(session, actor, use)


def test_of_two_equal_uses_begun_at_once_one_stands_and_the_other_is_refused(house):
    database, cast = house
    with database.transaction() as session:
        added(session, cast)

    def as_pages_do(session, name):
        system = system_by_key(session, cast.actor(session, name), "AI-1", lock=True)
        source = queries.by_key(session, "DS-1")
        actions.attach(session, cast.actor(session, name), system.id, source, Purpose.TEST)

    assert (
        second_of(database, lambda one: as_pages_do(one, "ada"), lambda two: as_pages_do(two, "dee"))
        == "refused"
    )


def test_who_uses_a_source_is_told_only_of_systems_the_reader_may_know_of(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        ada = cast.actor(session, "ada")
        for system in (cast.triage, cast.sentinel):
            actions.attach(session, ada, system.id, source, Purpose.TEST)
        actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING)
    with database.transaction(read_only=True) as session:
        for name, keys in {
            "ada": ["AI-0001", "AI-0001", "AI-0002"],
            "aud": ["AI-0001", "AI-0001", "AI-0002"],
            "mia": ["AI-0001", "AI-0001"],
            "otto": ["AI-0001", "AI-0001"],
        }.items():
            reader = cast.actor(session, name)
            assert sorted(system.key for _, system in queries.used_by(session, reader, source.id)) == keys
            assert queries.users_counted(session, reader, [source.id]) == {source.id: len(set(keys))}
        assert queries.users_counted(session, reader, []) == {}


def test_a_use_and_a_check_are_found_only_under_what_they_belong_to(house):
    database, cast = house
    with database.transaction() as session:
        source, other = added(session, cast), added(session, cast, name="Weather")
        use = actions.attach(session, cast.actor(session, "ada"), cast.triage.id, source, Purpose.TEST)
        check = actions.add_check(session, cast.actor(session, "mia"), source, CHECK)
        assert queries.use_by_id(session, cast.triage.id, use.id) == (use, source)
        assert queries.check_by_id(session, source.id, check.id) is check
        with pytest.raises(NotFound):
            queries.use_by_id(session, cast.pricing.id, use.id)
        with pytest.raises(NotFound):
            queries.check_by_id(session, other.id, check.id)


def test_the_catalogue_is_searched_narrowed_and_paged_without_loss(house):
    database, cast = house
    with database.transaction() as session:
        for number in range(7):
            added(session, cast, name=f"Feed {number % 3} of {number}", licence_expires_on=None)
        added(session, cast, name="100% Ärzte_liste", provenance="From the register of doctors")
        added(session, cast, name="Unknown", personal_data=Stated.UNKNOWN, classification=None)
        added(session, cast, name="fault log", licence_expires_on=None)
    with database.transaction(read_only=True) as session:
        seen, after = [], None
        while True:
            page = queries.sources_page(session, Search(), after=after, limit=2)
            seen += [source.name for source in page.items]
            if page.next_after is None:
                break
            after = page.next_after
        assert len(seen) == queries.count(session) == 10
        assert seen == sorted(seen, key=str.lower)

        def names(**search):
            return sorted(source.name for source in queries.sources_page(session, Search(**search)).items)

        assert names(words="ÄRZTE") == ["100% Ärzte_liste"]
        assert names(words="register of DOCTORS") == ["100% Ärzte_liste"]
        assert names(words="0%") == names(words="e_l") == ["100% Ärzte_liste"]
        assert names(words="ds-0001") == ["Feed 0 of 0"]
        assert names(words="nowhere") == []
        assert names(personal=Stated.UNKNOWN) == ["Unknown"]
        assert len(names(classification=Classification.CONFIDENTIAL)) == 9
        assert names(expires_by=date(2027, 1, 31)) == ["100% Ärzte_liste", "Unknown"]
        assert names(expires_by=date(2027, 1, 30)) == []


def test_what_several_systems_use_is_read_in_one_statement(house):
    database, cast = house
    numbers = [cast.triage.id, cast.pricing.id]
    with database.transaction() as session:
        source = added(session, cast)
        actions.attach(session, cast.actor(session, "ada"), cast.triage.id, source, Purpose.TEST)
    with database.transaction(read_only=True) as session:
        with counted(database) as statements:
            found = queries.uses_by_system(session, numbers)
        assert len(statements) == 1
        assert [named.key for _, named in found[cast.triage.id]] == ["DS-0001"]
        assert found[cast.pricing.id] == []
        assert queries.uses_by_system(session, []) == {}


@pytest.mark.parametrize(("value", "met"), [("98", True), ("97.99", False), ("100", True)])
def test_a_result_is_judged_by_the_bound_when_it_is_recorded(house, value, met):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        mia = cast.actor(session, "mia")
        check = actions.add_check(session, mia, source, CHECK)
        result = actions.record_result(session, mia, source, check, replace(RESULT, value=D(value)))
        assert result.met is met
        assert result.recorded_by_id == cast.number("mia")


def test_each_check_shows_its_latest_result_whatever_the_order_of_arrival(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        mia = cast.actor(session, "mia")
        first, second, stopped = (actions.add_check(session, mia, source, CHECK) for _ in range(3))
        for day, value in ((30, "99"), (29, "90"), (30, "97")):
            facts = ResultFacts(date(2026, 6, day), D(value))
            actions.record_result(session, mia, source, first, facts)
        actions.retire_check(session, mia, source, stopped)
        with pytest.raises(RuleBroken):
            actions.record_result(session, mia, source, stopped, RESULT)
        with pytest.raises(RuleBroken):
            actions.retire_check(session, mia, source, stopped)
    with database.transaction(read_only=True) as session:
        told = queries.checks_of(session, source.id)
        assert [(check.id, last.value if last else None) for check, last in told] == [
            (first.id, D("97")),
            (second.id, None),
        ]
        assert [str(result.value) for result in queries.results_of(session, first.id)] == ["97", "99", "90"]
        assert last_entry(session).event == Event.QUALITY_CHECK_RETIRED


def test_a_check_that_says_nothing_is_refused(house):
    database, cast = house
    with database.transaction() as session:
        source = added(session, cast)
        with pytest.raises(RuleBroken) as refused:
            actions.add_check(session, cast.actor(session, "mia"), source, CheckFacts(None, ""))
        assert refused_fields(refused) == ["dimension", "rule", "bound", "cadence"]


def test_an_import_may_state_less_than_a_person_must_and_the_catalogue_keeps_it(house):
    database, cast = house
    door = the_registry("command")
    with database.transaction() as session:
        bare = SourceFacts(name="Agency records", personal_data=Stated.YES)
        with pytest.raises(RuleBroken):
            actions.add_source(session, door, bare)
        source = actions.source_row(session, bare)
        actions.use_row(session, cast.triage.id, source, Purpose.OPERATIONAL_INPUT)
        record(session, door, Event.SYSTEM_IMPORTED, None, subject_kind="system", system_id=cast.triage.id)
    with database.transaction(read_only=True) as session:
        assert [named.name for _, named in queries.uses_of(session, cast.triage.id)] == ["Agency records"]
        assert clock.now() >= queries.uses_of(session, cast.triage.id)[0][0].from_at

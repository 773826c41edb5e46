"""What was counted is told again for as long as it is true, to those who may know of the same systems, and not a moment longer."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from registry.annotations.actions import write_note
from registry.audit.actions import record
from registry.audit.queries.follow import Newest
from registry.kernel import clock
from registry.kernel.events import Event
from registry.portfolio import queries as portfolio
from registry.portfolio.queries import figures
from registry.portfolio.rules.figures import Scope
from registry.systems import queries
from registry.systems.models import System
from registry.systems.queries import remembering
from registry.systems.queries.remembering import remembered
from registry.systems.rules.record import Visibility
from registry.systems.rules.search import Search
from tests import databases
from tests.store.statements import counted

DOOR_EVENTS = (Event.SIGN_IN_SUCCEEDED, Event.REGISTER_EXPORTED)


def asked(database, cast, name, *, on=0):
    """How many systems a person is told of, and how many statements that took."""
    with clock.frozen(clock.now() + timedelta(days=on)), database.transaction(read_only=True) as session:
        actor = cast.actor(session, name)
        with counted(database) as sent:
            found = queries.counted(session, actor, Search()).found
    return found, len(sent)


def happened(database, cast, event):
    with database.transaction() as session:
        record(session, cast.actor(session, "adam"), event, None, subject_kind="test")


@pytest.fixture(autouse=True)
def forgotten(database):
    """The engines of tests go on to the next test, and may remember a register that had the same ledger."""
    remembering._MEMORIES.pop(database.engine, None)


def edited(database, cast):
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        triage.summary += " Looked at again."
        record(session, cast.actor(session, "adam"), Event.SYSTEM_EDITED, triage, system_id=triage.id)


def noted(database, cast):
    with database.transaction() as session:
        write_note(session, cast.actor(session, "ada"), cast.triage.id, "Looked at it again.")


def test_a_count_is_made_once_until_something_counted_changes_or_the_day_is_over(database, cast):
    (first, anew), (again, less) = (asked(database, cast, "eva") for _ in range(2))
    assert (first, again, less) == (2, 2, 1)
    assert anew > less
    for event in DOOR_EVENTS:
        happened(database, cast, event)
    noted(database, cast)
    assert asked(database, cast, "eva") == (2, less)
    assert asked(database, cast, "eva", on=1) == (2, anew)
    edited(database, cast)
    assert asked(database, cast, "eva") == (2, anew)
    assert asked(database, cast, "eva") == (2, less)


def test_whatever_is_remembered_is_found_in_tables_of_which_the_ledger_tells(database, cast):
    def once():
        with database.transaction(read_only=True) as session, counted(database) as sent:
            actor = cast.actor(session, "rita")
            before = len(sent)
            for ask in (
                lambda: queries.counted(session, actor, Search()),
                lambda: portfolio.coverage(session, actor),
                lambda: figures.figures(session, actor, Scope()),
                lambda: figures.vendors_in(session, actor),
            ):
                ask()
                yield len(sent) - before
                before = len(sent)

    first, again = list(once()), list(once())
    assert min(first) > 0
    # What the ledger has come to is asked once for all of them.
    assert again == [1, 0, 0, 0]
    noted(database, cast)
    assert list(once()) == again
    edited(database, cast)
    assert min(list(once())) > 0


def test_what_was_remembered_beside_another_ledger_is_not_told():
    memory, key, words = (
        remembering._Memory(),
        ("test", None, clock.today(), (None, None)),
        frozenset({"system"}),
    )

    def told(entry, changed):
        usable = memory.follow(entry, changed)
        answer = memory.answer(key, entry) if usable else None
        return answer and answer.found

    entries = [Newest(seq, f"hash of {seq}") for seq in range(10)]
    assert told(entries[5], None) is None
    memory.keep(key, remembering._Answer("a count", words, 5), entries[5])
    assert told(entries[6], {"note": 6}) == "a count"
    # Somebody who began earlier is told it too, as it held then already; of a moment nobody has seen nothing is known.
    assert told(entries[5], None) == "a count"
    assert told(entries[4], None) is None
    assert told(entries[7], {"system": 7}) is None
    memory.keep(key, remembering._Answer("another", words, 7), entries[7])
    # A backup was put in its place, and went on from there: its entries have the numbers, and other hashes.
    assert told(Newest(7, "another hash"), None) is None
    assert told(Newest(8, "yet another"), {"note": 8}) is None
    memory.keep(key, remembering._Answer("late", words, 7), entries[7])
    assert told(Newest(8, "yet another"), None) is None


def test_nobody_is_told_what_was_counted_for_one_who_may_know_more(database, cast):
    assert [asked(database, cast, name)[0] for name in ("rita", "eva", "rita", "eva")] == [3, 2, 3, 2]
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        triage.visibility = Visibility.RESTRICTED
        record(session, cast.actor(session, "adam"), Event.SYSTEM_EDITED, triage, system_id=triage.id)
    assert [asked(database, cast, name)[0] for name in ("rita", "eva")] == [3, 1]
    # Ada holds a seat on each of them: who may know of the same systems is told the same.
    assert asked(database, cast, "ada")[0] == 3


def test_nothing_of_a_past_day_is_remembered_for_who_may_know_of_a_system_is_asked_of_today(
    database, cast, monkeypatch
):
    options = database.engine.get_execution_options()
    monkeypatch.setattr(database.engine, "_execution_options", options | {"is_past": True})
    (_, anew), (_, again) = (asked(database, cast, "eva") for _ in range(2))
    assert anew == again
    assert database.engine not in remembering._MEMORIES


def test_a_transaction_that_writes_counts_what_it_has_changed_itself(database, cast):
    assert asked(database, cast, "eva")[0] == 2
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        triage.visibility = Visibility.RESTRICTED
        session.flush()
        assert queries.counted(session, cast.actor(session, "eva"), Search()).found == 1
        record(session, cast.actor(session, "adam"), Event.SYSTEM_EDITED, triage, system_id=triage.id)
    assert asked(database, cast, "eva")[0] == 1


@pytest.mark.parametrize("database", databases.KINDS[:1], indirect=True)
def test_of_many_who_ask_at_once_one_counts_and_a_failure_is_not_remembered(database, cast):
    made, together = [], Barrier(6)

    def find():
        made.append(1)
        if len(made) == 1:
            raise RuntimeError("it could not be counted")
        return 7

    told = []

    def ask():
        together.wait()
        with database.transaction(read_only=True) as session:
            try:
                told.append(remembered(session, cast.actor(session, "eva"), "test", None, find))
            except RuntimeError:
                told.append(None)

    threads = [Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told, key=str) == [7, 7, 7, 7, 7, None]
    assert len(made) == 2


def test_what_was_found_before_the_rest_of_a_page_failed_is_told_whole_afterwards(database, cast):
    def owned():
        return portfolio.owned_by(session, cast.actor(session, "ada")).systems[0].system.name

    with pytest.raises(ZeroDivisionError), database.transaction(read_only=True) as session:
        told = owned()
        _ = 1 / 0
    with database.transaction(read_only=True) as session:
        assert owned() == told

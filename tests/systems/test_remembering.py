"""What was counted is told again for as long as it is true, to those who may know of the same systems, and not a moment longer."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.events import Event
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


def test_a_count_is_made_once_until_something_is_recorded_or_the_day_is_over(database, cast):
    (first, anew), (again, less) = (asked(database, cast, "eva") for _ in range(2))
    assert (first, again, less) == (2, 2, 2)
    assert anew > less
    for event in DOOR_EVENTS:
        happened(database, cast, event)
    assert asked(database, cast, "eva") == (2, less)
    assert asked(database, cast, "eva", on=1) == (2, anew)
    happened(database, cast, Event.SYSTEM_EDITED)
    assert asked(database, cast, "eva") == (2, anew)


def test_nobody_is_told_what_was_counted_for_one_who_may_know_more(database, cast):
    assert [asked(database, cast, name)[0] for name in ("rita", "eva", "rita", "eva")] == [3, 2, 3, 2]
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        triage.visibility = Visibility.RESTRICTED
        record(session, cast.actor(session, "adam"), Event.SYSTEM_EDITED, triage, system_id=triage.id)
    assert [asked(database, cast, name)[0] for name in ("rita", "eva")] == [3, 1]
    # Ada holds a seat on each of them: who may know of the same systems is told the same.
    assert asked(database, cast, "ada")[0] == 3


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

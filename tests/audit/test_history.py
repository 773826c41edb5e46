"""Reading the log: pages, filters, the history of one record, and a record as it once was."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from registry.audit.actions import record
from registry.audit.models import PAYLOAD
from registry.audit.queries import entries, entries_about, entries_after, history_of, last_about, state_of
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.kernel.events import Event
from tests.audit.doing import ADA, behind
from tests.audit.things import Part, Thing
from tests.store.statements import counted

AT = datetime(2026, 11, 23, 3, 40, tzinfo=UTC)
BEN = Actor(person_id=9, name="Ben Engineer", via="token", request_id="r-18")


@pytest.fixture
def told(database):
    """One thing's life on system 7, and an entry about another system."""
    with clock.frozen(AT), database.transaction() as session:
        thing = Thing(name="a", secret="s")
        session.add(thing)
        record(session, ADA, Event.SYSTEM_REGISTERED, thing, system_id=7, note={"why": "new"})
        thing.name, thing.due = "b", AT.date()
        session.add(Part(thing_id=thing.id, label="p"))
        record(session, BEN, Event.SYSTEM_EDITED, thing, system_id=7)
        record(session, BEN, Event.OWNER_CONFIRMED, thing, system_id=7)
        record(session, the_registry("worker"), Event.SIGN_IN_REFUSED, None, system_id=8)
        part = session.get(Part, 1)
        session.delete(part)
        record(session, ADA, Event.SYSTEM_EDITED, part, system_id=7)
    return database


def reading(database, query, *args, **options):
    with database.transaction(read_only=True) as session:
        return query(session, *args, **options)


def seqs(items) -> list[int]:
    return [item.seq for item in items]


def test_the_history_of_a_record_is_what_changed_it_and_what_names_it(told):
    items = reading(told, history_of, "thing", 1)
    assert seqs(items) == [3, 2, 1]
    exported, edited, registered = items
    assert (exported.event, exported.objects, exported.changes) == ("owner.confirmed", (), [])
    assert edited.changes == [("due", None, "2026-11-23"), ("name", "a", "b")]
    assert (edited.actor, edited.actor_id, edited.via, edited.request_id) == (
        "Ben Engineer",
        9,
        "token",
        "r-18",
    )
    assert (registered.at, registered.said) == (AT, {"why": "new"})
    assert registered.objects[0].verb == "added"
    assert ("secret", None, "(masked)") in registered.changes


def test_the_history_of_a_record_leaves_out_what_the_same_entry_did_to_others(told):
    edited = reading(told, history_of, "part", 1)[-1]
    assert [(one.kind, one.verb) for one in edited.objects] == [("part", "added")]
    removed = reading(told, history_of, "part", 1)[0]
    assert removed.objects[0].verb == "removed"
    assert removed.changes == [("id", 1, None), ("label", "p", None), ("thing_id", 1, None)]


def test_the_log_of_a_system_shows_every_row_of_each_entry(told):
    items = reading(told, entries_about, 7)
    assert seqs(items) == [5, 3, 2, 1]
    assert {one.kind for one in items[2].objects} == {"thing", "part"}


def test_the_log_is_narrowed_by_event_and_by_person(told):
    assert seqs(reading(told, entries)) == [5, 4, 3, 2, 1]
    assert seqs(reading(told, entries, event=Event.SYSTEM_EDITED)) == [5, 2]
    assert seqs(reading(told, entries, actor_id=9)) == [3, 2]
    assert seqs(reading(told, entries, actor_id=9, event=Event.SYSTEM_EDITED, system_id=7)) == [2]
    assert seqs(reading(told, entries, system_id=99)) == []


@pytest.mark.parametrize(
    ("query", "args", "whole"),
    [
        (history_of, ("thing", 1), [3, 2, 1]),
        (entries_about, (7,), [5, 3, 2, 1]),
        (entries, (), [5, 4, 3, 2, 1]),
    ],
)
def test_pages_join_without_gap_or_repeat(told, query, args, whole):
    found, before = [], None
    while page := reading(told, query, *args, before_seq=before, limit=2):
        assert len(page) <= 2
        found += seqs(page)
        before = page[-1].seq
    assert found == whole


def test_each_page_is_one_statement(told):
    for query, args in ((history_of, ("thing", 1)), (entries_about, (7,))):
        with counted(told) as sent:
            reading(told, query, *args)
        assert len([line for line in sent if line.startswith("SELECT")]) == 1


def test_a_damaged_payload_does_not_close_the_log(told):
    with behind(told) as connection:
        connection.execute(sa.update(PAYLOAD).where(PAYLOAD.c.seq == 2).values(payload='{"actor":'))
        connection.execute(sa.update(PAYLOAD).where(PAYLOAD.c.seq == 3).values(payload="[]"))
    items = reading(told, entries)
    assert [item.actor for item in items] == ["Ada Owner", "the registry", "", "", "Ada Owner"]
    assert "damaged" in items[2].said["unreadable"]


def test_a_record_is_found_as_it_was_at_each_revision(told):
    first, second = (reading(told, state_of, "thing", 1, version) for version in (1, 2))
    assert (first["name"], first["due"], first["story"]) == ("a", None, "")
    assert (second["name"], second["due"]) == ("b", "2026-11-23")
    assert reading(told, state_of, "thing", 1, 3) is None
    assert reading(told, state_of, "thing", 1, None) is None
    assert reading(told, state_of, "nothing", 1, 1) is None


def test_a_follower_reads_on_from_its_place_in_order(told):
    first = reading(told, entries_after, 0, limit=2)
    assert [(one.seq, one.event, one.subject_kind, one.subject_id, one.system_id) for one in first] == [
        (1, "system.registered", "thing", 1, 7),
        (2, "system.edited", "thing", 1, 7),
    ]
    assert seqs(reading(told, entries_after, 2, limit=9)) == [3, 4, 5]
    assert reading(told, entries_after, 5, limit=9) == []


def test_the_last_word_on_a_system_is_its_newest_entry(told):
    assert reading(told, last_about, 7) == (5, clock.written(AT))
    assert reading(told, last_about, 99) is None

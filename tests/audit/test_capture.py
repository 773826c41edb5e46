"""No audited row changes without an entry, and the entry tells the change as it was."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from registry.audit.actions import UnrecordedChange, capture, journal, record
from registry.audit.models import ENTRY
from registry.audit.queries.state import state_of_row, writers_of
from registry.kernel import clock
from registry.kernel.actor import Actor, Token, the_registry
from registry.kernel.events import Event
from registry.store.session import at_the_end, finish
from tests.audit.doing import ADA, EDITED, add, checked, edit, objects, payloads, recorded
from tests.audit.things import Colour, Part, Scratch, Thing


def entries_of(database) -> list[dict]:
    with database.transaction(read_only=True) as session:
        found = session.connection().execute(sa.select(ENTRY).order_by(ENTRY.c.seq)).mappings()
        return [dict(row) for row in found]


def test_an_entry_says_who_did_what_to_which_and_through_what(database):
    actor = Actor(person_id=4, name="Ada Owner", via="token", request_id="r-9", token=Token(8, frozenset()))
    with clock.frozen(datetime(2026, 11, 23, 3, 40, 50, 5, tzinfo=UTC)), database.transaction() as session:
        thing = Thing(name="Triage")
        session.add(thing)
        record(session, actor, Event.SYSTEM_REGISTERED, thing, system_id=42, note={"why": "new"})
    entry = entries_of(database)[0]
    expected = {
        "seq": 1,
        "at": "2026-11-23T03:40:50.000005Z",
        "event": "system.registered",
        "subject_kind": "thing",
        "subject_id": thing.id,
        "system_id": 42,
        "actor_id": 4,
        "via": "token",
        "request_id": "r-9",
        "schema": 1,
        "prev_hash": "0" * 64,
    }
    assert {name: entry[name] for name in expected} == expected
    said = payloads(database)[0]
    assert (said["actor"], said["token"], said["note"]) == ("Ada Owner", 8, {"why": "new"})


def test_a_new_row_is_told_whole_and_what_is_empty_is_left_out(database):
    thing = Thing(
        name="Triage",
        colour=Colour.BLUE,
        price=Decimal("1.50"),
        weight=0.1,
        due=date(2026, 3, 1),
        seen_at=datetime(2026, 3, 1, tzinfo=UTC),
        detail={"b": [1, 1.5]},
    )
    number = add(database, thing)[0]
    told = payloads(database)[0]["objects"]
    assert told == [
        {
            "kind": "thing",
            "id": number,
            "version": 1,
            "before": None,
            "after": {
                "id": number,
                "version": 1,
                "name": "Triage",
                "story": "",
                "colour": "deep blue",
                "price": "1.50",
                "weight": "0.1",
                "ready": False,
                "due": "2026-03-01",
                "seen_at": "2026-03-01T00:00:00.000000Z",
                "detail": {"b": [1, {"$number": "1.5"}]},
            },
        }
    ]
    assert checked(database).ok


def test_a_changed_row_is_told_with_the_old_values_of_what_changed(database):
    number = add(database, Thing(name="a", story="same"))[0]
    edit(database, number, name="b", due=date(2026, 3, 1), story="same")
    told = payloads(database)[1]["objects"][0]
    assert told["before"] == {"name": "a", "due": None}
    assert (told["version"], told["after"]["name"], told["after"]["due"]) == (2, "b", "2026-03-01")
    assert checked(database).ok


def test_a_deleted_row_is_told_with_all_it_held(database):
    number = add(database, Thing(name="a"))[0]
    with recorded(database) as session:
        session.delete(session.get(Thing, number))
    told = payloads(database)[1]["objects"][0]
    assert (told["before"]["name"], told["after"]) == ("a", None)
    assert checked(database).ok


def test_several_changes_before_one_entry_are_told_as_one(database):
    number = add(database, Thing(name="a"))[0]
    with recorded(database) as session:
        thing = session.get(Thing, number)
        for name in ("b", "c"):
            thing.name = name
            session.flush()
        thing.ready = True
    told = payloads(database)[1]["objects"]
    assert len(told) == 1
    assert told[0]["before"] == {"name": "a", "ready": False}
    assert told[0]["after"]["name"] == "c"


def test_a_row_added_changed_and_deleted_before_one_entry_leaves_nothing_to_tell(database):
    with recorded(database) as session:
        thing = Thing(name="a")
        session.add(thing)
        session.flush()
        thing.name = "b"
        session.flush()
        session.delete(thing)
    assert payloads(database)[0]["objects"] == []
    assert checked(database).ok


def test_a_row_changed_and_then_deleted_is_told_as_it_stood_before_both(database):
    number = add(database, Thing(name="a"))[0]
    with recorded(database) as session:
        thing = session.get(Thing, number)
        thing.name = "b"
        session.flush()
        session.delete(thing)
    assert payloads(database)[1]["objects"][0]["before"]["name"] == "a"


def test_a_row_put_back_under_its_number_is_told_as_changed(database):
    number = add(database, Thing(name="a", story="s"))[0]
    with recorded(database) as session:
        session.delete(session.get(Thing, number))
        session.flush()
        session.add(Thing(id=number, name="b", story="s", weight=1.0))
    told = payloads(database)[1]["objects"]
    assert [one["before"] for one in told] == [{"name": "a", "weight": None}]
    assert checked(database).ok


def test_each_entry_claims_what_was_changed_since_the_one_before(database):
    with database.transaction() as session:
        one, two = Thing(name="one"), Thing(name="two")
        session.add(one)
        record(session, ADA, EDITED, one)
        session.add(two)
        record(session, ADA, EDITED, two)
        record(session, ADA, Event.OWNER_CONFIRMED, one)
    assert objects(database) == [(1, "thing", one.id), (2, "thing", two.id)]
    assert [entry["event"] for entry in entries_of(database)] == [
        "system.edited",
        "system.edited",
        "owner.confirmed",
    ]
    assert checked(database).ok


def test_an_entry_needs_no_row_and_no_subject(database):
    with database.transaction() as session:
        record(session, the_registry("worker"), Event.SIGN_IN_REFUSED, None, subject_kind="person")
    entry = entries_of(database)[0]
    assert (entry["subject_kind"], entry["subject_id"], entry["actor_id"]) == ("person", None, None)
    assert checked(database).ok


def test_masked_columns_show_only_that_they_hold_something(database):
    number = add(database, Thing(name="a", secret="hunter2"))[0]
    edit(database, number, secret="hunter3")
    edit(database, number, secret=None)
    first, second, third = (said["objects"][0] for said in payloads(database))
    assert first["after"]["secret"] == "(masked)"
    assert second["before"] == {"secret": "(masked)"}
    assert "secret" not in third["after"]
    assert "hunter" not in str(payloads(database))
    assert checked(database).ok


def test_the_digest_covers_what_is_masked(database):
    add(database, Thing(name="a", secret="hunter2"))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE thing SET secret = 'hunter3'")
    assert not checked(database).ok


def test_an_old_value_is_known_even_if_it_was_never_loaded(database):
    number = add(database, Thing(name="a"))[0]
    with recorded(database) as session:
        thing = session.get(Thing, number)
        session.expire(thing)
        thing.name = "b"
    assert payloads(database)[1]["objects"][0]["before"] == {"name": "a"}


def test_a_json_value_changed_in_place_and_flagged_is_told_with_its_old_value(database):
    number = add(database, Thing(name="a", detail=[1]))[0]
    with recorded(database) as session:
        thing = session.get(Thing, number)
        thing.detail.append(2)
        sa.orm.attributes.flag_modified(thing, "detail")
    told = payloads(database)[1]["objects"][0]
    assert (told["before"], told["after"]["detail"]) == ({"detail": [1]}, [1, 2])


def test_a_value_the_database_computes_is_told_as_it_came_out(database):
    number = add(database, Thing(name="a", count=1))[0]
    edit(database, number, count=Thing.__table__.c.count + 41)
    told = payloads(database)[1]["objects"][0]
    assert (told["before"], told["after"]["count"]) == ({"count": 1}, 42)
    assert checked(database).ok


def test_a_row_touched_without_a_change_is_not_told(database):
    number = add(database, Thing(name="a"))[0]
    edit(database, number, name="a")
    assert payloads(database)[1]["objects"] == []


def test_rows_outside_the_ledger_change_freely(database):
    with database.transaction() as session:
        session.add(Scratch(word="a"))
    with database.transaction() as session:
        session.execute(sa.update(Scratch).values(word="b"))
    assert entries_of(database) == []


# -- refusals ---------------------------------------------------------------------------------------------------


def count_of(database, kind) -> int:
    with database.transaction(read_only=True) as session:
        return session.execute(sa.select(sa.func.count()).select_from(kind)).scalar_one()


def test_a_change_without_an_entry_stops_the_transaction(database):
    with pytest.raises(UnrecordedChange, match="thing 1"), database.transaction() as session:
        session.add(Thing(name="a"))
    assert count_of(database, Thing) == 0


def test_a_change_after_the_last_entry_stops_the_transaction(database):
    def change_late():
        with database.transaction() as session:
            thing = Thing(name="a")
            session.add(thing)
            record(session, ADA, EDITED, thing)
            thing.name = "b"

    with pytest.raises(UnrecordedChange):
        change_late()
    assert count_of(database, Thing) == 0
    assert entries_of(database) == []


def test_a_deletion_without_an_entry_stops_the_transaction(database):
    number = add(database, Thing(name="a"))[0]
    with pytest.raises(UnrecordedChange), database.transaction() as session:
        session.delete(session.get(Thing, number))
    assert count_of(database, Thing) == 1


def test_a_session_that_commits_by_itself_is_stopped_too(database):
    with Session(database.engine) as session:
        session.add(Thing(name="a"))
        with pytest.raises(UnrecordedChange):
            session.commit()
    with Session(database.engine) as session:
        record(session, ADA, EDITED, None)
        with pytest.raises(UnrecordedChange, match="where none are written"):
            session.commit()
    assert (count_of(database, Thing), entries_of(database)) == (0, [])


def test_a_change_made_by_another_finisher_is_stopped(database):
    def late(session):
        session.add(Thing(name="late"))

    def act():
        with database.transaction() as session:
            record(session, ADA, EDITED, None)
            at_the_end(session, late)

    with pytest.raises(UnrecordedChange):
        act()
    assert (count_of(database, Thing), entries_of(database)) == (0, [])


@pytest.mark.parametrize(
    "statement",
    [
        sa.update(Thing).values(name="b"),
        sa.update(Thing.__table__).values(name="b"),
        sa.delete(Thing),
        sa.insert(Thing).values(name="b", version=1, story="", ready=False),
        sa.text("UPDATE thing SET name = 'b'"),
        sa.text("  update \"thing\" set name = 'b'"),
        sa.text("WITH x AS (SELECT 1) DELETE FROM thing"),
        sa.text("/* by hand */ DELETE FROM thing"),
    ],
    ids=str,
)
def test_a_statement_that_changes_audited_rows_unseen_is_refused(database, statement):
    add(database, Thing(name="a"))
    with pytest.raises(UnrecordedChange, match="past the ledger"), database.transaction() as session:
        session.execute(statement)
    with pytest.raises(UnrecordedChange, match="past the ledger"), database.transaction() as session:
        session.connection().execute(statement)
    assert checked(database).ok


def test_the_old_ways_to_write_in_bulk_are_refused(database):
    for write in (
        lambda session: session.bulk_save_objects([Thing(name="b")]),
        lambda session: session.bulk_insert_mappings(Thing, [{"name": "b"}]),
        lambda session: session.connection().exec_driver_sql("DELETE FROM thing"),
    ):
        with pytest.raises(UnrecordedChange), database.transaction() as session:
            write(session)
    assert count_of(database, Thing) == 0


def test_statements_that_only_mention_a_table_pass(database):
    add(database, Thing(name="a"))
    with database.transaction() as session:
        session.execute(sa.select(Thing).with_for_update()).all()
        session.execute(sa.text("WITH t AS (SELECT * FROM thing) SELECT * FROM t")).all()
        session.execute(sa.insert(Scratch).values(word="update thing set"))


def test_without_the_guard_a_bulk_update_would_go_unseen(database, monkeypatch):
    monkeypatch.setattr(capture, "audited_tables", dict)
    number = add(database, Thing(name="a"))[0]
    with database.transaction() as session:
        session.execute(sa.update(Thing).values(name="b"))
    assert [found.says for found in checked(database).problems] == [
        f"thing {number} is not as entry 1 left it"
    ]


def test_without_the_last_check_a_change_would_go_unseen(database, monkeypatch):
    monkeypatch.setattr(journal.Journal, "refuse_if_unclaimed", lambda self: None)
    with database.transaction() as session:
        session.add(Thing(name="a"))
    assert "no entry tells of it" in checked(database).problems[0].says


def test_a_value_of_the_wrong_kind_stops_at_the_entry(on_sqlite):
    with pytest.raises(TypeError, match="int stands where text belongs"), recorded(on_sqlite) as session:
        session.add(Thing(name=5))
    assert count_of(on_sqlite, Thing) == 0


def test_a_column_without_one_certain_spelling_is_refused():
    table = sa.Table("odd", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("sum", sa.Numeric(10, 2)))
    with pytest.raises(TypeError, match="no certain way"):
        writers_of(table)


def test_the_number_of_a_row_cannot_change(database):
    number = add(database, Thing(name="a"))[0]
    with pytest.raises(UnrecordedChange, match="never changes"):
        edit(database, number, id=77)


WAYS_PAST = {
    "ON DELETE CASCADE on parent_id": (
        'parent_id: int = Field(foreign_key="parent.id", ondelete="CASCADE")',
    ),
    "parent uses post_update": (
        'parent_id: int = Field(foreign_key="parent.id")',
        'parent: Parent = Relationship(sa_relationship_kwargs={"post_update": True})',
    ),
    "parents writes a link table": (
        'parents: list[Parent] = Relationship(sa_relationship_kwargs={"secondary": links})',
    ),
}


@pytest.mark.parametrize("way", WAYS_PAST)
def test_a_mapping_that_changes_rows_unseen_is_refused_when_the_program_starts(way):
    lines = [
        "import sqlalchemy as sa",
        "from sqlmodel import Field, Relationship, SQLModel",
        "import registry.audit.actions",
        "from registry.store.columns import Row",
        "class Parent(Row, table=True):",
        "    pass",
        "links = sa.Table('links', SQLModel.metadata, sa.Column('a', sa.ForeignKey('parent.id')),",
        "    sa.Column('b', sa.ForeignKey('child.id')))",
        "class Child(Row, table=True):",
        *(f"    {line}" for line in WAYS_PAST[way]),
        "sa.orm.configure_mappers()",
    ]
    # In a process of its own: a class cannot be taken out of the mapping again.
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )
    assert f"UnrecordedChange: Child can change past the ledger: {way}" in ended.stderr


# -- savepoints and rollbacks -----------------------------------------------------------------------------------


def test_what_a_savepoint_took_back_is_not_told(database):
    def try_in_vain(session):
        with session.begin_nested():
            session.add(Thing(name="dropped"))
            record(session, ADA, EDITED, None)
            session.add(Thing(name="dropped too"))
            session.flush()
            raise ZeroDivisionError

    with database.transaction() as session:
        kept = Thing(name="kept")
        session.add(kept)
        with pytest.raises(ZeroDivisionError):
            try_in_vain(session)
        with session.begin_nested():
            also = Thing(name="also kept")
            session.add(also)
        record(session, ADA, EDITED, kept)
    assert [one["after"]["name"] for one in payloads(database)[0]["objects"]] == ["kept", "also kept"]
    assert checked(database).ok


def test_a_session_used_again_after_a_rollback_owes_nothing(database):
    with Session(database.engine) as session:
        session.add(Thing(name="a"))
        record(session, ADA, EDITED, None)
        session.rollback()
        kept = Thing(name="b")
        session.add(kept)
        record(session, ADA, EDITED, kept)
        finish(session)
        session.commit()
    assert [said["objects"][0]["after"]["name"] for said in payloads(database)] == ["b"]
    assert checked(database).ok


# -- the same state from memory, from SQLite and from PostgreSQL --------------------------------------------------

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
VALUES = st.fixed_dictionaries(
    {
        "name": TEXT,
        "story": TEXT,
        "secret": st.none() | TEXT,
        "colour": st.none() | st.sampled_from(Colour),
        "price": st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=4, max_value=10**20),
        "weight": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "count": st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
        "ready": st.booleans(),
        "due": st.none() | st.dates(),
        "seen_at": st.none() | st.datetimes(min_value=datetime(1, 1, 2), timezones=st.just(UTC)),
        "detail": JSON,
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(values=VALUES, later=VALUES)
def test_any_value_that_can_be_stored_is_recorded_as_it_is_read_back(database, values, later):
    number = add(database, Thing(**values))[0]
    edit(database, number, **later)
    with database.transaction(read_only=True) as session:
        table = Thing.__table__
        row = session.connection().execute(sa.select(table).where(table.c.id == number)).mappings().one()
        stored = state_of_row(row, table)
    told = payloads(database)[-1]["objects"]
    shown = told[0]["after"] if told else payloads(database)[-2]["objects"][0]["after"]
    assert {**shown, "secret": stored.get("secret")} == {**stored, "secret": stored.get("secret")}
    assert checked(database).ok


def test_a_child_attached_through_its_parent_is_told_with_the_number_it_got(database):
    with recorded(database) as session:
        thing = Thing(name="a")
        session.add(thing)
        session.flush()
        session.add(Part(thing_id=thing.id, label="p"))
    assert [one["kind"] for one in payloads(database)[0]["objects"]] == ["thing", "part"]
    assert checked(database).ok

"""Whatever is changed behind the program, in the ledger or in the rows it speaks of, is named."""

import contextlib
import threading
from datetime import UTC, datetime
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries import live, verification, verify
from registry.audit.rules.entries import GONE, commitment_of, digest_of, leaf_bytes
from registry.audit.rules.merkle import Frontier, leaf_hash
from registry.kernel import clock
from tests.audit.doing import add, behind, checked, edit, examined, recorded, unguarded
from tests.audit.things import KINDS, Colour, Part, Thing

TABLES = (ENTRY, PAYLOAD, OBJECT)
NUMBERS = {"seq", "subject_id", "system_id", "actor_id", "schema", "position", "object_id"}


@pytest.fixture
def filled(database):
    """Three entries: two things, one changed, the other deleted."""
    one, two = add(database, Thing(name="one", secret="s", colour=Colour.RED), Thing(name="two"))
    edit(database, one, name="one more", due=datetime(2026, 3, 1, tzinfo=UTC).date())
    with recorded(database) as session:
        session.delete(session.get(Thing, two))
    return database


def named(verification) -> set[int | None]:
    return {found.seq for found in verification.problems}


def test_an_honest_ledger_is_clean_and_its_root_is_that_of_its_leaves(filled):
    found = checked(filled)
    frontier = Frontier()
    with filled.engine.connect() as connection:
        for leaf in connection.execute(sa.select(ENTRY.c.leaf_hash).order_by(ENTRY.c.seq)).scalars():
            frontier.add(bytes.fromhex(leaf))
    assert (found.entries, found.ok, found.first_bad, found.problems) == (3, True, None, [])
    assert found.root == frontier.root().hex()


def test_an_empty_ledger_is_clean(database):
    found = checked(database)
    assert (found.entries, found.ok) == (0, True)
    assert found.root == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


# -- the ledger's own rows ---------------------------------------------------------------------------------------


def changes_of(value, *, number: bool, case: bool):
    if number:
        yield from [value ^ 1, value ^ 2, value + 1000] if value is not None else [0, 7]
        return
    for position, character in enumerate(value):
        yield value[:position] + chr(ord(character) ^ 1) + value[position + 1 :]
        if case and character.isalpha():
            yield value[:position] + character.swapcase() + value[position + 1 :]


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(5, id="every fifth"),
        pytest.param(1, id="all", marks=[pytest.mark.long, pytest.mark.slow]),
    ],
)
def test_every_byte_of_every_column_is_missed_by_nobody(filled, each):
    """Each change is made alone, verified and taken back."""
    missed, tried, turn = [], 0, count()
    with unguarded(filled) as connection:
        for table in TABLES:
            for row in connection.execute(sa.select(table)).mappings().all():
                same = sa.and_(*(table.c[key.name] == row[key.name] for key in table.primary_key))
                for name, value in row.items():
                    # Every letter's case too where a spelling could matter; in the long payload once is enough.
                    case = name != "payload"
                    for other in changes_of(value, number=name in NUMBERS, case=case):
                        if next(turn) % each:
                            continue
                        savepoint = connection.begin_nested()
                        try:
                            connection.execute(sa.update(table).where(same).values({name: other}))
                        except sa.exc.IntegrityError:
                            savepoint.rollback()  # the number is taken, or the value may not repeat
                            continue
                        tried += 1
                        found = examined(connection, live=False)
                        fair = {row["seq"], other} if name == "seq" else {row["seq"]}
                        if found.ok or found.first_bad not in fair:
                            missed.append((table.name, row["seq"], name, other, found.first_bad))
                        savepoint.rollback()
    assert missed == []
    assert tried > 2_000 / each


@pytest.mark.parametrize("table", TABLES, ids=str)
@pytest.mark.parametrize("seq", [1, 2, 3])
def test_each_deleted_row_is_named(filled, table, seq):
    with behind(filled) as connection:
        connection.execute(sa.delete(table).where(table.c.seq == seq))
    assert checked(filled).first_bad == seq


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_an_entry_deleted_with_all_that_belongs_to_it_is_named(filled, seq):
    with behind(filled) as connection:
        for table in TABLES:
            connection.execute(sa.delete(table).where(table.c.seq == seq))
    found = checked(filled)
    # Of the last entry nothing is left to miss; what it did to its row is.
    assert not found.ok
    assert found.first_bad == (seq if seq < 3 else 1)


def test_the_newest_entries_cut_off_together_with_what_they_did_need_a_figure_from_outside(database):
    """The limit of what verification can see by itself, and what the figure it prints is for."""
    add(database, Thing(name="one"))
    held = checked(database)
    number = add(database, Thing(name="two"))[0]
    after = checked(database)
    with behind(database) as connection:
        connection.execute(sa.delete(Thing.__table__).where(Thing.__table__.c.id == number))
        for table in (OBJECT, PAYLOAD, ENTRY):
            connection.execute(sa.delete(table).where(table.c.seq == 2))
    cut = checked(database)
    assert cut.ok
    assert (cut.entries, cut.root) == (held.entries, held.root) != (after.entries, after.root)


def test_two_entries_whose_contents_are_swapped_are_named(filled):
    with behind(filled) as connection:
        for table in TABLES:
            for old, new in ((1, 100), (2, 1), (100, 2)):
                connection.execute(sa.update(table).where(table.c.seq == old).values(seq=new))
    assert checked(filled).first_bad == 1


def forged(connection, seq: int, prev_hash: str, **other) -> None:
    """An entry with all its hashes right, put in past the program."""
    salt = bytes(16)
    entry = dict.fromkeys((column.name for column in ENTRY.columns), None) | {
        "seq": seq,
        "at": "2030-01-01T00:00:00.000000Z",
        "event": "system.edited",
        "subject_kind": "thing",
        "via": "session",
        "request_id": "",
        "schema": 1,
        "commitment": commitment_of(salt, "{}"),
        "prev_hash": prev_hash,
    }
    entry |= other
    entry["leaf_hash"] = leaf_hash(leaf_bytes([*entry.values()], [])).hex()
    connection.execute(sa.insert(ENTRY), entry)
    connection.execute(sa.insert(PAYLOAD), {"seq": seq, "salt": salt.hex(), "payload": "{}"})


@pytest.mark.parametrize("seq", [-5, 0, 9, 2**31 - 1])
def test_an_inserted_entry_is_named(filled, seq):
    with behind(filled) as connection:
        forged(connection, seq, "f" * 64)
    found = checked(filled)
    assert found.first_bad == (seq if seq < 1 else 4)
    assert found.entries == 4


def test_an_entry_inserted_in_the_middle_by_shifting_the_rest_is_named(filled):
    with behind(filled) as connection:
        for table in TABLES:
            for seq in (3, 2):
                connection.execute(sa.update(table).where(table.c.seq == seq).values(seq=seq + 1))
        forged(connection, 2, "f" * 64)
    assert checked(filled).first_bad == 2


def test_rows_that_belong_to_no_entry_are_named(filled):
    with behind(filled) as connection:
        connection.execute(sa.insert(PAYLOAD), {"seq": 9, "salt": "", "payload": ""})
        connection.execute(
            sa.insert(OBJECT), {"seq": -3, "position": 0, "kind": "thing", "object_id": 1, "digest": ""}
        )
    assert named(checked(filled)) >= {9, -3}


def test_one_more_object_in_an_old_entry_is_named(filled):
    with behind(filled) as connection:
        connection.execute(
            sa.insert(OBJECT), {"seq": 2, "position": 1, "kind": "thing", "object_id": 77, "digest": "0" * 64}
        )
    assert checked(filled).first_bad == 2


@pytest.mark.parametrize("table", TABLES, ids=str)
@pytest.mark.parametrize("value", ["X'C3C3'", "CAST(X'C3C328' AS TEXT)", "1.5", "'null'"])
def test_what_sqlite_lets_into_any_column_is_named_and_stops_nothing(on_sqlite, table, value):
    """SQLite keeps bytes in text columns, text in number columns, and text that is no text."""
    thing = add(on_sqlite, Thing(name="a"))[0]
    edit(on_sqlite, thing, name="b")
    for column in table.columns:
        if column.name == "seq" and table is not OBJECT:
            continue
        with unguarded(on_sqlite) as connection:
            line = f"UPDATE {table.name} SET {column.name} = {value} WHERE seq = 2"
            if connection.exec_driver_sql(line).rowcount == 0:
                pytest.fail(line)
            found = examined(connection)
            assert not found.ok, line
            assert found.first_bad == 2, line
            assert found.entries == 2, line


# -- the rows it speaks of ---------------------------------------------------------------------------------------

EDITS = [
    "name = 'x'",
    "secret = 't'",
    "secret = NULL",
    "colour = 'deep blue'",
    "story = ' '",
    "price = '0'",
    "weight = 0.5",
    "count = 0",
    "ready = NOT ready",
    "due = '2026-03-02'",
    "seen_at = '2026-03-01 00:00:00.000001'",
    "detail = '[]'",
    "version = 9",
]


@pytest.mark.parametrize("change", EDITS)
def test_an_edit_of_any_column_of_a_live_row_is_named_with_its_last_honest_entry(filled, change):
    with filled.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE thing SET {change} WHERE id = 1")
    found = checked(filled)
    assert [(each.seq, each.says) for each in found.problems] == [(2, "thing 1 is not as entry 2 left it")]
    assert checked(filled, live=False).ok


def test_a_live_row_deleted_behind_is_named(filled):
    with filled.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM thing WHERE id = 1")
    assert [each.seq for each in checked(filled).problems] == [2]


@pytest.mark.parametrize("number", [0, 5, 2**31 - 1, -(2**31)])
def test_a_live_row_inserted_behind_is_named(filled, number):
    with filled.engine.begin() as connection:
        connection.execute(
            sa.insert(Thing.__table__),
            {"id": number, "name": "x", "version": 1, "story": "", "ready": False},
        )
    found = checked(filled)
    assert [each.says for each in found.problems] == [
        f"thing {number} stands in the database, but no entry tells of it"
    ]
    assert (found.ok, found.first_bad) == (False, None)


def test_a_deleted_row_put_back_behind_is_named(filled):
    with filled.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO thing (id, name, version, story, ready) VALUES (2, 'two', 1, '', false)"
        )
    assert [(each.seq, each.says) for each in checked(filled).problems] == [
        (3, "thing 2 was deleted by entry 3 and stands in the database again")
    ]


def test_two_live_rows_that_traded_their_numbers_are_both_named(database):
    one, two = add(database, Thing(name="one"), Thing(name="two"))
    with database.engine.begin() as connection:
        for old, new in ((one, 100), (two, one), (100, two)):
            connection.exec_driver_sql(f"UPDATE thing SET id = {new} WHERE id = {old}")
    assert len(checked(database).problems) == 2


def test_rows_in_every_batch_are_compared(database, monkeypatch):
    monkeypatch.setattr(live, "BATCH", 3)
    numbers = add(database, *(Thing(name=str(each)) for each in range(10)))
    assert checked(database).ok
    for number in numbers:
        with unguarded(database) as connection:
            connection.exec_driver_sql(f"UPDATE thing SET name = 'x' WHERE id = {number}")
            assert [each.says for each in examined(connection).problems] == [
                f"thing {number} is not as entry 1 left it"
            ]
            connection.exec_driver_sql(f"DELETE FROM thing WHERE id = {number}")
            assert [each.seq for each in examined(connection).problems] == [1]


@pytest.mark.parametrize(
    "change",
    [
        "name = X'C3C3'",
        "name = CAST(X'C3C328' AS TEXT)",
        "count = 'many'",
        "count = 1.5",
        "count = 9223372036854775807",
        "colour = 'green'",
        "price = 'dear'",
        "weight = 'heavy'",
        "due = 'soon'",
        "seen_at = 'now'",
        "detail = '{'",
        "detail = '[NaN]'",
        "detail = '\"\\ud800\"'",
        "ready = 'maybe'",
    ],
)
def test_a_live_value_that_is_not_of_its_columns_kind_is_named_and_stops_nothing(on_sqlite, change):
    _, two, three = add(on_sqlite, Thing(name="one"), Thing(name="two"), Thing(name="three"))
    with on_sqlite.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE thing SET {change} WHERE id = {two}")
        connection.exec_driver_sql(f"UPDATE thing SET name = 'x' WHERE id = {three}")
    says = [each.says for each in checked(on_sqlite).problems]
    assert len(says) == 2
    assert [f"thing {number}" in line for number, line in zip((two, three), says, strict=True)] == [True] * 2


def test_rows_of_a_table_that_is_gone_are_named(filled):
    with filled.transaction(read_only=True) as session:
        found = verify(session, kinds={"part": Part.__table__})
    assert [(each.seq, each.says) for each in found.problems] == [
        (3, "the ledger speaks of 'thing', which is no audited table")
    ]


def test_a_digest_swapped_to_fit_a_changed_row_is_named_by_its_entry(filled):
    """Who changes the row and its digest together has the leaf against them."""
    with behind(filled) as connection:
        connection.exec_driver_sql("DELETE FROM thing WHERE id = 1")
        salt = connection.execute(sa.select(PAYLOAD.c.salt).where(PAYLOAD.c.seq == 2)).scalar_one()
        digest = digest_of(bytes.fromhex(salt), GONE)
        connection.execute(sa.update(OBJECT).where(OBJECT.c.seq == 2).values(digest=digest))
    assert named(checked(filled)) == {2}


def test_by_default_all_audited_tables_of_the_product_are_compared(monkeypatch):
    assert "thing" not in verification._application_kinds()
    monkeypatch.setattr(verification, "SQLModel", Thing)
    assert verification._application_kinds().keys() == KINDS.keys() - {"ledger_key"}


# -- no false alarms ---------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "edit twice", "delete", "put back", "part", "undo", "nothing"]),
        st.integers(0, 5),
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5),
    ),
    max_size=12,
)


def step(session, verb: str, thing: Thing | None, text: str) -> None:
    if verb == "add" or thing is None:
        session.add(Thing(name=text, secret=text, detail={"text": text, "size": len(text) / 3}))
        return
    if verb in {"edit", "edit twice"}:
        thing.name = text
    if verb == "edit twice":
        session.flush()
        thing.story, thing.detail = text, [text]
    elif verb == "part":
        session.add(Part(thing_id=thing.id, label=text))
    elif verb in {"delete", "put back"}:
        for part in session.scalars(sa.select(Part).where(Part.thing_id == thing.id)):
            session.delete(part)
        session.flush()
        session.delete(thing)
        session.flush()
        if verb == "put back":
            session.add(Thing(id=thing.id, name=text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(steps=STEPS)
def test_no_sequence_of_honest_edits_raises_an_alarm(database, steps):
    for verb, which, text in steps:
        with contextlib.suppress(ZeroDivisionError), recorded(database) as session:
            things = session.scalars(sa.select(Thing).order_by(Thing.id)).all()
            step(session, verb, things[which % len(things)] if things else None, text)
            session.flush()
            1 / (verb != "undo")
    found = checked(database)
    assert found.ok, found.problems


def test_an_entry_written_while_verification_reads_is_no_alarm(database):
    number = add(database, Thing(name="a"))[0]
    for each in range(20):
        edit(database, number, name=str(each))
    stop = threading.Event()

    def keep_writing():
        count = 0
        while not stop.is_set():
            count += 1
            edit(database, number, story=str(count))

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for _ in range(25):
            assert checked(database).problems == []
    finally:
        stop.set()
        writer.join()


@pytest.fixture
def quick_writer(database, monkeypatch):
    """Somebody who edits a row just after the ledger's last word on it was read, and before the row is."""
    number = add(database, Thing(name="a"))[0]
    read = live._live

    def interrupted(connection, table):
        if table is Thing.__table__:
            edit(database, number, name="b")
        yield from read(connection, table)

    monkeypatch.setattr(live, "_live", interrupted)
    return database


def test_an_entry_committed_between_the_two_halves_of_the_check_is_no_alarm(quick_writer):
    assert checked(quick_writer).problems == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_without_one_snapshot_that_entry_would_be_a_false_alarm(quick_writer):
    """On PostgreSQL, that is: a transaction on SQLite always reads one snapshot."""
    with quick_writer.engine.connect() as connection:
        assert not examined(connection).ok


def test_the_clock_set_back_does_not_set_the_ledger_back(database):
    with clock.frozen(datetime(2026, 3, 2, tzinfo=UTC)):
        number = add(database, Thing(name="a"))[0]
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        edit(database, number, name="b")
    with database.engine.connect() as connection:
        at = connection.execute(sa.select(ENTRY.c.at).order_by(ENTRY.c.seq)).scalars().all()
    assert at == ["2026-03-02T00:00:00.000000Z"] * 2
    assert checked(database).ok


def test_progress_is_told_as_entries_are_checked(database, monkeypatch):
    monkeypatch.setattr(verification, "BATCH", 2)
    for each in range(5):
        add(database, Thing(name=str(each)))
    told = []
    assert checked(database, progress=told.append).ok
    assert told == [2, 4]

"""Reading the ledger costs what is read, however long the ledger has grown: by index, never by searching a table."""

import pytest
import sqlalchemy as sa

from registry.audit.queries import entries, entries_about, history_of, last_about, live, state_of
from registry.kernel.events import Event
from tests.audit.doing import add, edit
from tests.audit.things import Thing


@pytest.fixture
def plan_of(on_sqlite):
    """How SQLite goes about everything that a query sends."""
    number = add(on_sqlite, Thing(name="a"))[0]
    edit(on_sqlite, number, name="b")
    sent = []

    def note(*told):
        sent.append(told[2:4])

    def plan(query, *args, **options) -> list[str]:
        sent.clear()
        with on_sqlite.transaction(read_only=True) as session:
            query(session, *args, **options)
            asked = [each for each in sent if each[0].startswith("SELECT")]
            assert asked
            return [
                row[3]
                for statement, values in asked
                for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]

    sa.event.listen(on_sqlite.engine, "before_cursor_execute", note)
    yield plan
    sa.event.remove(on_sqlite.engine, "before_cursor_execute", note)


def last_words(session):
    return list(live._last_words(session.connection(), "thing"))


@pytest.mark.parametrize(
    ("query", "args", "options"),
    [
        (history_of, ("thing", 1), {}),
        (history_of, ("thing", 1), {"before_seq": 2}),
        (entries_about, (1,), {"before_seq": 9}),
        (entries, (), {"actor_id": 4}),
        (entries, (), {"event": Event.SYSTEM_EDITED}),
        (last_about, (1,), {}),
        (state_of, ("thing", 1, 1), {}),
        (last_words, (), {}),
    ],
)
def test_no_table_of_the_ledger_is_searched_from_end_to_end(plan_of, query, args, options):
    assert [line for line in plan_of(query, *args, **options) if line.startswith("SCAN ledger_")] == []


def test_the_last_words_of_a_stretch_are_read_from_that_stretch_alone(plan_of):
    bounded = [line for line in plan_of(last_words) if line.startswith("SEARCH ledger_object")]
    assert any("kind=? AND object_id<?" in line for line in bounded), bounded

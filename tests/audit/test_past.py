"""The rows of an earlier day are those the tables held when it ended, whatever has happened since."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.audit.actions import record
from registry.audit.models import ENTRY, PAYLOAD
from registry.audit.queries.past import last_erasure, moment_of, rows_at, rows_told, states_told
from registry.kernel import clock
from registry.kernel.events import Event
from registry.store.past import PastRefused, Pasts, PastTooLarge, PastUnknown, Recipe, forget, obstacle, sweep
from registry.store.past.postgresql import PostgresqlPast
from registry.store.past.sqlite import SqlitePast
from registry.store.session import Database
from tests import databases
from tests.audit.conftest import with_ledger
from tests.audit.doing import ADA, add, behind, recorded
from tests.audit.things import KINDS, Colour, Part, Scratch, Thing

FIRST = date(2026, 3, 1)
TABLES = [*KINDS.values()]
OURS = ["thing", "part"]


def recipe(**instead: Any) -> Recipe:
    parts: dict[str, Any] = {
        "mark": moment_of,
        "weight": states_told,
        "rows": rows_at,
        "tables": TABLES,
        "kept": {"ledger_entry": "it.seq <= {seq}", "scratch": "it.word <= {day}"},
        "overlaid": {},
        "joined": {},
        "made": {},
    }
    return Recipe(**parts | instead)


@contextmanager
def pasts_of(database: Database, **instead: Any):
    pasts = Pasts(database, recipe(**instead))
    try:
        yield pasts
    finally:
        pasts.dispose()


def kept(database: Database) -> list[str]:
    kind = SqlitePast if database.is_sqlite else PostgresqlPast
    return [name for name, _ in kind.all_of(database)]


def on(day: int):
    return clock.frozen(datetime.combine(FIRST + timedelta(days=day), time(9), UTC))


def held(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.transaction(read_only=True) as session:
        connection = session.connection()
        return {
            name: [
                tuple(row) for row in connection.execute(sa.select(KINDS[name]).order_by(KINDS[name].c.id))
            ]
            for name in OURS
        }


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "story": TEXTS,
        "colour": st.sampled_from([None, *Colour]),
        "price": st.none() | st.decimals(-1_000, 1_000, places=3),
        "weight": st.none() | st.floats(-1e9, 1e9),
        "count": st.none() | st.integers(-(2**40), 2**40),
        "ready": st.booleans(),
        "due": st.none() | st.dates(),
        "seen_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "detail": st.none() | st.dictionaries(TEXTS, st.integers() | st.booleans() | TEXTS, max_size=2),
    },
)
STEPS = st.one_of(
    st.tuples(st.just("add"), st.just(0), VALUES),
    st.tuples(st.just("edit"), st.integers(0, 5), VALUES),
    st.tuples(st.just("part"), st.integers(0, 5), TEXTS),
    st.tuples(st.just("remove"), st.integers(0, 5), st.none()),
)
HISTORIES = st.lists(st.tuples(st.integers(1, 3), st.lists(STEPS, max_size=4)), min_size=1, max_size=6)


def take(database: Database, step: tuple[str, int, Any]) -> None:
    verb, place, given_ = step
    with recorded(database) as session:
        things = session.scalars(sa.select(Thing).order_by(Thing.id)).all()
        thing = things[place % len(things)] if things else None
        if verb == "add":
            session.add(Thing(**{"name": "Triage"} | given_))
        elif thing is None:
            return
        elif verb == "edit":
            for name, value in given_.items():
                setattr(thing, name, value)
        elif verb == "part":
            session.add(Part(thing_id=thing.id, label=given_))
        else:
            for part in session.scalars(sa.select(Part).where(Part.thing_id == thing.id)):
                session.delete(part)
            session.flush()
            session.delete(thing)


@pytest.mark.parametrize("kind", databases.KINDS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(history=HISTORIES)
def test_every_day_of_a_random_history_is_found_again_as_it_was(kind, history):
    with databases.fresh(kind, "ledger", with_ledger) as database, pasts_of(database) as pasts:
        seen, day = {}, 0
        for days, steps in history:
            day += days
            with on(day):
                for step in steps:
                    take(database, step)
            if steps or seen:
                seen[day] = held(database)
        for then, expected in seen.items():
            assert held(pasts.at(FIRST + timedelta(days=then))) == expected, then


def test_before_the_first_entry_nothing_is_known(database):
    with pasts_of(database) as pasts:
        with pytest.raises(PastUnknown, match="2026-02-28"):
            pasts.at(FIRST - timedelta(days=1))
        with on(0):
            add(database, Thing(name="Triage"))
        with pytest.raises(PastUnknown):
            pasts.at(FIRST - timedelta(days=1))
        assert len(held(pasts.at(FIRST))["thing"]) == 1


def test_a_day_ends_with_its_last_microsecond(database):
    with pasts_of(database) as pasts:
        for at in (time.max, time.min):
            day = FIRST if at == time.max else FIRST + timedelta(days=1)
            with clock.frozen(datetime.combine(day, at, UTC)):
                add(database, Thing(name=str(at)))
        assert [row[2] for row in held(pasts.at(FIRST))["thing"]] == [str(time.max)]


def test_what_is_masked_in_the_ledger_is_as_it_is_today(database):
    with on(0):
        number = add(database, Thing(name="Triage", secret="then"))[0]
    with on(1), recorded(database) as session:
        session.get(Thing, number).secret = "now"
    with pasts_of(database) as pasts:
        then = held(pasts.at(FIRST))["thing"][0]
    assert then == (*held(database)["thing"][0][:1], 1, *held(database)["thing"][0][2:])
    assert "now" in then


def test_what_was_erased_is_told_by_the_next_entry_that_knows_and_never_by_a_past_made_before(database):
    with on(0):
        number = add(database, Thing(name="Ada's own", story="hers", price=Decimal("1.5")))[0]
    with on(1), recorded(database) as session:
        session.get(Thing, number).name = "Triage"
    with on(2), recorded(database) as session:
        session.get(Thing, number).story = "ours"
    with pasts_of(database) as pasts:
        assert held(pasts.at(FIRST))["thing"][0][2] == "Ada's own"
        with behind(database) as connection:
            connection.execute(sa.delete(PAYLOAD).where(PAYLOAD.c.seq.in_([1, 2])))
        with on(3), database.transaction() as session:
            record(session, ADA, Event.ENTRY_ERASED, None, subject_kind="ledger_entry", subject_id=1)
        then = held(pasts.at(FIRST))["thing"][0]
        assert "Ada's own" not in then
        assert (then[2], "hers" in then) == ("Triage", True)
        with database.transaction(read_only=True) as session:
            erased_by = last_erasure(session)
        sweep(database, erased_by)
        assert [name.split("_")[3] for name in kept(database)] == [str(erased_by)]


def test_tables_beside_the_ledger_and_views_show_what_the_recipe_says(database):
    with on(0):
        add(database, Thing(name="Triage"), Thing(name="Routing"))
    with on(1), recorded(database) as session:
        session.get(Thing, 2).name = "Sorting"
    with database.transaction() as session:
        session.add_all([Scratch(word="2026-02-01"), Scratch(word="2026-03-05")])
    hidden = "CASE WHEN (SELECT n.name FROM {live}.thing AS n WHERE n.id = it.id) = 'Sorting' THEN 'hidden' ELSE it.name END"
    with pasts_of(database, overlaid={("thing", "name"): hidden}) as pasts:
        then = pasts.at(FIRST)
        assert [row[2] for row in held(then)["thing"]] == ["Triage", "hidden"]
        with then.transaction(read_only=True) as session:
            assert session.connection().scalar(sa.select(sa.func.count()).select_from(ENTRY)) == 1
            assert [each.word for each in session.scalars(sa.select(Scratch))] == ["2026-02-01"]


def test_a_table_that_copies_others_is_made_in_the_past_itself(database):
    with on(0):
        add(database, Thing(name="Triage"))
    with on(1):
        add(database, Thing(name="Routing"))
    with pasts_of(database, kept={}, made={Scratch.__table__: _names}) as pasts:
        for day, names in ((0, ["Triage"]), (1, ["Routing", "Triage"])):
            with pasts.at(FIRST + timedelta(days=day)).transaction(read_only=True) as session:
                assert sorted(each.word for each in session.scalars(sa.select(Scratch))) == names


def _names(session):
    return [{"id": each.id, "word": each.name} for each in session.scalars(sa.select(Thing))]


def test_nothing_of_the_past_can_be_changed(database):
    with on(0):
        add(database, Thing(name="Triage"))
    with (
        pasts_of(database, kept={}) as pasts,
        pytest.raises(sa.exc.DatabaseError),
        pasts.at(FIRST).transaction(read_only=True) as session,
    ):
        session.connection().execute(sa.insert(Scratch).values(word="more"))


def test_no_more_are_kept_than_stated(database, monkeypatch):
    monkeypatch.setattr("registry.store.past.keeping.MOST_KEPT", 2)
    with pasts_of(database) as pasts:
        for day in range(4):
            with on(day):
                add(database, Thing(name="Triage"))
            pasts.at(FIRST + timedelta(days=day))
        assert len(kept(database)) <= 3
        assert len(held(pasts.at(FIRST))["thing"]) == 1


def test_one_that_is_let_go_between_being_found_and_being_read_is_made_again(database, monkeypatch):
    with on(0):
        add(database, Thing(name="Triage"))
    found, gone = Pasts.at, []

    def let_go_once(self, day, **how):
        opened = found(self, day, **how)
        if len(gone) < 2:
            gone.append(day)
            forget(database)
        return opened

    with pasts_of(database) as pasts:
        # Found and opened by an earlier reader, whose connection is kept, as well as by one who has yet to connect.
        for connects in (False, True):
            if connects:
                held(pasts.at(FIRST))
            gone.clear()
            monkeypatch.setattr(Pasts, "at", let_go_once)
            with pasts.reading(FIRST) as session:
                assert [each.name for each in session.scalars(sa.select(Thing))] == ["Triage"]
            monkeypatch.setattr(Pasts, "at", found)


def test_what_somebody_is_reading_stays_whole_until_they_are_done(database, monkeypatch):
    monkeypatch.setattr("registry.store.past.keeping.KEPT_SECONDS", -1)
    with on(0):
        number = add(database, Thing(name="Triage"))[0]
        add(database, Part(label="A", thing_id=number))
    with pasts_of(database) as pasts:
        with pasts.reading(FIRST) as session:
            assert session.scalars(sa.select(Thing)).one().name == "Triage"
            sweep(database, 0)
            # A table that this reader has not touched yet.
            assert session.scalars(sa.select(Part)).one().label == "A"
        sweep(database, 0)
        assert kept(database) == []


def test_a_large_one_is_not_made_while_somebody_waits_but_read_once_it_is_there(database, monkeypatch):
    with on(0):
        add(database, Thing(name="Triage"), Thing(name="Routing"))
    with on(1), recorded(database) as session:
        session.get(Thing, 1).name = "Sorting"
    monkeypatch.setattr("registry.store.past.keeping.MOST_AT_ONCE", 2)
    with database.transaction(read_only=True) as session:
        assert (states_told(session, 2, 10), states_told(session, 2, 2), rows_told(session, 2)) == (3, 2, 2)
    with pasts_of(database) as pasts:
        pasts.at(FIRST, at_once=True)
        with pytest.raises(PastTooLarge) as large:
            pasts.at(FIRST + timedelta(days=1), at_once=True)
        laid_out: list[int] = []
        pasts.at(FIRST + timedelta(days=1), told=laid_out.append)
        assert (sum(laid_out), large.value.name in "".join(kept(database))) == (2, True)
        with pasts.reading(FIRST + timedelta(days=1), at_once=True) as session:
            assert {each.name for each in session.scalars(sa.select(Thing))} == {"Sorting", "Routing"}


def test_a_role_that_may_not_create_is_told_the_grant_it_lacks(on_postgresql):
    with on(0):
        add(on_postgresql, Thing(name="Triage"))
    with on_postgresql.engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS narrow")
        connection.exec_driver_sql("CREATE ROLE narrow")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO narrow")
    narrow = Database(
        on_postgresql.url.update_query_dict({"options": "-c role=narrow"}).render_as_string(
            hide_password=False
        )
    )
    try:
        says = f'GRANT CREATE ON DATABASE "{on_postgresql.url.database}" TO "narrow";'
        assert (obstacle(on_postgresql), says in obstacle(narrow)) == ("", True)
        with pasts_of(narrow) as pasts, pytest.raises(PastRefused, match="may not create schemas") as refused:
            pasts.at(FIRST)
        assert says in str(refused.value)
    finally:
        narrow.dispose()
        with on_postgresql.engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY narrow")
            connection.exec_driver_sql("DROP ROLE narrow")


def test_what_a_dead_process_left_half_made_goes_with_the_next_sweep(database):
    with on(0):
        add(database, Thing(name="Ada's own"))
    with pasts_of(database) as pasts:
        past = pasts._past(f"past_0001_1_0_{FIRST:%Y%m%d}")
        engine = past.create(TABLES)
        with engine.begin() as connection:
            connection.execute(
                past.insert(Thing.__table__),
                [{"id": 1, "version": 1, "name": "Ada's own", "story": "", "ready": False}],
            )
        assert len(left_of(database)) == 1
        sweep(database, 0)
        assert left_of(database) == []


def left_of(database: Database) -> list[str]:
    if database.is_sqlite:
        return [file.name for file in Path(f"{database.url.database}-past").glob("*.part*")]
    with database.engine.connect() as connection:
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'making%%'"
        return list(connection.exec_driver_sql(query).scalars())


def test_schemas_of_others_are_left_alone(on_postgresql):
    with on(0):
        add(on_postgresql, Thing(name="Triage"))
    others = ["past_orders", "past_0001_1_9_20260101", "past_0001_1_9_20260101_0badcafe"]
    with on_postgresql.engine.begin() as connection:
        for name in others:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
            connection.exec_driver_sql(f"COMMENT ON SCHEMA {name} IS 'Accounts of past years'")
    with pasts_of(on_postgresql) as pasts:
        pasts.at(FIRST)
        assert len(kept(on_postgresql)) == 1
        forget(on_postgresql)
        assert kept(on_postgresql) == []
        assert len(held(pasts.at(FIRST))["thing"]) == 1
    with on_postgresql.engine.connect() as connection:
        standing = set(connection.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars())
    assert set(others) <= standing

"""Readings taken in: exactly once, whole or not at all, judged by the guard-rails of the moment, answered for by the ledger."""

import contextvars
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from registry.audit.queries import verify
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.kernel.guard_rails import Bound
from registry.monitoring import jobs
from registry.monitoring.actions import storing
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.snapshots import LATEST, RAIL, SNAPSHOT, SnapshotBatch
from registry.monitoring.queries.integrity import altered_batches, altered_latest
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.queries import metric_by_slug, metric_facts
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from tests.store.statements import counted

D = Decimal
ACCURACY = MetricFacts(
    Kind.ACCURACY,
    "Accuracy",
    direction=Direction.HIGHER,
    warn_bound=Bound.AT_LEAST,
    warn_low=D("0.9"),
    breach_bound=Bound.AT_LEAST,
    breach_low=D("0.8"),
    minimum_sample=100,
)
START = datetime(2026, 10, 1, tzinfo=UTC)


def at(day, value="0.95", **more):
    told = {"n": 500, "window_start": START + timedelta(days=day - 1)} | more
    return PointIn("accuracy", window_end=START + timedelta(days=day), value=D(value), **told)


def batch(*points, version="", source="", supersedes=""):
    return Batch(version, source, supersedes, tuple(points))


@pytest.fixture
def house(database, cast):
    """A system with one metric; `send` delivers to it as its owner."""
    with database.transaction() as session:
        objectives.add_metric(session, cast.actor(session, "ada"), cast.triage.id, ACCURACY)
    return House(database, cast)


class House:
    def __init__(self, database, cast):
        self.database, self.cast = database, cast

    def send(self, *points, by="ada", **more):
        with self.database.transaction() as session:
            return record_snapshots(
                session, self.cast.actor(session, by), self.cast.triage.id, batch(*points, **more)
            )

    def rows(self):
        query = sa.select(SNAPSHOT).order_by(SNAPSHOT.c.window_end, SNAPSHOT.c.revision)
        with self.database.engine.connect() as connection:
            return connection.execute(query).all()

    def latest(self):
        with self.database.engine.connect() as connection:
            return connection.execute(sa.select(LATEST).order_by(LATEST.c.group_key)).all()

    def altered(self):
        with self.database.transaction(read_only=True) as session:
            return list(altered_batches(session))

    def change(self, statement):
        with self.database.engine.begin() as connection:
            connection.execute(statement)


def test_each_reading_is_stored_with_its_verdict_and_the_guard_rails_it_was_judged_by(house):
    receipt = house.send(at(1), at(2, "0.85"), at(3, "0.7"), at(4, "0.1", n=99), source="nightly")
    assert (receipt.accepted, receipt.duplicate) == (4, 0)
    assert receipt.verdicts == {Verdict.MET: 1, Verdict.WARN: 1, Verdict.BREACH: 1, Verdict.TOO_FEW: 1}
    rows = house.rows()
    assert [(row.value, row.n, row.verdict) for row in rows] == [
        (D("0.95"), 500, Verdict.MET),
        (D("0.85"), 500, Verdict.WARN),
        (D("0.7"), 500, Verdict.BREACH),
        (D("0.1"), 99, Verdict.TOO_FEW),
    ]
    assert rows[0].window_end == START + timedelta(days=1)
    with house.database.engine.connect() as connection:
        rail = connection.execute(sa.select(RAIL)).one()
    assert {row.rail_id for row in rows} == {rail.id}
    assert (rail.warn_low, rail.breach_low, rail.minimum_sample) == (D("0.9"), D("0.8"), 100)


def test_a_reading_keeps_the_guard_rails_it_met_when_they_are_changed_later(house):
    house.send(at(1, "0.85"))
    with house.database.transaction() as session:
        metric = metric_by_slug(session, house.cast.triage.id, "accuracy")
        looser = replace(metric_facts(metric), warn_low=D("0.82"))
        actor = house.cast.actor(session, "ada")
        objectives.edit_metric(session, actor, metric, looser, version=metric.version)
    house.send(at(2, "0.85"))
    first, second = house.rows()
    assert (first.verdict, second.verdict) == (Verdict.WARN, Verdict.MET)
    assert first.rail_id != second.rail_id
    assert house.altered() == []


def test_what_is_sent_again_counts_as_known_and_leaves_no_trace(house):
    house.send(at(1), at(2))
    with house.database.transaction(read_only=True) as session:
        entries = verify(session).entries
    again = house.send(at(2), at(1), at(1))
    assert (again.accepted, again.duplicate, again.batch) == (0, 3, None)
    assert len(house.rows()) == 2
    with house.database.transaction(read_only=True) as session:
        assert verify(session).entries == entries
    mixed = house.send(at(1), at(3), at(3))
    assert (mixed.accepted, mixed.duplicate) == (1, 2)


def test_another_value_for_the_same_window_is_refused_unless_it_says_what_it_corrects(house):
    house.send(at(1), at(2))
    with pytest.raises(Conflict, match=r"snapshots.1 \(accuracy: 0.95 is held\)"):
        house.send(at(3), at(2, "0.91"))
    assert len(house.rows()) == 2
    receipt = house.send(at(2, "0.91"), supersedes="The labels were wrong.")
    assert receipt.accepted == 1
    assert receipt.batch.supersedes_because == "The labels were wrong."
    assert [(row.revision, row.value) for row in house.rows()] == [
        (0, D("0.95")),
        (0, D("0.95")),
        (1, D("0.91")),
    ]
    assert [row.value for row in house.latest()] == [D("0.91")]
    again = house.send(at(2, "0.91"), supersedes="The labels were wrong.")
    assert (again.accepted, again.duplicate) == (0, 1)


def test_one_bad_reading_refuses_the_batch_and_every_bad_one_is_named(house):
    future = clock.now() + timedelta(hours=1)
    with pytest.raises(RuleBroken) as refused:
        house.send(
            at(1),
            at(2)._replace(metric="acuracy"),
            at(3, n=-1),
            at(4, window_start=START + timedelta(days=9)),
            at(5)._replace(window_end=future, window_start=future),
            at(6, "NaN"),
            at(7, low=D("0.96"), high=D("0.94")),
            at(1, "0.5"),
        )
    assert [problem.field for problem in refused.value.problems] == [
        "snapshots.1.metric",
        "snapshots.2.n",
        "snapshots.3.window_start",
        "snapshots.4.window_end",
        "snapshots.5.value",
        "snapshots.6.low",
        "snapshots.6.high",
        "snapshots.7.value",
    ]
    assert refused.value.problems[0].message == "This system has no metric 'acuracy'. It has accuracy."
    assert house.rows() == []


def test_the_latest_reading_is_that_of_the_newest_window_in_whatever_order_they_come(house):
    house.send(at(5, "0.91"), at(3))
    house.send(at(4, "0.92"), at(2, group='{"site":"north"}'))
    everybody, north = house.latest()
    assert (everybody.window_end, everybody.value) == (START + timedelta(days=5), D("0.91"))
    assert (north.window_end, north.group_key) == (START + timedelta(days=2), '{"site":"north"}')


def test_a_thousand_readings_cost_as_many_statements_as_one(house):
    house.send(at(1))
    with counted(house.database.engine) as few:
        house.send(at(2))
    many = [at(3, key=str(number)) for number in range(1_000)]
    with counted(house.database.engine) as thousand:
        assert house.send(*many).accepted == 1_000
    assert len(thousand) == len(few)


def test_of_many_readings_each_is_stored_as_it_came_whatever_they_have_in_common(house):
    sent = [
        at(
            1,
            f"0.{90 + number % 7}",
            key=f"{number:03} of 50 %s\\t\t",
            n=500 + number if number % 2 else None,
            low=None if number % 3 else D("0.8"),
            group="" if number % 5 else '{"site":"north"}',
        )
        for number in range(120)
    ]
    house.send(*sent)
    rows = sorted(house.rows(), key=lambda row: row.client_key)
    kept = [
        (row.window_start, row.window_end, row.value, row.n, row.low, row.high, row.group_key, row.client_key)
        for row in rows
    ]
    assert kept == [tuple(each[1:]) for each in sent]
    house.send(*(at(day, key="50 %s\\t\t") for day in (2, 3)))
    assert [row.client_key for row in house.rows()[-2:]] == ["50 %s\\t\t"] * 2
    assert house.altered() == []


def test_who_has_no_part_in_the_system_may_not_send_to_it(house):
    for stranger in ("mia", "rita", "eva"):
        with pytest.raises(Forbidden):
            house.send(at(1), by=stranger)


def test_the_ledger_is_whole_and_covers_the_delivery(house):
    receipt = house.send(at(1), at(2))
    with house.database.transaction(read_only=True) as session:
        assert verify(session).ok
        assert session.get_one(SnapshotBatch, receipt.batch.id).points == 2
    assert house.altered() == []


@pytest.mark.parametrize(
    "behind",
    [
        sa.update(SNAPSHOT).where(SNAPSHOT.c.value == D("0.7")).values(value=D("0.97")),
        sa.update(SNAPSHOT).where(SNAPSHOT.c.value == D("0.7")).values(verdict=Verdict.MET),
        sa.update(SNAPSHOT).where(SNAPSHOT.c.value == D("0.7")).values(n=None),
        sa.update(SNAPSHOT).where(SNAPSHOT.c.value == D("0.7")).values(client_key="x"),
        sa.update(SNAPSHOT).where(SNAPSHOT.c.value == D("0.7")).values(rail_id=None),
        sa.update(RAIL).values(breach_low=D("0.6")),
        sa.delete(SNAPSHOT).where(SNAPSHOT.c.value == D("0.7")),
        sa.delete(SNAPSHOT),
    ],
)
def test_whatever_is_changed_behind_the_ledger_is_found(house, behind):
    house.send(at(1))
    batch_id = house.send(at(2), at(3, "0.7")).batch.id
    house.change(behind)
    assert batch_id in house.altered()


def test_a_newest_reading_that_is_made_up_stale_or_gone_is_found(house):
    house.send(at(5), at(3, group="north"))
    house.send(at(4), at(5, "0.91"), at(3, "0.85", group="north"), supersedes="Counted anew.")
    stale = next(row for row in house.rows() if row.value == D("0.95") and not row.group_key)

    def found_after(*statements):
        with house.database.transaction() as session:
            for each in statements:
                session.connection().execute(each)
            found = [group for _, group in altered_latest(session)]
            session.rollback()
        return found

    assert found_after() == []
    newest = sa.update(LATEST).where(LATEST.c.group_key == "")
    assert found_after(newest.values(value=D("0.99"))) == [""]
    assert found_after(newest.values(verdict=Verdict.TOO_FEW)) == [""]
    assert found_after(newest.values(snapshot_id=stale.id, value=stale.value, verdict=stale.verdict)) == [""]
    assert found_after(sa.delete(LATEST).where(LATEST.c.group_key == "north")) == ["north"]
    assert found_after(newest.values(group_key="south")) == ["south", ""]


def before(end):
    last = end - timedelta(microseconds=1)
    return PointIn("accuracy", last, last, D("0.9"), 500)


def test_months_that_readings_fall_in_come_with_them(house):
    ends = [
        datetime(year, month, 1, tzinfo=UTC) for year, month in ((2019, 12), (2020, 1), (2024, 2), (2026, 11))
    ]
    house.send(*(PointIn("accuracy", end, end, D("0.9"), 500) for end in ends))
    house.send(*(before(end) for end in ends))
    assert [row.window_end for row in house.rows()] == sorted(
        moment for end in ends for moment in (end - timedelta(microseconds=1), end)
    )


def test_the_command_that_verifies_the_ledger_names_the_delivery_and_its_entry(house, monkeypatch, capsys):
    from registry.cli import run

    monkeypatch.setenv("REGISTRY_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    batch_id = house.send(at(1, "0.7")).batch.id
    assert run(["audit", "verify"]) == 0
    house.change(sa.update(SNAPSHOT).values(value=D("0.97")))
    assert run(["audit", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["problems"] == [
        {
            "seq": told["entries"],
            "says": f"The readings of delivery {batch_id} are not those that were received.",
        },
        {"seq": None, "says": "The newest reading shown of metric 1 is not the newest that was received."},
    ]
    assert (told["ok"], told["first_bad"]) == (False, told["entries"])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_deliveries_that_bring_a_month_its_first_readings_at_once_do_not_stand_in_each_others_way(house):
    cast, database = house.cast, house.database
    systems = [cast.triage.id, cast.pricing.id]
    with database.transaction() as session:
        objectives.add_metric(session, the_registry("command"), cast.pricing.id, ACCURACY)

    def send(system_id):
        with database.transaction() as session:
            return record_snapshots(session, the_registry("command"), system_id, batch(at(1))).accepted

    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(2) as pool, database.engine.connect() as first:
        # Both stand where they would make the month: what each has locked by then decides.
        first.execute(sa.select(sa.func.pg_advisory_xact_lock(storing._OF_MONTHS)))
        sent = [pool.submit(contextvars.copy_context().run, send, each) for each in systems]
        with database.engine.connect() as looking:
            until = time.monotonic() + 20
            while looking.execute(waiting).scalar() < 2 and time.monotonic() < until:
                looking.rollback()
                time.sleep(0.05)
        first.rollback()
        assert [each.result(20) for each in sent] == [1, 1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_months_to_come_are_made_ahead(house):
    jobs.make_months_ahead(house.database, {})
    jobs.make_months_ahead(house.database, {})
    this, following = clock.today(), (clock.today().replace(day=1) + timedelta(days=31))
    with house.database.engine.connect() as connection:
        for day in (this, following):
            assert connection.scalar(sa.select(sa.func.to_regclass(f"snapshot_y{day:%Y}m{day:%m}")))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_role_that_owns_no_table_receives_the_first_reading_of_a_month(house):
    role = f"application_{secrets.token_hex(6)}"
    granted = (
        f"CREATE ROLE {role}",
        f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    )
    with house.database.engine.begin() as connection:
        for each in granted:
            connection.execute(sa.text(each))
    try:
        with house.database.transaction() as session:
            actor = house.cast.actor(session, "ada")
            session.connection().execute(sa.text(f"SET LOCAL ROLE {role}"))
            record_snapshots(session, actor, house.cast.triage.id, batch(at(1)))
        assert len(house.rows()) == 1
    finally:
        with house.database.engine.begin() as connection:
            connection.execute(sa.text(f"DROP OWNED BY {role}"))
            connection.execute(sa.text(f"DROP ROLE {role}"))

"""/metrics: the right numbers, for whoever may read them and nobody else, also while the database does not answer."""

import os
import secrets
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.audit.queries.checkpoints import last_seq
from registry.kernel import clock
from registry.notices.queries import hooks, mail
from registry.web.requests import tallies_of
from registry.web.tallies import TOTALS, Tallies
from registry.worker.models import Heartbeat, Job
from tests.operations.test_rules import read

TOKEN = secrets.token_urlsafe(32)


def metrics(app, **more):
    reply = app.test_client().get("/metrics", **more)
    assert (reply.status_code, reply.mimetype) == (200, "text/plain")
    return read(reply.text)


def number(found, name, **labels):
    [value] = [number for told, number in found[name] if told == labels]
    return value


def test_it_tells_how_the_registry_stands(app, cast, database):
    at = clock.now()
    with database.transaction() as session:
        for seconds in (90, 30):
            due = at - timedelta(seconds=seconds)
            session.add(Job(kind="x", unique_key=f"{seconds}", run_at=due, created_at=due))
        session.add(Heartbeat(worker="a:1", seen_at=at))
        session.add(Heartbeat(worker="a:2", seen_at=at - timedelta(hours=1)))
        entries = last_seq(session)
    found = metrics(app)
    assert number(found, "registry_database_up") == 1
    assert number(found, "registry_jobs", state="queued") == 2
    assert 90 <= number(found, "registry_queue_age_seconds") < 120
    assert number(found, "registry_workers") == 1
    assert number(found, "registry_ledger_entries") == entries > 0
    assert "registry_checkpoint_age_seconds" not in found
    assert {labels["severity"] for labels, _ in found["registry_open_alerts"]} == {"warning", "critical"}


def test_requests_are_counted_by_endpoint_and_status(app, cast):
    def counts():
        found = metrics(app)
        told = {(each["endpoint"], each["status"]): count for each, count in found["registry_requests_total"]}
        took = number(found, "registry_request_seconds_count", endpoint="accounts.sign_in")
        return Counter(told) + Counter({("accounts.sign_in", "any"): took})

    client = app.test_client()
    client.get("/sign-in")
    before = counts()
    for path in ("/sign-in", "/sign-in", "/no-such-page"):
        client.get(path)
    assert counts() - before == {
        ("accounts.sign_in", "200"): 2,
        ("accounts.sign_in", "any"): 2,
        ("unmatched", "404"): 1,
        # The first look at the measures, told by the second.
        ("operations.metrics", "200"): 1,
    }


def test_without_a_token_it_answers_on_this_machine_alone(app, cast):
    for headers, where, status in (
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.0.2.1", 404),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ({"Forwarded": "for=127.0.0.1"}, "127.0.0.1", 404),
    ):
        reply = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": where})
        assert reply.status_code == status, (headers, where)


def test_with_a_token_it_answers_whoever_holds_it_from_anywhere(app, cast):
    app.config["REGISTRY_METRICS_TOKEN"] = TOKEN
    for given, status in (
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 404),
        ("Bearer \xe9", 404),
        (TOKEN, 404),
        ("", 404),
    ):
        for where in ("127.0.0.1", "192.0.2.1"):
            reply = app.test_client().get(
                "/metrics", headers={"Authorization": given}, environ_base={"REMOTE_ADDR": where}
            )
            assert reply.status_code == status, given


def test_letters_and_deliveries_given_up_are_found_by_an_index_among_all_that_arrived(database):
    asked = []

    def note(*told):
        asked.append(told[2:4])

    with database.transaction(read_only=True) as session:
        connection = session.connection()
        explain = "EXPLAIN QUERY PLAN"
        if not database.is_sqlite:
            # Where there are no rows the planner reads the whole table, unless it has to do without if it can.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN"
        sa.event.listen(database.engine, "before_cursor_execute", note)
        try:
            mail.unsettled(session)
            hooks.unsettled(session)
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", note)
        plans = [
            " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
            for statement, values in asked
        ]
    assert ["ix_mailing_state" in plans[0], "ix_webhook_delivery_hook" in plans[1]] == [True, True], plans


def test_while_the_database_does_not_answer_that_is_told(app, cast, database, monkeypatch):
    def refuse(**_more):
        raise sa.exc.OperationalError("select", {}, Exception("no connection"))

    monkeypatch.setattr(database, "transaction", refuse)
    found = metrics(app)
    assert number(found, "registry_database_up") == 0
    assert "registry_jobs" not in found
    assert number(found, "registry_snapshots_total") == tallies_of(app).total("snapshots")


def test_counts_of_all_processes_add_up_and_outlive_them():
    tallies = Tallies(3)
    tallies.name(("a", "b"))
    for slot in (0, 1, 1):
        child = os.fork()
        if child == 0:
            tallies.write_in(slot)
            for _ in range(100):
                tallies.served("b", 200, 0.02)
            tallies.served("b", 418, 99.0)
            tallies.served("not named", 200, 1.0)
            tallies.add(TOTALS[0], 7)
            tallies.tell("pool_in_use", 5)
            os._exit(0)
        os.waitpid(child, 0)
    [(endpoint, served)] = tallies.all_served()
    assert (endpoint, served.statuses) == ("b", {200: 300, 0: 3})
    assert (sum(served.buckets), served.buckets[2], served.buckets[-1]) == (303, 300, 3)
    assert (tallies.total(TOTALS[0]), tallies.gauge("pool_in_use")) == (21, 10)
    tallies.silence(1)
    assert (tallies.total(TOTALS[0]), tallies.gauge("pool_in_use")) == (21, 5)
    with pytest.raises(ValueError, match="no slot 3"):
        tallies.write_in(3)

"""Readings through the JSON door: as a document or as lines, packed or not; the receipt; what is refused, and how."""

import gzip
import io
import json
import threading
from decimal import Decimal

import pytest

from registry.accounts import actions as accounts
from registry.audit.queries import verify
from registry.kernel.guard_rails import Bound
from registry.monitoring.rules.decoding import batch_of
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts

ACCURACY = MetricFacts(
    Kind.ACCURACY, "Accuracy", direction=Direction.HIGHER, breach_bound=Bound.AT_LEAST, breach_low=Decimal(8)
)


def point(day, value=9, **more):
    return {"metric": "accuracy", "window_end": f"2026-10-{day:02}T00:00:00Z", "value": value} | more


@pytest.fixture
def door(app, database, cast):
    """The address of Triage's readings, and a token of Ben, its engineer, that may send them."""
    with database.transaction() as session:
        for name in ("triage", "sentinel"):
            objectives.add_metric(session, cast.actor(session, "ada"), getattr(cast, name).id, ACCURACY)
    return Door(app, database, cast)


class Door:
    def __init__(self, app, database, cast):
        self.app, self.database, self.cast = app, database, cast
        self.url = f"/api/v1/systems/{cast.triage.key}/snapshots"

    def token(self, name="ben", scopes=("registry:read", "snapshots:write"), system=None):
        with self.database.transaction() as session:
            text, _ = accounts.issue_token(
                session,
                self.cast.actor(session, name),
                self.cast.people[name],
                "pipeline",
                frozenset(scopes),
                **({"system_id": system.id} if system else {}),
            )
        return {"Authorization": f"Bearer {text}"}

    def send(self, *points, headers=None, url=None, **more):
        body = {"source": "nightly", "snapshots": list(points)} | more
        return self.app.test_client().post(url or self.url, json=body, headers=headers or self.token())


def test_a_batch_gets_a_receipt_that_names_its_place_in_the_ledger(door):
    reply = door.send(point(1), point(2, 7))
    assert reply.status_code == 201
    receipt = dict(reply.json)
    seq, [opened] = receipt.pop("ledger_seq"), receipt.pop("alerts_opened")
    assert receipt == {
        "accepted": 2,
        "duplicate": 0,
        "verdicts": {"met": 1, "warn": 0, "breach": 1, "too_few": 0, "no_guard_rail": 0},
        "alerts_resolved": [],
    }
    with door.database.transaction(read_only=True) as session:
        found = verify(session)
    assert (found.ok, found.entries) == (True, seq)
    url = door.url.replace("snapshots", "alerts")
    [alert] = door.app.test_client().get(url, headers=door.token()).json["items"]
    assert (alert["id"], alert["kind"]) == (opened, "breach")
    again = door.send(point(2, 7), point(1))
    assert (again.status_code, again.json["duplicate"], again.json["ledger_seq"]) == (200, 2, seq)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("lines", [False, True])
def test_a_document_and_lines_packed_or_not_are_the_same(door, lines, packed):
    points = [point(1), point(2)]
    text = "\n".join(map(json.dumps, points)) if lines else json.dumps({"snapshots": points})
    headers = door.token() | {"Content-Type": "application/x-ndjson" if lines else "application/json"}
    body = text.encode()
    if packed:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    reply = door.app.test_client().post(f"{door.url}?source=run", data=body, headers=headers)
    assert (reply.status_code, reply.json["accepted"]) == (201, 2)


def test_every_bad_reading_is_named_and_none_is_kept(door):
    reply = door.send(point(1), point(2, "seven"), point(3, metric="recall"))
    assert reply.status_code == 422
    assert reply.mimetype == "application/problem+json"
    assert [each["field"] for each in reply.json["problems"]] == ["snapshots.1.value"]
    reply = door.send(point(1), point(3, metric="recall"))
    assert [each["field"] for each in reply.json["problems"]] == ["snapshots.1.metric"]
    assert listed(door) == []


def test_another_value_is_a_conflict_until_it_says_why(door):
    door.send(point(1))
    assert door.send(point(1, 9.5)).status_code == 409
    assert door.send(point(1, 9.5), supersedes="Relabelled.").status_code == 201
    assert [(each["value"], each["revision"]) for each in listed(door)] == [("9.5", 1)]


def listed(door, query="metric=accuracy"):
    return door.app.test_client().get(f"{door.url}?{query}", headers=door.token()).json["items"]


def test_readings_are_paged_newest_first_and_none_is_shown_twice(door):
    door.send(*(point(day, day) for day in range(1, 8)))
    found, query = [], "metric=accuracy&limit=3"
    while query:
        page = door.app.test_client().get(f"{door.url}?{query}", headers=door.token()).json
        found += [each["value"] for each in page["items"]]
        query = page["next"] and f"metric=accuracy&limit=3&cursor={page['next']}"
    assert found == [str(day) for day in range(7, 0, -1)]


def test_without_a_metric_the_newest_reading_of_each_is_told(door):
    door.send(point(1), point(3, 7), point(2), point(1, group={"site": "north"}))
    assert [(each["value"], each["group"], each["verdict"]) for each in listed(door, "")] == [
        ("7", "", "breach"),
        ("9", '{"site":"north"}', "met"),
    ]


@pytest.mark.parametrize("query", ["metric=", "metric=recall", "metric=accuracy&cursor=WyJ4IiwgMV0"])
def test_a_question_that_cannot_be_answered_says_so(door, query):
    reply = door.app.test_client().get(f"{door.url}?{query}", headers=door.token())
    assert reply.status_code == (422 if "cursor" in query else 404)


def test_a_token_reaches_only_what_it_was_issued_for(door):
    assert door.send(point(1), headers=door.token(scopes=("registry:read",))).status_code == 403
    assert door.send(point(1), headers=door.token("mia")).status_code == 403
    sentinel = f"/api/v1/systems/{door.cast.sentinel.key}/snapshots"
    assert door.send(point(1), headers=door.token("ben"), url=sentinel).status_code == 404
    only = door.token("ada", system=door.cast.triage)
    assert door.send(point(1), headers=only, url=sentinel).status_code == 404
    assert door.send(point(1), headers=only).status_code == 201
    assert door.app.test_client().post(door.url, json={"snapshots": [point(1)]}).status_code == 401


def test_ten_thousand_readings_fit_and_a_stranger_may_not_send_so_much(door):
    many = [point(1, key=str(number), group={"site": f"site {number % 40}"}) for number in range(10_000)]
    body = json.dumps({"snapshots": many}).encode()
    assert len(body) > door.app.config["MAX_CONTENT_LENGTH"]
    headers = door.token() | {"Content-Type": "application/json"}
    assert door.app.test_client().post(door.url, data=body, headers=headers).json["accepted"] == 10_000
    without = door.app.test_client().post(door.url, data=body, headers={"Content-Type": "application/json"})
    assert without.status_code in {401, 413}


class Slowly(io.BytesIO):
    """A body that takes its time: somebody else writes meanwhile, or would have to wait until they gave up."""

    def __init__(self, body, door):
        super().__init__(body)
        self.door, self.written = door, None

    def readinto(self, room):
        self.write_beside()
        return super().readinto(room)

    def read(self, *asked):
        self.write_beside()
        return super().read(*asked)

    def write_beside(self):
        if self.written is not None:
            return
        self.written = threading.Event()
        threading.Thread(target=self._write, daemon=True).start()
        self.beside_was_free = self.written.wait(5)

    def _write(self):
        with self.door.database.transaction() as session:
            self.door.cast.actor(session, "ada")
        self.written.set()


@pytest.mark.parametrize("address", ["snapshots", "distributions", "risks"])
def test_who_sends_slowly_keeps_nobody_from_writing(door, address):
    body = Slowly(json.dumps({"snapshots": [point(1)]}).encode(), door)
    door.app.test_client().post(
        door.url.replace("snapshots", address),
        input_stream=body,
        content_length=len(body.getvalue()),
        content_type="application/json",
        headers=door.token(),
    )
    assert body.beside_was_free


def test_a_batch_is_read_while_others_may_write_and_only_for_who_may_send_it(door, monkeypatch):
    asked = []

    def reader(key):
        asked.append("read")
        with door.database.transaction() as session:
            door.cast.actor(session, "ada")
        return door.cast.triage.id, batch_of(json.dumps({"snapshots": [point(1)]}).encode()), ()

    view = door.app.view_functions["monitoring_api.push"]
    monkeypatch.setattr(view, "registry_reads_ahead", reader)
    assert door.send(headers={"Authorization": "Bearer reg_nobody_at-all"}).status_code == 401
    assert door.send(headers=door.token(scopes=("registry:read",))).status_code == 403
    assert asked == []
    assert door.send().status_code == 201
    assert asked == ["read"]

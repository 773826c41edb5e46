"""Distributions and baselines through the JSON door, and from the client to the measures and back."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from registry.accounts import actions as accounts
from registry.client import Distribution
from registry.client.spreads import MOST_CATEGORIES, OTHERS
from registry.drift.rules.decoding import distributions_of
from tests.twinned import Act

EDGES = [0, 18, 40, 65, 120]
END = datetime(2025, 10, 2, tzinfo=UTC)


def ages(day, counts=(500, 500, 500, 500), **more):
    told = {
        "feature": "age",
        "window_end": f"2025-10-{day:02}T00:00:00Z",
        "edges": EDGES,
        "counts": list(counts),
    }
    return told | more


@pytest.fixture
def door(app, database, cast):
    with database.transaction() as session:
        ben = cast.actor(session, "ben")
        text, _ = accounts.issue_token(
            session, ben, cast.people["ben"], "pipeline", frozenset({"registry:read", "snapshots:write"})
        )
    return Door(app, cast.triage.key, {"Authorization": f"Bearer {text}"})


class Door:
    def __init__(self, app, key, headers):
        self.client, self.headers, self.url = app.test_client(), headers, f"/api/v1/systems/{key}"

    def send(self, *distributions, **more):
        return self.client.post(
            f"{self.url}/distributions",
            json={"distributions": list(distributions), **more},
            headers=self.headers,
        )

    def put(self, **body):
        return self.client.put(f"{self.url}/baselines", json=body, headers=self.headers)

    def get(self, path):
        return self.client.get(f"{self.url}/{path}", headers=self.headers)


def test_from_the_first_delivery_to_a_measured_drift(door):
    sent = door.send(ages(1), ages(2, (300, 700, 700, 300), missing=5), ages(1, group={"site": "north"}))
    assert sent.status_code == 201
    assert (sent.json["accepted"], sent.json["duplicate"]) == (3, 0)
    assert sent.json["without_baseline"][1] == {"feature": "age", "group": '{"site":"north"}'}
    again = door.send(ages(1))
    assert (again.status_code, again.json["ledger_seq"]) == (200, sent.json["ledger_seq"])
    window = {"feature": "age", "window_end": "2025-10-01T00:00:00Z"}
    told = {"name": "first day", "reason": "As it was approved.", "window": window}
    assert door.put(**told).json["baseline"]["edges"] == ["0", "18", "40", "65", "120"]
    assert door.put(**told).json == door.get("baselines?feature=age").json["items"][0]
    newest = door.get("distributions").json["items"]
    assert [(each["group"], each["n"], each["missing"]) for each in newest] == [
        ("", 2000, 5),
        ('{"site":"north"}', 2000, 0),
    ]
    assert (newest[0]["drift"]["standing"], newest[0]["drift"]["decided_by"]) == ("moderate", "psi")
    assert newest[1]["drift"] is None
    [psi] = [each for each in newest[0]["drift"]["measures"] if each["measure"] == "psi"]
    assert psi["name"] == "Population stability index, natural logarithm"
    assert (psi["band"], psi["verdict"], round(psi["value"], 3)) == ("moderate", "drift", 0.169)
    assert psi["critical"] < 0.01
    assert [each["measure"] for each in newest[0]["drift"]["not_measured"]] == ["mean_shift"]


def test_windows_and_features_are_paged_and_none_is_shown_twice(door):
    door.send(*(ages(day) for day in range(1, 6)), *(ages(1, feature=f"f{each}") for each in range(4)))
    for path, expected in (
        ("distributions?feature=age&limit=2", 5),
        ("distributions?limit=2", 5),
        ("baselines?limit=2", 5),
    ):
        found, query = [], path
        while query:
            page = door.get(query).json
            found += [(each["feature"], each.get("window_end")) for each in page["items"]]
            query = page["next"] and f"{path}&cursor={page['next']}"
        assert len(found) == len(set(found)) == expected


def test_lines_packed_are_taken_as_a_document_is_and_bad_ones_are_named(door):
    body = gzip.compress("\n".join(map(json.dumps, (ages(1), ages(2)))).encode())
    headers = door.headers | {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    reply = door.client.post(f"{door.url}/distributions?source=run", data=body, headers=headers)
    assert (reply.status_code, reply.json["accepted"]) == (201, 2)
    bad = door.send(ages(3), ages(4, (1, 2)))
    assert (bad.status_code, bad.json["problems"][0]["field"]) == (422, "distributions.1.edges")
    assert door.send(ages(1, (1, 2, 3, 4))).status_code == 409
    assert door.send(ages(1, (1, 2, 3, 4)), supersedes="Relabelled.").status_code == 201


def test_a_baseline_nobody_could_compare_with_is_refused_by_field(door):
    never = {"feature": "age", "window_end": "2025-10-09T00:00:00Z"}
    for body, field in (
        ({"name": "", "reason": "", "distribution": ages(1)}, "name"),
        ({"name": "x", "reason": "y", "distribution": ages(1, (0, 9, 0, 0))}, "distribution"),
        ({"name": "x", "reason": "y", "window": never}, "window.feature"),
    ):
        reply = door.put(**body)
        assert reply.status_code == 422
        assert field in {each["field"] for each in reply.json["problems"]}


def test_raw_values_are_binned_where_they_are_and_read_by_the_registry():
    north = Distribution.of("site", ["north"] * 3 + ["south", None, float("nan")], END, key="run-1")
    age = Distribution.of("age", [17, 20, 70.5, None], END, EDGES, group={"site": "north"})
    batch = distributions_of(f'{{"distributions": [{north.as_json()}, {age.as_json()}]}}'.encode())
    site, ages_in = batch.distributions
    assert (site.categories, site.counts, site.missing, site.key) == (("north", "south"), (3, 1), 2, "run-1")
    assert (ages_in.counts, ages_in.missing, ages_in.group) == ((1, 1, 0, 1), 1, '{"site":"north"}')
    assert round(float(ages_in.mean), 6) == 35.833333
    many = Distribution.of("code", [*map(str, range(500)), "1"], END)
    assert len(many.counts) == MOST_CATEGORIES
    assert (many.counts["1"], many.counts[OTHERS]) == (2, 301)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Distribution("age", datetime(2026, 1, 1), [1], [0, 1]),
        lambda: Distribution("age", END, [1, 2], [0, 1]),
        lambda: Distribution("age", END, {"a": 1}, [0, 1]),
        lambda: Distribution("age", END, [1]),
    ],
)
def test_counts_that_fit_nothing_are_refused_before_they_are_sent(wrong):
    with pytest.raises(ValueError, match="age"):
        wrong()


def test_a_baseline_is_renamed_as_on_its_page_by_whoever_has_read_it(door, twins, program, cast):
    system, name = f"/systems/{cast.triage.key}", {"name": "First quarter"}
    told = {"name": "first", "reason": "As it was approved.", "distribution": ages(1)}
    one = f"{system}/baselines/{door.put(**told).json['number']}"
    page = one.replace("/baselines/", "/drift/") + "/rename"
    act = Act(page, name, "PATCH", one, name, read=one)
    by_page, by_program = twins.left("ada", act)
    assert by_page == by_program
    assert [each.event for each in by_program] == ["baseline.renamed"]
    etag = twins.etag("mia", one)
    assert twins.sent("mia", act, etag).status_code == 403
    assert twins.sent("ada", act).status_code == 428
    blank = program("ada", "PATCH", one, {"name": ""}, etag)
    assert [each["field"] for each in blank.json["problems"]] == ["name"]
    renamed = twins.sent("ada", act, etag)
    assert (renamed.json["baseline"]["name"], renamed.json["feature"]) == ("First quarter", "age")
    assert twins.etag("mia", one) == renamed.headers["ETag"]
    assert twins.sent("ada", act, etag).status_code == 409
    # Nothing is compared with a feature that was only sent.
    door.send(ages(1, feature="height"))
    other = program("ada", "GET", f"{system}/baselines?feature=height").json["items"][0]["number"]
    path = f"{system}/baselines/{other}"
    assert program("ada", "PATCH", path, name, twins.etag("ada", path)).status_code == 404

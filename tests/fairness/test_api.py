"""Counts through the JSON door, and every figure computed from them: those of COMPAS as others published them."""

import gzip
import json
from dataclasses import replace

import pytest

from registry.accounts import actions as accounts
from registry.audit.queries import verify
from tests.fairness.counting import BOUND, bound, compas
from tests.twinned import Act

END = "2026-10-02T00:00:00Z"
CELLS = ("tp", "fp", "fn", "tn")


class Door:
    def __init__(self, app, database, cast):
        self.app, self.database, self.cast = app, database, cast

    def token(self, name="ben", scopes=("registry:read", "snapshots:write")):
        with self.database.transaction() as session:
            person = self.cast.people[name]
            text, _ = accounts.issue_token(
                session, self.cast.actor(session, name), person, "pipeline", frozenset(scopes)
            )
        return {"Authorization": f"Bearer {text}"}

    def url(self, what, system="triage"):
        return f"/api/v1/systems/{getattr(self.cast, system).key}/{what}"

    def send(self, what, body, system="triage", headers=None):
        return self.app.test_client().post(self.url(what, system), json=body, headers=headers or self.token())

    def read(self, what, query=""):
        return self.app.test_client().get(f"{self.url(what)}?{query}", headers=self.token()).json


@pytest.fixture
def door(app, database, cast):
    return Door(app, database, cast)


def test_compas_has_the_rates_aequitas_and_propublica_published(door, real_data):
    rows = compas(real_data, "aequitas_compas_group_counts.csv")
    sent = [
        {"attribute": row["attribute_name"], "group": row["attribute_value"], "window_end": END}
        | {name: int(row[name]) for name in CELLS}
        for row in rows
    ]
    for attribute in ("race", "sex", "age_cat"):
        with door.database.transaction() as session:
            bound(session, door.cast, replace(BOUND, attribute=attribute, fewest=1))
    assert door.send("fairness", {"counts": sent}).json["accepted"] == len(rows)
    read = door.read("fairness")["items"]
    found = {(each["attribute"], one["group"]): one for each in read for one in each["groups"]}
    names = {
        "tpr": "true_positive_rate",
        "tnr": "true_negative_rate",
        "for": "false_omission_rate",
        "fdr": "false_discovery_rate",
        "fpr": "false_positive_rate",
        "fnr": "false_negative_rate",
        "npv": "negative_predictive_value",
        "precision": "positive_predictive_value",
        "pprev": "selection_rate",
        "prev": "prevalence",
    }
    for row in compas(real_data, "aequitas_compas_group_rates.csv"):
        one = found[row["attribute_name"], row["attribute_value"]]
        for theirs, ours in names.items():
            assert round(one["rates"][ours]["value"], 2) == float(row[theirs]), (row, theirs)
    for row in compas(real_data, "propublica_compas_published.csv")[1:]:
        rates = found["race", row["group"]]["rates"]
        assert round(rates["false_positive_rate"]["value"] * 100, 2) == float(row["fpr_pct_published"])
        assert round(rates["false_negative_rate"]["value"] * 100, 2) == float(row["fnr_pct_published"])
    sex = next(each for each in read if each["attribute"] == "sex")
    [female, male] = sex["measures"]["impact_ratio"]["groups"]
    assert (round(female["value"], 3), female["reference"], male["value"]) == (0.904, "Male", 1)
    assert (female["verdict"], sex["verdict"], sex["unknown"]) == ("met", "met", 0)


def test_small_groups_are_shown_and_never_compared(door):
    some = [("a", 90, 200), ("b", 80, 200), ("tiny", 9, 9), (None, 1, 4)]
    counts = [
        {"attribute": "race", "group": name, "window_end": END, "n": n, "selected": chosen}
        for name, chosen, n in some
    ]
    door.send("fairness", {"counts": counts})
    [read] = door.read("fairness")["items"]
    [*_, tiny] = read["groups"]
    assert (tiny["n"], tiny["rates"], read["unknown"], read["n"]) == (9, {}, 4, 413)
    for measure in read["measures"].values():
        assert "tiny" not in {each["group"] for each in measure["groups"]}
        assert measure["withheld"]["tiny"]


def test_a_receipt_names_its_entry_and_lines_packed_are_the_same(door):
    count = {"attribute": "sex", "group": "f", "window_end": END, "n": 9, "selected": 4}
    first = door.send("fairness", {"counts": [count]})
    assert (first.status_code, first.json["accepted"], first.json["duplicate"]) == (201, 1, 0)
    packed = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    again = door.app.test_client().post(
        door.url("fairness"), data=gzip.compress(json.dumps(count).encode()), headers=door.token() | packed
    )
    assert (again.status_code, again.json) == (200, first.json | {"accepted": 0, "duplicate": 1})
    assert door.send("fairness", {"counts": [count | {"selected": 5}]}).status_code == 409
    with door.database.transaction(read_only=True) as session:
        assert verify(session).ok


def test_windows_are_paged_newest_first(door):
    counts = [
        {"attribute": name, "group": "f", "window_end": f"2026-10-0{day}T00:00:00Z", "n": 9, "selected": 4}
        for day in (1, 2, 3)
        for name in "ab"
    ]
    door.send("fairness", {"counts": counts})
    found, query = [], "limit=4"
    while query:
        page = door.read("fairness", query)
        found += [(each["window_end"][:10], each["attribute"]) for each in page["items"]]
        query = page["next"] and f"limit=4&cursor={page['next']}"
    assert found == [(f"2026-10-0{day}", name) for day in (3, 2, 1) for name in "ba"]
    assert len(door.read("fairness", "attribute=a")["items"]) == 3
    url = door.url("fairness")
    bad = door.app.test_client().get(f"{url}?cursor=WyJ4IiwgIngiLCAieCJd", headers=door.token())
    assert bad.status_code == 422


def test_forecasts_tell_their_error_with_its_scheme_and_the_parts_of_the_score(door):
    bins = [
        {"low": 0, "high": 0.5, "n": 100, "mean": 0.2, "positives": 30},
        {"low": 0.5, "high": 1, "n": 100, "mean": 0.8, "positives": 80},
    ]
    window = {"window_end": END, "scheme": "equal_width", "count": 2, "bins": bins}
    assert door.send("calibration", {"windows": [window]}).status_code == 201
    [read] = door.read("calibration")["items"]
    # By hand: gaps of 0.1 and 0; base rate 0.55; parts 0.005, 0.0625 and 0.2475.
    assert (read["scheme"], read["count"], read["n"]) == ("equal_width", 2, 200)
    assert read["expected_calibration_error"] == pytest.approx(0.05)
    parts = [read[name] for name in ("reliability", "resolution", "uncertainty", "brier_of_binned_forecasts")]
    assert parts == pytest.approx([0.005, 0.0625, 0.2475, 0.19])
    assert read["bins"][0]["observed"]["value"] == 0.3
    assert door.send("calibration", {"windows": [window | {"count": 1}]}).status_code == 422


def test_only_what_may_be_seen_and_sent_is(door):
    count = {"counts": [{"attribute": "sex", "group": "f", "window_end": END, "n": 9, "selected": 4}]}
    assert door.send("fairness", count, system="sentinel").status_code == 404
    assert door.send("fairness", count, headers=door.token("mia")).status_code == 403
    assert door.send("fairness", count, headers=door.token(scopes=("registry:read",))).status_code == 403


def test_a_bound_is_stated_and_changed_as_on_its_page_by_whoever_has_read_it(twins, program, cast):
    system = f"/systems/{cast.triage.key}/fairness"
    stated = {
        "measure": "impact_ratio",
        "limit": "0.8",
        "fewest": 30,
        "why_groups": "Complaints.",
        "reason": "4/5.",
    }
    # What people are grouped by may be called anything.
    one = f"{system}/bounds/age/band"

    def act(typed):
        page = f"{system}/bound?attribute=age/band"
        return Act(page, typed | {"attribute": "age/band"}, "PATCH", one, typed, read=one)

    first, looser = act(stated), act({"limit": "0.75", "reason": "Agreed anew."})
    by_page, by_program = twins.left("ada", first)
    assert by_page == by_program
    assert [each.event for each in by_program] == ["fairness_bound.set"]
    empty = program("mia", "GET", one)
    assert (empty.json["measure"], empty.json["attribute"], empty.json["version"]) == (None, "age/band", 0)
    assert twins.sent("mia", first, empty.headers["ETag"]).status_code == 403
    assert twins.sent("ada", first).status_code == 428
    lacking = program("ada", "PATCH", one, {"limit": 2, "measure": "impact_ratio"}, empty.headers["ETag"])
    assert {each["field"] for each in lacking.json["problems"]} == {"limit", "why_groups", "reason"}
    kept = twins.sent("ada", first, empty.headers["ETag"])
    assert (kept.json["limit"], kept.json["says"]) == ("0.8", "impact ratio at least 0.8")
    assert twins.etag("mia", one) == kept.headers["ETag"]
    assert twins.sent("ada", looser, empty.headers["ETag"]).status_code == 409
    by_page, by_program = twins.left("ada", looser)
    assert by_page == by_program != []
    unsaid = program("ada", "PATCH", one, {"limit": 0.7}, kept.headers["ETag"])
    assert [each["field"] for each in unsaid.json["problems"]] == ["reason"]
    assert program("mia", "GET", f"{system}/bounds").json["items"] == [kept.json]
    assert program("ben", "GET", f"/systems/{cast.sentinel.key}/fairness/bounds").status_code == 404

"""Versions through the JSON door: what a pipeline sends and reads, and what it may not."""

from urllib.parse import quote

import pytest

from registry.accounts import actions as accounts
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from registry.versions import actions, queries
from registry.versions.rules.record import VersionFacts

PAGE = "/api/v1/systems/AI-0001/versions"
SENT = {
    "label": "rc/2026 1",
    "changed": "Retrained on 2026.",
    "significant": False,
    "digest": "AB" * 32,
    "trained_on": [{"source": "DS-0001", "from_on": "2025-01-01", "to_on": "2025-12-31"}],
}


@pytest.fixture
def house(app, cast):
    with app.database.transaction() as session:
        facts = SourceFacts("Claims archive", owner_id=cast.number("mia"))
        data_sources.add_source(session, cast.actor(session, "mia"), facts)
    return app.database, cast


@pytest.fixture
def door(house, app):
    """What a client sends as that person: (method, address, ...) with a token of theirs."""
    database, cast = house
    client = app.test_client()

    def opened(name, *scopes):
        with database.transaction() as session:
            text, _ = accounts.issue_token(
                session,
                cast.actor(session, name),
                cast.people[name],
                "test",
                frozenset(scopes or {"registry:read", "systems:write"}),
            )
        headers = {"Authorization": f"Bearer {text}"}

        def ask(method, url, etag="", **more):
            told = headers | ({"If-Match": etag} if etag else {})
            return client.open(url, method=method, headers=told, **more)

        return ask

    return opened


def approve(house, *labels):
    database, cast = house
    with database.transaction() as session:
        for label in labels:
            model = queries.by_label(session, cast.triage.id, label)
            actions.approve(session, cast.actor(session, "dee"), model, version=model.version)


def test_a_pipeline_adds_a_version_and_puts_it_live_once_somebody_approved_it(house, door):
    ask = door("ben")
    added = ask("POST", PAGE, json=SENT)
    assert added.status_code == 201
    assert added.json["state"] == "candidate"
    assert added.json["digest"] == "sha256:" + "ab" * 32
    assert added.json["added_by"] == "ben@example.org"
    assert added.json["trained_on"] == [
        {"source": "DS-0001", "name": "Claims archive", "from_on": "2025-01-01", "to_on": "2025-12-31"}
    ]
    there = added.headers["Location"]
    assert ask("GET", there).json == added.json
    assert ask("GET", f"{PAGE}/{quote('RC/2026  1', safe='')}").json == added.json
    early = ask("POST", f"{there}/live", json={})
    assert (early.status_code, early.mimetype) == (422, "application/problem+json")
    approve(house, SENT["label"])
    live = ask("POST", f"{there}/live", json={})
    assert live.status_code == 200
    [told] = live.json["items"]
    assert (told["label"], told["state"], told["live_share"]) == (SENT["label"], "live", 100)
    since = told["live_since"]
    for at, labels in ((since, [SENT["label"]]), ("2020-01-01T00:00:00Z", [])):
        reply = ask("GET", PAGE, query_string={"live_at": at})
        assert [each["label"] for each in reply.json["items"]] == labels
    for odd in ("yesterday", "2026-11-03T10:00:00", "9999-12-31T23:59:59-23:00"):
        assert ask("GET", PAGE, query_string={"live_at": odd}).status_code == 422


def test_champion_and_challenger_are_named_with_their_shares(house, door):
    ask = door("ben")
    for label in ("1", "2"):
        assert ask("POST", PAGE, json=SENT | {"label": label}).status_code == 201
    approve(house, "1", "2")
    shared = {"share": 90, "beside": [{"label": "2", "share": 10}]}
    reply = ask("POST", f"{PAGE}/1/live", json=shared)
    assert [(each["label"], each["live_share"]) for each in reply.json["items"]] == [("1", 90), ("2", 10)]
    for wrong, field in (
        (shared, ""),
        ({"share": 90}, "share"),
        ({"share": 90, "beside": [{"label": "3", "share": 10}]}, "beside"),
        ({"share": "most"}, "share"),
    ):
        refused = ask("POST", f"{PAGE}/1/live", json=wrong)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json["problems"]] == [field]


def test_a_list_goes_by_pages_newest_first(house, door):
    database, cast = house
    with database.transaction() as session:
        for label in "1234":
            facts = VersionFacts(label, "Again.", significant=False)
            actions.add_version(session, cast.actor(session, "ada"), cast.triage.id, facts)
    ask, labels, cursor = door("otto", "registry:read"), [], ""
    while cursor is not None:
        reply = ask("GET", PAGE, query_string={"limit": 3, "cursor": cursor}).json
        labels += [each["label"] for each in reply["items"]]
        cursor = reply["next"]
    assert labels == list("4321")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": "a//b"}, "label"),
        ({"changed": " "}, "changed"),
        ({"significant": None}, "significant"),
        ({"digest": "12"}, "digest"),
        ({"trained_on": [{"source": "DS-0099"}]}, "trained_on.0.source"),
        ({"trained_on": [{"source": "the archive"}]}, "trained_on.0.source"),
        ({"state": "live"}, "state"),
    ],
)
def test_what_is_wrong_is_said_by_its_field_and_nothing_is_added(house, door, change, field):
    database, cast = house
    refused = door("ada")("POST", PAGE, json=SENT | change)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json["problems"]] == [field]
    with database.transaction(read_only=True) as session:
        assert queries.versions_page(session, cast.triage.id).items == []


def test_who_may_not_know_or_may_not_write_learns_and_changes_nothing(house, door):
    hidden = "/api/v1/systems/AI-0002/versions"
    for method, url in (
        ("GET", hidden),
        ("POST", hidden),
        ("GET", f"{hidden}/1"),
        ("POST", f"{hidden}/1/live"),
    ):
        assert door("olga")(method, url, json=SENT).status_code == 404
    assert door("otto")("POST", PAGE, json=SENT).status_code == 403
    assert door("ada", "registry:read")("POST", PAGE, json=SENT).status_code == 403
    assert door("ada")("GET", f"{PAGE}/never").status_code == 404


def test_a_candidate_is_changed_by_whoever_has_read_it_until_it_is_approved(house, door):
    ask = door("ben")
    there = ask("POST", PAGE, json=SENT).headers["Location"]
    read = ask("GET", there)

    def change(body, etag=read.headers["ETag"], who=ask):
        return who("PATCH", there, json=body, etag=etag)

    assert ask("PATCH", there, json={"because": "Drift."}).status_code == 428
    changed = change({"because": "Drift.", "evaluation": "AUC 0.91."})
    assert changed.json == read.json | {"because": "Drift.", "evaluation": "AUC 0.91.", "version": 2}
    assert change({"because": "Else."}).status_code == 409
    # Sources are named all at once: what is left out is no longer named, and whoever approves reads it anew.
    bare = change({"trained_on": []}, changed.headers["ETag"])
    assert (bare.json["trained_on"], bare.json["because"], bare.json["version"]) == ([], "Drift.", 3)
    named = change({"trained_on": [{"source": "claims archive"}]}, bare.headers["ETag"])
    assert [each["source"] for each in named.json["trained_on"]] == ["DS-0001"]
    wrong = change({"trained_on": [{"source": "DS-0099"}], "label": "2"}, named.headers["ETag"])
    assert [each["field"] for each in wrong.json["problems"]] == ["trained_on.0.source"]
    assert change({"state": "live"}, named.headers["ETag"]).json["problems"][0]["field"] == "state"
    assert change({"because": "x"}, named.headers["ETag"], door("otto")).status_code == 403
    approve(house, SENT["label"])
    etag = ask("GET", there).headers["ETag"]
    assert change({"because": "x"}, etag).status_code == 422


def test_a_version_is_withdrawn_and_one_that_is_live_with_a_reason(house, door):
    ask = door("ben")
    for label in ("1", "2"):
        ask("POST", PAGE, json=SENT | {"label": label})
    approve(house, "1")
    ask("POST", f"{PAGE}/1/live", json={})
    assert ask("POST", f"{PAGE}/1/withdraw", json={}).json["problems"][0]["field"] == "because"
    gone = ask("POST", f"{PAGE}/1/withdraw", json={"because": "Trained on the wrong year."})
    assert (gone.status_code, gone.json["state"], gone.json["live_share"]) == (200, "withdrawn", None)
    assert ask("GET", f"{PAGE}/1").json == gone.json
    assert ask("POST", f"{PAGE}/2/withdraw", json={}).json["state"] == "withdrawn"
    assert ask("POST", f"{PAGE}/2/withdraw", json={}).status_code == 422
    assert ask("POST", f"{PAGE}/3/withdraw", json={}).status_code == 404
    assert door("otto")("POST", f"{PAGE}/1/withdraw", json={}).status_code == 403

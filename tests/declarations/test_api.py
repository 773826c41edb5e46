"""Files through the JSON door and on the page of their system: a plan that changes nothing, a conflict, drift in the open."""

import json
import threading
from dataclasses import replace

import pytest

from registry.accounts import actions as accounts
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from registry.declarations.rules import files
from registry.systems import actions as systems
from registry.systems.queries import by_key, every_system, facts_of
from registry.worker.actions import beat
from tests.declarations.files import LETTERS, SCANS

APPLY = "/api/v1/apply"
SENT = {
    "files": [{"path": "letters.yaml", "text": LETTERS}, {"path": "scans.yaml", "text": SCANS}],
    "repository": "halden/claims",
    "commit": "1a2b3c4d5e6f",
}


@pytest.fixture
def ask(app, cast):
    """What a pipeline of Ada sends, with a token of hers."""
    with app.database.transaction() as session:
        ada = cast.actor(session, "ada")
        data_sources.add_source(session, ada, SourceFacts("Claims archive", owner_id=cast.number("mia")))
        scopes = frozenset({"registry:read", "systems:write"})
        text, _ = accounts.issue_token(session, ada, cast.people["ada"], "pipeline", scopes)
    client = app.test_client()
    headers = {"Authorization": f"Bearer {text}"}
    return lambda method, url, **more: client.open(url, method=method, headers=headers, **more)


def names(app, cast):
    with app.database.transaction(read_only=True) as session:
        return [each.name for each in every_system(session, cast.actor(session, "adam"))]


def test_a_plan_changes_nothing_and_is_carried_out_as_it_was_shown(app, cast, ask):
    before = names(app, cast)
    planned = ask("POST", f"{APPLY}?dry_run=true", json=SENT)
    assert (planned.status_code, names(app, cast)) == (200, before)
    first = planned.json["plan"][0]
    assert first == {
        "key": "letter-sorter", "does": "register", "field": "name", "from": None, "to": "Letter sorter", "changed_since": False,
    }  # fmt: skip
    assert [(each["id"], each["key"], each["new"]) for each in planned.json["documents"]] == [
        ("letter-sorter", None, True),
        ("scan-reader", None, True),
    ]
    done = ask("POST", APPLY, json=SENT | {"expects": planned.json["digest"]})
    assert (done.status_code, done.json["digest"]) == (200, planned.json["digest"])
    assert len(names(app, cast)) == len(before) + 2
    again = ask("POST", APPLY, json=SENT)
    assert (again.status_code, again.json["plan"]) == (200, [])
    # The plan that was carried out is no more what there is to do.
    assert ask("POST", APPLY, json=SENT | {"expects": planned.json["digest"]}).status_code == 409


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"files": []}, "files"),
        ({"files": [{"path": "a", "text": "registry: 1\nid: a\nkind: robot\n"}]}, "kind"),
        ({"files": [{"path": "", "text": ""}]}, "files.0.path"),
        (SENT | {"commit": "x" * 65}, "commit"),
        (SENT | {"more": 1}, "more"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(ask, sent, field):
    reply = ask("POST", APPLY, json=sent)
    assert (reply.status_code, [each["field"] for each in reply.json["problems"]]) == (422, [field])


def test_a_system_is_exported_as_the_file_it_is_kept_in(ask):
    keys = {each["id"]: each["key"] for each in ask("POST", APPLY, json=SENT).json["documents"]}
    reply = ask("GET", f"/api/v1/systems/{keys['scan-reader']}/file?keys=false")
    assert reply.text == SCANS.replace("unit: Claims", "unit: Halden Mutual / Claims\nvisibility: company")
    whole = ask("GET", f"/api/v1/systems/{keys['letter-sorter']}/file").text
    assert f"\nkey: {keys['letter-sorter']}\n" in whole
    assert f"    system: {keys['scan-reader']}\n" in whole
    back = ask("POST", f"{APPLY}?dry_run=true", json={"files": [{"path": "letters.yaml", "text": whole}]})
    assert back.json["plan"] == []
    assert ask("GET", f"/api/v1/systems/{keys['scan-reader']}/file?keys=perhaps").status_code == 422


def test_the_schema_is_there_for_editors_without_a_token(app):
    reply = app.test_client().get("/schemas/registry-1.json")
    assert (reply.status_code, reply.mimetype) == (200, "application/schema+json")
    assert json.loads(reply.text)["$id"].endswith("/schemas/registry-1.json")


def test_the_page_of_a_system_says_where_it_is_kept_and_what_was_changed_there_since(
    app, cast, ask, client_of
):
    [key, _] = [each["key"] for each in ask("POST", APPLY, json=SENT).json["documents"]]
    ada = client_of("ada")
    page = ada.get(f"/systems/{key}").text
    assert "letters.yaml" in page
    assert "halden/claims at <code>1a2b3c4d5e6f</code>" in page
    assert "Nothing that the file states was changed here since." in page
    with app.database.transaction() as session:
        system = by_key(session, cast.actor(session, "ada"), key)
        facts = replace(facts_of(system), autonomy=1)
        systems.edit(session, cast.actor(session, "ada"), system, facts, version=system.version)
    assert "<li>autonomy</li>" in ada.get(f"/systems/{key}").text
    refused = ask("POST", APPLY, json=SENT)
    assert (refused.status_code, refused.json["problems"][0]["field"]) == (422, "autonomy")
    assert "(letters.yaml, line 12)" in refused.json["problems"][0]["message"]
    assert ask("POST", APPLY, json=SENT | {"overwrite": True}).status_code == 200
    form = ada.get(f"/systems/{key}/edit").text
    assert "Its team keeps it in letters.yaml of halden/claims." in form


def test_the_same_file_applied_by_two_at_once_registers_one_system(app, cast, ask):
    replies = []

    def applies():
        replies.append(ask("POST", APPLY, json=SENT).status_code)

    both = [threading.Thread(target=applies) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(replies) in ([200, 200], [200, 409])
    assert names(app, cast).count("Letter sorter") == 1


def test_while_files_are_read_others_write(app, ask, monkeypatch):
    known = files.read

    def reads_slowly(sent):
        # On SQLite there is one writer at a time: within a transaction of its own this would wait for itself.
        beat(app.database)
        return known(sent)

    monkeypatch.setattr(files, "read", reads_slowly)
    assert ask("POST", f"{APPLY}?dry_run=true", json=SENT).status_code == 200
    assert ask("POST", APPLY, json=SENT).status_code == 200

"""Tags and notes in the browser and as JSON."""

import pytest
from sqlmodel import select

from registry.accounts.actions import issue_token
from registry.annotations import actions, queries
from registry.audit.models import LedgerEntry
from registry.audit.queries import verify
from registry.kernel.errors import Forbidden
from registry.systems.actions import let_views_follow_tag, save_view
from registry.systems.models import SavedView
from registry.systems.rules.views import ViewFacts


@pytest.fixture
def page(cast):
    return f"/systems/{cast.triage.key}"


@pytest.fixture
def tagged(app, cast):
    """Pilot on Triage and Sentinel; "fraud rings" on Sentinel alone, which few may know of."""
    with app.database.transaction() as session:
        ada = cast.actor(session, "ada")
        actions.retag(session, ada, cast.triage.id, add=["pilot"])
        actions.retag(session, ada, cast.sentinel.id, add=["pilot", "fraud rings"])
        return {name: tag.id for name, tag in queries.tags_named(session, ["pilot", "fraud rings"]).items()}


def test_tags_are_added_and_taken_off_in_place(client_of, page):
    ada = client_of("ada")
    assert ada.post(f"{page}/tags", data={"tags": "Winter readiness, claims"}).status_code == 303
    shown = ada.get(page).text
    assert "Winter readiness" in shown
    assert "Take off the tag claims" in shown
    assert ada.post(f"{page}/tags/remove", data={"tags": "CLAIMS"}).status_code == 303
    assert "Take off the tag claims" not in ada.get(page).text
    refused = ada.post(f"{page}/tags", data={"tags": "y" * 41})
    assert refused.status_code == 422
    assert "too long for a tag" in refused.text
    assert "y" * 41 in refused.text
    assert ada.post(f"{page}/tags", data={"tags": " , "}).status_code == 422
    assert "Take off the tag" not in client_of("otto").get(page).text
    assert client_of("otto").post(f"{page}/tags", data={"tags": "x"}).status_code == 403


def test_a_tag_only_hidden_systems_carry_is_hidden_with_them(client_of, tagged):
    otto, ada = client_of("otto"), client_of("ada")
    shown = otto.get("/tags").text
    assert "pilot" in shown
    assert "fraud rings" not in shown
    hidden = otto.get(f"/tags/{tagged['fraud rings']}")
    absent = otto.get("/tags/999999")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.split("<main")[1] == absent.text.split("<main")[1]
    one = otto.get(f"/tags/{tagged['pilot']}").text
    assert "1 system you can see carries it." in one
    assert "Sentinel" not in one
    assert "2 systems you can see carry it." in ada.get(f"/tags/{tagged['pilot']}").text
    # Nor is it suggested to somebody who tags another system.
    assert "fraud rings" not in client_of("olga").get("/systems/bulk?task=tags&key=AI-0003").text


def test_an_administrator_renames_and_merges_tags(client_of, tagged):
    adam, pilot, rings = client_of("adam"), tagged["pilot"], tagged["fraud rings"]
    assert adam.post(f"/tags/{pilot}/rename", data={"name": "Fraud  RINGS"}).status_code == 422
    assert adam.post(f"/tags/{pilot}/rename", data={"name": "trial"}).status_code == 303
    for nothing in ("", "0", "-1", "x", "9" * 30, rings):
        assert adam.post(f"/tags/{rings}/merge", data={"into_id": nothing}).status_code == 422
    assert adam.post("/tags/999999/remove").status_code == 404
    assert adam.post(f"/tags/{rings}/remove").status_code == 422
    assert adam.post(f"/tags/{rings}/merge", data={"into_id": pilot}).status_code == 303
    assert adam.get(f"/tags/{rings}").status_code == 404
    assert "trial" in adam.get("/tags").text
    assert client_of("ada").post(f"/tags/{pilot}/rename", data={"name": "x"}).status_code == 403


def kept_addresses(app):
    with app.database.transaction(read_only=True) as session:
        assert verify(session).ok
        return {view.name: view.address for view in session.exec(select(SavedView))}


def test_saved_views_follow_a_tag_that_is_renamed_or_merged(client_of, app, cast, tagged):
    kept = {
        ("mia", "Pilots"): "q=pilot&tag=Pilot&vendor=pilot&sort=-key",
        ("ada", "Both"): "tag=fraud+rings&tag=pilot&col=tags",
        ("ada", "Rings"): "tag=fraud+rings",
        # He may not know that there is such a tag: he wrote down a name he guessed.
        ("otto", "Guessed"): "tag=fraud+rings",
        ("otto", "Live"): "stage=live",
    }
    with app.database.transaction() as session:
        for (name, view), address in kept.items():
            save_view(session, cast.actor(session, name), ViewFacts(view, address))
    adam, pilot, rings = client_of("adam"), tagged["pilot"], tagged["fraud rings"]
    assert adam.post(f"/tags/{pilot}/rename", data={"name": "fraud rings"}).status_code == 422
    assert kept_addresses(app) == {view: address for (_, view), address in kept.items()}
    assert adam.post(f"/tags/{pilot}/rename", data={"name": "Trial & error"}).status_code == 303
    renamed = {
        "Pilots": "q=pilot&tag=Trial+%26+error&vendor=pilot&sort=-key",
        "Both": "tag=fraud+rings&tag=Trial+%26+error&col=tags",
        "Rings": "tag=fraud+rings",
        "Guessed": "tag=fraud+rings",
        "Live": "stage=live",
    }
    assert kept_addresses(app) == renamed
    assert adam.post(f"/tags/{rings}/merge", data={"into_id": pilot}).status_code == 303
    assert kept_addresses(app) == renamed | {
        "Both": "tag=Trial+%26+error&col=tags",
        "Rings": "tag=Trial+%26+error",
    }
    shown = client_of("ada").get(f"/systems?{kept_addresses(app)['Both']}").text
    assert cast.triage.key in shown
    with app.database.transaction(read_only=True) as session:
        events = [entry.event for entry in session.exec(select(LedgerEntry).order_by(LedgerEntry.seq))]
    told = [event for event in events if event in {"tag.renamed", "tag.merged", "view.changed"}]
    assert told == ["tag.renamed", "view.changed", "tag.merged", "view.changed"]


def test_only_whoever_keeps_the_tags_lets_views_follow_one(session, cast):
    ada = cast.actor(session, "ada")
    view = save_view(session, ada, ViewFacts("Pilots", "tag=pilot"))
    with pytest.raises(Forbidden):
        let_views_follow_tag(session, ada, [view], "pilot", "trial")


def test_a_note_is_written_corrected_and_withdrawn(client_of, page):
    ben, otto = client_of("ben"), client_of("otto")
    hostile = "**Bold** <script>alert(1)</script> [x](javascript:alert(2))"
    reply = ben.post(f"{page}/notes", data={"version": "0", "body": hostile})
    assert reply.status_code == 303
    number = reply.headers["Location"].rpartition("-")[2]
    for where in (page, f"{page}/notes"):
        shown = otto.get(where).text
        assert "<strong>Bold</strong>" in shown
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown
    assert "Write a note" not in otto.get(f"{page}/notes").text
    assert otto.post(f"{page}/notes", data={"version": "0", "body": "x"}).status_code == 403
    assert ben.post(f"{page}/notes", data={"version": "0", "body": " "}).status_code == 422

    correct = f"{page}/notes/{number}/correct"
    assert client_of("ada").get(correct).status_code == 403
    assert "**Bold**" in ben.get(correct).text
    stale = ben.post(correct, data={"version": "7", "body": "Newer."})
    assert stale.status_code == 422
    assert "Newer." in stale.text
    assert ben.post(correct, data={"version": "1", "body": "Newer."}).status_code == 303
    assert "corrected" in otto.get(f"{page}/notes").text
    withdraw = f"{page}/notes/{number}/withdraw"
    assert ben.post(withdraw, data={"because": ""}).status_code == 422
    assert ben.post(withdraw, data={"because": "Wrong system."}).status_code == 303
    shown = otto.get(f"{page}/notes").text
    assert "Wrong system." in shown
    assert "Newer." not in shown
    # How it read is told by the history.
    assert "Newer." in otto.get(f"{page}/history").text


def test_notes_and_tags_as_json(app, client_of, cast, tagged):
    with app.database.transaction() as session:
        ada, triage = cast.actor(session, "ada"), cast.triage.id
        first = actions.write_note(session, ada, triage, "First.")
        actions.write_note(session, ada, triage, "Second.")
        actions.withdraw_note(session, ada, first, "Wrong.")
        scopes = frozenset({"registry:read", "systems:write"})
        mine, _ = issue_token(session, ada, cast.people["ada"], "x", scopes)
        otto = cast.actor(session, "otto")
        theirs, _ = issue_token(session, otto, cast.people["otto"], "x", scopes)
    client, url = app.test_client(), f"/api/v1/systems/{cast.triage.key}"

    def sent(method, address, token=mine, **more):
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return client.open(address, method=method, headers=headers, **more)

    page = sent("GET", f"{url}/notes?limit=1", theirs).json
    assert [item["body"] for item in page["items"]] == ["Second."]
    rest = sent("GET", f"{url}/notes?limit=1&cursor={page['next']}", theirs).json
    assert [(item["body"], item["withdrawn_because"]) for item in rest["items"]] == [("", "Wrong.")]
    assert rest["next"] is None
    assert sent("GET", f"/api/v1/systems/{cast.sentinel.key}/notes", theirs).status_code == 404

    listed = {item["key"]: item["tags"] for item in sent("GET", "/api/v1/systems", theirs).json["items"]}
    assert listed == {cast.triage.key: ["pilot"], cast.pricing.key: []}
    revision = sent("GET", url).headers["ETag"]
    changed = sent("PATCH", url, json={"tags": ["Pilot", "winter"]}, headers={"If-Match": revision})
    assert (changed.status_code, changed.json["tags"]) == (200, ["pilot", "winter"])
    # Somebody who read it before them would take these tags off unseen; they have to look again.
    lost = sent("PATCH", url, json={"tags": ["pilot", "spring"]}, headers={"If-Match": revision})
    assert lost.status_code == 409
    again = sent("GET", url, headers={"If-None-Match": revision})
    assert (again.status_code, again.json["tags"]) == (200, ["pilot", "winter"])
    assert again.headers["ETag"] == changed.headers["ETag"] != revision
    assert sent("GET", url, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304
    with app.database.transaction() as session:
        pilot = queries.tags_named(session, ["pilot"])["pilot"]
        actions.rename_tag(session, cast.actor(session, "adam"), pilot, "trial")
    renamed = sent("GET", url, headers={"If-None-Match": again.headers["ETag"]})
    assert (renamed.status_code, renamed.json["tags"]) == (200, ["trial", "winter"])
    revision = renamed.headers["ETag"]
    both = sent("PATCH", url, json={"tags": [], "regions": "North"}, headers={"If-Match": revision})
    assert (both.status_code, both.json["tags"], both.json["regions"]) == (200, [], "North")
    wrong = sent("PATCH", url, json={"tags": ["x" * 41]}, headers={"If-Match": both.headers["ETag"]})
    assert (wrong.status_code, wrong.json["problems"][0]["field"]) == (422, "tags")

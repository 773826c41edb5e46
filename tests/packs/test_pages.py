"""Pages and API of frameworks and editions: what is shown to whom, and that nothing typed is lost."""

import io
import re

import pytest

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.packs import actions, queries
from registry.packs.rules import Implementation, StatementFacts
from tests.objectives.test_pages import form_of

CONTROL = "/frameworks/nist-ai-rmf/controls/GOVERN%201.6"


def text_of(reply):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


@pytest.fixture
def baseline(app, cast):
    with app.database.transaction() as session:
        return queries.text_of(session, "baseline", "2026.1")


def test_a_reviewer_states_a_control_and_everybody_reads_it(app, cast, client_of):
    rita, otto = client_of("rita"), client_of("otto")
    assert "0 of 72 controls stated" in text_of(otto.get("/frameworks"))
    assert "no review has asked this yet" in text_of(otto.get("/frameworks"))
    sent = form_of(rita, CONTROL) | {"applicable": "yes", "status": "in_part", "how": "By <this> register"}
    assert rita.post(CONTROL, data=sent | {"how": ""}).status_code == 422
    assert rita.post(CONTROL, data=sent).status_code == 303
    assert "1 of 72 controls stated: 0 in place, 1 in part" in text_of(otto.get("/frameworks"))
    page = otto.get(CONTROL)
    assert "By &lt;this&gt; register" in page.get_data(as_text=True)
    assert "SR 26-2 G3" in text_of(page)
    assert "Save the statement" not in text_of(page)

    late = rita.post(CONTROL, data=sent | {"how": "Otherwise"})
    assert late.status_code == 409
    assert "Otherwise" in late.get_data(as_text=True)
    assert form_of(rita, CONTROL)["version"] == "1"
    csv = otto.get("/frameworks/nist-ai-rmf/statement.csv").get_data(as_text=True)
    assert len(csv.splitlines()) == 73
    assert "GOVERN 1.6,Systems are kept" not in csv
    assert ",yes,,By <this> register,in part," in csv


def test_an_edition_is_looked_at_before_it_is_added(app, cast, client_of, baseline):
    adam = client_of("adam")
    written = baseline.replace("2026.1", "2026.2").replace("high: 3", "high: 1")
    token = form_of(adam, "/packs/new")["csrf_token"]
    looked = adam.post(
        "/packs/new", data={"csrf_token": token, "file": (io.BytesIO(written.encode()), "b.yaml")}
    )
    assert looked.status_code == 200
    said = text_of(looked)
    assert "1 change against baseline 2026.1" in said
    assert "Owners confirm every 1 month on systems that are high, before 3" in said
    assert "baseline 2026.2" not in text_of(adam.get("/packs"))

    sent = {"csrf_token": token, "text": written, "against": "baseline 2026.1"}
    stale = adam.post("/packs/adopt", data=sent | {"against": "baseline 2025.1"})
    assert (stale.status_code, "Nothing has been kept yet" in text_of(stale)) == (200, True)
    assert adam.post("/packs/adopt", data=sent).status_code == 303
    assert re.search(r"baseline 2026.2 in force .*Adam Administrator", text_of(adam.get("/packs")))
    assert adam.get("/packs/baseline/2026.2.yaml").get_data(as_text=True) == written
    assert adam.post("/packs/adopt", data=sent).status_code == 422


def test_a_refused_edition_keeps_its_text_and_names_its_lines(app, cast, client_of, baseline):
    adam = client_of("adam")
    token = form_of(adam, "/packs/new")["csrf_token"]
    broken = baseline.replace("fact: deputy", "fact: moon_phase").replace("2026.1", "2026.2")
    reply = adam.post("/packs/new", data={"csrf_token": token, "text": broken.replace("\n", "\r\n")})
    assert reply.status_code == 422
    assert "line 16, record[1].fact: there is no fact moon_phase" in text_of(reply)
    assert "fact: moon_phase" in reply.get_data(as_text=True)
    torn = adam.post(
        "/packs/new", data={"csrf_token": token, "file": (io.BytesIO(b"\xff\xfe\x00x"), "b.yaml")}
    )
    assert (torn.status_code, "not UTF-8" in text_of(torn)) == (422, True)


def test_frameworks_are_read_through_the_api(app, cast, client_of, database):
    with database.transaction() as session:
        framework = queries.framework_on(session, "iso-42001", clock.today())
        facts = StatementFacts(
            applicable=True, how="Policy 7", status=Implementation.IN_PLACE, owner_id=cast.number("ada")
        )
        actions.state(
            session, cast.actor(session, "rita"), framework, framework.control("A.2.2"), facts, version=0
        )
        otto = cast.actor(session, "otto")
        token, _ = accounts.issue_token(session, otto, cast.people["otto"], "t", frozenset({"registry:read"}))
        ada = cast.actor(session, "ada")
        narrow, _ = accounts.issue_token(
            session, ada, cast.people["ada"], "t", frozenset({"registry:read"}), system_id=cast.triage.id
        )
    bearer = {"Authorization": f"Bearer {token}"}
    client = app.test_client()
    listed = client.get("/api/v1/frameworks", headers=bearer).get_json()["items"]
    counts = {each["id"]: each["controls"] for each in listed}
    assert (counts["nist-ai-rmf"], counts["iso-42001"]) == (72, 38)
    found = client.get("/api/v1/frameworks/iso-42001", headers=bearer).get_json()
    assert found["coverage"]["in_place"] == 1
    assert found["coverage"]["asked"] is None
    assert found["items"][0]["statement"]["how"] == "Policy 7"
    assert client.get("/api/v1/frameworks/practices", headers=bearer).status_code == 404
    held_to_one = {"Authorization": f"Bearer {narrow}"}
    assert client.get("/api/v1/frameworks", headers=held_to_one).status_code == 403

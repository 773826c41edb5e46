"""Tests before use, by page, by API and by command: what is shown to whom, and how results of tools arrive."""

import io
import json
import re

import pytest

from registry.accounts import actions as accounts
from registry.cli import run
from registry.dossiers import actions
from registry.kernel.actor import the_registry
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from tests.cast import PASSWORD
from tests.data_sources.test_pages import text_of
from tests.dossiers.test_rules import ENTITIES, JUNIT
from tests.objectives.test_pages import form_of

PAGE = "/systems/AI-0001/dossier"
DOOR = "/api/v1/systems/AI-0001/dossier"
CASE = {"type": "subgroup", "name": "minors", "expected": "As *fast*.", "reference": "tests.bias.minors"}
WHY = {"is_similar": "yes", "similar_because": "Last year's mix."}


@pytest.fixture
def model(app, cast):
    """Dee wrote version 2.1 down."""
    with app.database.transaction() as session:
        facts = VersionFacts("2.1", "First.", significant=False)
        return versions.add_version(session, cast.actor(session, "dee"), cast.triage.id, facts)


@pytest.fixture
def dossier(app, cast, model):
    with app.database.transaction() as session:
        actions.open_dossier(session, cast.actor(session, "ada"), model)


def test_tests_are_begun_filled_run_and_signed_by_somebody_who_did_not_build_it(
    database, cast, model, client_of
):
    with database.transaction() as session:
        accounts.set_password(session, the_registry("command"), session.merge(cast.people["rita"]), PASSWORD)
    ada, rita = client_of("ada"), client_of("rita")
    assert "No tests yet" in text_of(ada.get(PAGE))
    begun = ada.post(PAGE, data={"version_id": str(model.id)}, follow_redirects=True)
    assert "TST-0001 is begun" in text_of(begun)
    assert ada.post(PAGE, data={"version_id": ""}).status_code == 422
    refused = ada.post("/dossiers/1/cases/new", data=CASE | {"expected": ""})
    assert (refused.status_code, "before you try it" in text_of(refused)) == (422, True)
    assert "“minors” will be tried" in text_of(
        ada.post("/dossiers/1/cases/new", data=CASE, follow_redirects=True)
    )
    sign = form_of(rita, "/dossiers/1/sign") | {"words": "All is well.", "password": PASSWORD}
    early = rita.post("/dossiers/1/sign", data=sign)
    assert (early.status_code, "has no run yet" in text_of(early)) == (422, True)
    told = form_of(rita, "/dossiers/1/run?case=1") | {"outcome": "failed", **WHY}
    assert told["case_id"] == "1"
    assert "Say what it did instead" in text_of(rita.post("/dossiers/1/run", data=told))
    done = rita.post("/dossiers/1/run", data=told | {"actual": "12 % late"}, follow_redirects=True)
    assert "The run is recorded: failed" in text_of(done)
    assert rita.post("/dossiers/1/sign", data=sign).status_code == 409
    assert "Your password" not in text_of(rita.get("/dossiers/1/sign"))
    sign = form_of(rita, "/dossiers/1/sign") | {"words": "One of one failed."}
    said = text_of(rita.post("/dossiers/1/sign", data=sign, follow_redirects=True))
    for words in (
        "signed for 1 case and 1 run",
        "One of one failed.",
        "Rita Reviewer",
        "no case",
        "12 % late",
    ):
        assert words in said, words
    ben = client_of("ben")
    assert "You lead the engineering" in text_of(ben.get("/dossiers/1"))
    for step in ("run", "results", "sign"):
        assert ben.get(f"/dossiers/1/{step}").status_code == 403
    rita.post("/dossiers/1/run", data=told | {"outcome": "passed"})
    assert "changed since it was signed" in text_of(client_of("otto").get(PAGE))


def test_a_file_of_results_is_taken_in_and_every_row_accounted_for(dossier, client_of):
    rita = client_of("rita")

    def sent(content, name="report.xml", **more):
        file = {"file": (io.BytesIO(content), name)}
        data = {"type": "adversarial", **WHY, **file} | more
        return rita.post("/dossiers/1/results", data=data, follow_redirects=True)

    said = text_of(sent(JUNIT))
    for words in (
        "Of 4 rows 1 passed, 1 failed and 1 were skipped; 1 row could not be read",
        "Row 4: It has no name",
    ):
        assert words in said, words
    assert "taken in just before" in text_of(sent(JUNIT))
    hostile = sent(ENTITIES)
    assert (hostile.status_code, "declares a document type" in text_of(hostile)) == (422, True)
    assert "Last year&#39;s mix." in hostile.text
    table = sent(b"name,outcome\nwomen,failed\n", "r.csv")
    assert "Of 1 row 0 passed, 1 failed" in text_of(table)
    untold = sent(b"name,outcome\nothers,failed\n", "r.csv", type="")
    assert (untold.status_code, "1 test is new" in text_of(untold)) == (422, True)
    # What failed stays to be read after the same case has passed, and that nobody typed the case is said.
    sent(b"name,outcome\nwomen,passed\n", "r.csv", type="")
    [number] = re.findall(r'href="(/test-cases/\d+)">women<', rita.get("/dossiers/1").text)
    runs = text_of(client_of("otto").get(number))
    assert runs.index("passed") < runs.index("failed")
    for words in ("This is assumed", "from a CSV file", "Last year", "Rita Reviewer"):
        assert words in runs, words


def test_a_pipeline_sends_results_and_a_command_does_too(app, cast, model, tmp_path, monkeypatch, capsys):
    with app.database.transaction() as session:
        scopes = frozenset({"evidence:write", "registry:read"})
        text, _ = accounts.issue_token(session, cast.actor(session, "ada"), cast.people["ada"], "t", scopes)
    api, headers = app.test_client(), {"Authorization": f"Bearer {text}"}
    asked = "?version=2.1&similar=no&because=Half+the+load&type=high_volume"
    body = {"results": [{"name": "ten thousand", "outcome": "passed"}, {"name": "odd", "outcome": "maybe"}]}
    got = api.post(f"{DOOR}/results{asked}", json=body, headers=headers)
    assert (got.status_code, got.json["dossier"], got.json["passed"], got.json["cases_added"]) == (
        201,
        "TST-0001",
        1,
        1,
    )
    assert got.json["unread"][0]["row"] == 2
    xml = {"data": JUNIT, "content_type": "application/xml", "headers": headers}
    assert api.post(f"{DOOR}/results{asked}", **xml).json["rows"] == 4
    assert api.post(f"{DOOR}/results?version=9", **xml).json["problems"][0]["field"] == "version"
    assert api.post(f"{DOOR}/results{asked}", data=b"x", headers=headers).status_code == 415
    one = api.get("/api/v1/dossiers/1", headers=headers).json
    assert [each["name"] for each in one["items"]] == ["ten thousand", "women", "minors", "empty body"]
    assert one["items"][0]["newest_run"]["tester"] == "ada@example.org"
    assert api.get(DOOR, headers=headers).json["items"][0]["cases"] == 4
    monkeypatch.setenv("REGISTRY_DATABASE_URL", app.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    (tmp_path / "r.csv").write_bytes(b"name,outcome\nwomen,passed\n")
    pushed = [
        "dossier",
        "push",
        "AI-0001",
        str(tmp_path / "r.csv"),
        "--version",
        "2.1",
        "--similar",
        "--json",
    ]
    assert run([*pushed, "--because", "Same load."]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] == 1

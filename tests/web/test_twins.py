"""What a person does on a page and a program does as well: the same action, held to what was read, and for the same people."""

import io
from datetime import timedelta

from registry.kernel import clock
from tests.evidence.samples import PDF


def test_a_risk_is_changed_by_whoever_has_read_it_and_stays_what_people_said_of_it(program, cast):
    soon = (clock.today() + timedelta(days=60)).isoformat()
    told = {
        "title": "Sorted last",
        "cause": "Few were seen.",
        "event": "A child waits.",
        "likelihood": 4,
        "impact": 4,
    }
    told |= {"owner_id": cast.number("ben"), "review_on": soon, "mitigating": True}
    added = program("ada", "POST", f"/systems/{cast.triage.key}/risks", told).json
    one = f"/risks/{added['number']}"
    read = program("mia", "GET", one)
    assert (read.json, read.status_code) == (added, 200)
    assert program("ada", "PATCH", one, {"impact": 5}).status_code == 428
    changed = program("ada", "PATCH", one, {"impact": 5}, read.headers["ETag"])
    assert (changed.json["score"], changed.json["title"], changed.json["status"]) == (
        20,
        "Sorted last",
        "mitigating",
    )
    assert program("ada", "PATCH", one, {"impact": 3}, read.headers["ETag"]).status_code == 409
    assert program("mia", "PATCH", one, {"impact": 3}, changed.headers["ETag"]).status_code == 403
    refused = program("ada", "PATCH", one, {"impact": 6}, changed.headers["ETag"])
    assert [each["field"] for each in refused.json["problems"]] == ["impact"]


def test_what_is_stated_of_evidence_is_changed_and_its_file_stays(app, program, cast):
    path = f"/systems/{cast.triage.key}/evidence"
    bearer = program("ada", "GET", path).request.headers["Authorization"]
    sent = {"title": "Bias test", "kind": "test_report", "file": (io.BytesIO(PDF), "a.pdf")}
    added = app.test_client().post(f"/api/v1{path}", data=sent, headers={"Authorization": bearer}).json
    one = f"/evidence/{added['number']}"
    read = program("ada", "GET", one)
    changed = program("ada", "PATCH", one, {"valid_until": "2090-01-31"}, read.headers["ETag"])
    assert (changed.json["valid_until"], changed.json["title"]) == ("2090-01-31", "Bias test")
    assert changed.json["files"] == added["files"]
    assert program("ada", "PATCH", one, {"note": "x"}, read.headers["ETag"]).status_code == 409
    assert program("otto", "GET", one).status_code == 403


def test_a_note_is_written_under_the_name_of_the_tokens_person(program, cast):
    path = f"/systems/{cast.triage.key}/notes"
    written = program("ada", "POST", path, {"body": "Retrained after the flood."})
    assert (written.status_code, written.json["author"]) == (201, "ada@example.org")
    assert program("mia", "GET", path).json["items"] == [written.json]
    assert program("mia", "POST", path, {"body": "x"}).status_code == 403
    assert program("ada", "POST", path, {"body": " "}).json["problems"][0]["field"] == "body"


def test_a_system_is_offered_and_nothing_moves_until_a_person_accepts(program, cast):
    path = f"/systems/{cast.triage.key}/handover"
    offered = program("ada", "POST", path, {"to_id": cast.number("mia"), "reason": "The team moves."})
    assert (offered.status_code, offered.json["state"], offered.json["from_id"]) == (
        201,
        "offered",
        cast.number("ada"),
    )
    assert program("mia", "GET", f"/systems/{cast.triage.key}").json["owner"] == "ada@example.org"
    assert program("ada", "POST", path, {"to_id": cast.number("otto"), "reason": "x"}).status_code == 422
    assert program("otto", "POST", path, {"to_id": cast.number("otto"), "reason": "x"}).status_code == 403

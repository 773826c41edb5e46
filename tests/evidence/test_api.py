"""Evidence through the JSON door: sent as multipart, refused with the same sentences, handed out as attachments."""

import io

import pytest

from registry.accounts import actions as accounts
from tests.evidence.samples import HOSTILE, PDF, TEXT, left_in
from tests.twinned import Act

DOOR = "/api/v1/systems/AI-0001/evidence"
STATED = {"title": "Bias test", "kind": "test_report", "note": ""}


@pytest.fixture
def token_of(database, cast):
    def issued(name, *scopes):
        with database.transaction() as session:
            person = cast.people[name]
            text, _ = accounts.issue_token(
                session, cast.actor(session, name), person, "test", frozenset(scopes)
            )
        return {"Authorization": f"Bearer {text}"}

    return issued


def sent(content=PDF, name="a.pdf", **more):
    return {**STATED, **more, "file": (io.BytesIO(content), name)}


def test_a_pipeline_sends_a_report_and_a_newer_one_and_reads_both_back(app, token_of, tmp_path):
    api, headers = app.test_client(), token_of("ben", "evidence:write", "registry:read")
    added = api.post(DOOR, data=sent(valid_until="2090-01-31"), headers=headers)
    assert added.status_code == 201, added.text
    assert added.json["id"] == "EVD-0001"
    place = added.headers["Location"]
    newer = api.post(
        f"{place}/revisions", data={"note": "June", "file": (io.BytesIO(TEXT), "june.md")}, headers=headers
    )
    assert (newer.status_code, newer.json["revision"], newer.json["type"]) == (201, 2, "text")
    whole = api.get(place, headers=headers).json
    assert [file["name"] for file in whole["files"]] == ["june.md", "a.pdf"]
    assert whole["supports"] == []
    assert api.get(f"{DOOR}?limit=1", headers=headers).json["items"][0]["file"]["revision"] == 2
    with api.get(f"/api/v1/evidence/files/{whole['files'][1]['number']}", headers=headers) as file:
        assert (file.data, file.mimetype) == (PDF, "application/octet-stream")
    assert len(left_in(tmp_path)) == 2


def test_what_does_not_fit_is_named_by_its_field_and_leaves_nothing(app, token_of, tmp_path):
    api, headers = app.test_client(), token_of("ben", "evidence:write")
    bare = {"content_type": "multipart/form-data"}
    odd = api.post(DOOR, data=sent(kind="odd", extra="1"), headers=headers)
    assert {each["field"] for each in odd.json["problems"]} == {"kind", "extra"}
    assert api.post(DOOR, data=STATED, headers=headers, **bare).json["problems"][0]["field"] == "file"
    assert api.post(DOOR, json=STATED, headers=headers).status_code == 415
    name, content, says = HOSTILE["a PDF that is also HTML"]
    hostile = api.post(DOOR, data=sent(content, name), headers=headers)
    assert (hostile.status_code, says in hostile.json["problems"][0]["message"]) == (422, True)
    reads = token_of("ben", "registry:read")
    assert api.post(DOOR, data=sent(), headers=reads).status_code == 403
    assert api.get(DOOR, headers=token_of("otto", "registry:read")).status_code == 403
    assert left_in(tmp_path) == []


def test_verification_names_what_is_missing_and_leaves_with_one(app, token_of, tmp_path, monkeypatch, capsys):
    from registry.cli import run

    api, headers = app.test_client(), token_of("ben", "evidence:write")
    assert api.post(DOOR, data=sent(), headers=headers).status_code == 201
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", app.database.url.render_as_string(hide_password=False))
    assert run(["evidence", "verify"]) == 0
    assert "Every file is what it was" in capsys.readouterr().out
    (tmp_path / left_in(tmp_path)[0]).unlink()
    assert run(["evidence", "verify", "--json"]) == 1
    assert '"is_missing": true' in capsys.readouterr().out


def test_a_piece_is_withdrawn_as_on_its_page_by_whoever_has_read_it(app, token_of, program, twins):
    added = app.test_client().post(DOOR, data=sent(), headers=token_of("ben", "evidence:write"))
    one, because = f"/evidence/{added.json['number']}", {"because": "It learned from these cases."}
    act = Act(f"{one}/withdraw", because, "POST", f"{one}/withdraw", because, read=one)
    by_page, by_program = twins.left("ada", act)
    assert by_page == by_program
    assert [each.event for each in by_program] == ["evidence.withdrawn"]
    # Rita adds evidence to what she reviews, and withdraws none.
    assert twins.sent("rita", act, twins.etag("rita", one)).status_code == 403
    etag = twins.etag("ada", one)
    assert twins.sent("ada", act).status_code == 428
    blank = program("ada", "POST", act.path, {"because": ""}, etag)
    assert [each["field"] for each in blank.json["problems"]] == ["because"]
    gone = twins.sent("ada", act, etag)
    assert gone.json["withdrawn_because"] == because["because"]
    assert twins.etag("ada", one) == gone.headers["ETag"]
    assert twins.sent("ada", act, etag).status_code == 409
    assert twins.sent("ada", act, gone.headers["ETag"]).status_code == 422

"""Reports of browsers: bounded, believed nothing, noted in our own words, and no more of them than fit into a minute."""

import json

import pytest

from registry.web import violations
from registry.web.violations import A_MINUTE, LARGEST, Pace

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

KIND = "application/csp-report"


def told(**said):
    return json.dumps({"csp-report": said}).encode()


@pytest.fixture
def send(app, monkeypatch):
    monkeypatch.setattr(violations, "_pace", Pace(A_MINUTE))
    client = app.test_client()
    return lambda body, kind=KIND: client.post("/csp-reports", data=body, content_type=kind)


def noted(caplog):
    return [each for each in caplog.records if each.name == "registry.violations"]


def test_what_is_noted_is_of_a_list_whatever_the_report_says(app, send, caplog):
    mark = "Zq7\nforged line"
    reports = {
        told(**{"document-uri": f"http://localhost/systems/AI-0001?q={mark}", "effective-directive": "script-src-elem", "blocked-uri": "inline"}): "/systems/<key> broke the policy: script-src-elem, by inline",
        told(**{"document-uri": f"http://x/{mark}", "violated-directive": f"{mark} 'self'", "blocked-uri": f"https://{mark}"}): "unmatched broke the policy: another, by an address",
        told(**{"document-uri": ["a"], "effective-directive": {"b": 1}, "blocked-uri": None, mark: mark}): "unmatched broke the policy: another, by an address",
        told(**{"document-uri": "http://[", "effective-directive": "img-src", "blocked-uri": "data"}): "unmatched broke the policy: img-src, by data",
        told(): "unmatched broke the policy: another, by an address",
    }  # fmt: skip
    for body, says in reports.items():
        caplog.clear()
        reply = send(body)
        assert (reply.status_code, reply.data) == (204, b""), says
        assert [each.getMessage() for each in noted(caplog)] == [says]
        assert mark not in caplog.text


def test_anything_else_is_answered_in_a_sentence_and_noted_as_nothing(send, caplog):
    for body, kind, status in (
        (b"x" * (LARGEST + 1), KIND, 413),
        (told(), "application/json", 400),
        (b"", KIND, 400),
        (b"[]", KIND, 400),
        (b'{"csp-report": 5}', KIND, 400),
        (b"\xff\xfe", KIND, 400),
        (b"[" * 5_000, KIND, 400),
    ):
        assert send(body, kind).status_code == status, body[:20]
    assert noted(caplog) == []


def test_a_flood_is_answered_and_fills_no_log(send, caplog):
    assert {send(told()).status_code for _ in range(A_MINUTE * 3)} == {204}
    assert len(noted(caplog)) == A_MINUTE


def test_a_minute_later_there_is_room_again(database):
    pace = Pace(2)
    assert [pace.takes(at) for at in (0, 1, 59, 60, 61, 62, 200)] == [
        True,
        True,
        False,
        True,
        True,
        False,
        True,
    ]


def test_every_page_says_where_to_and_a_file_that_is_handed_out_does_not(app, client_of, cast):
    client = client_of("ada")
    assert client.get("/").headers["Content-Security-Policy"].endswith("; report-uri /csp-reports")
    assert (
        client.get("/as-of/2026-01-01/")
        .headers["Content-Security-Policy"]
        .endswith("; report-uri /csp-reports")
    )

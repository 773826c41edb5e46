"""The command of a pipeline: its exit codes, its one document, and that a job may run again."""

import json

import pytest

from registry.__main__ import is_remote
from registry.client import commands, connection
from registry.client.plans import without_user
from tests.client.server import serving

GATE = {"system": "AI-0042", "to": "in_validation", "holds": True, "open": [], "criteria": []}
LACKING = GATE | {"holds": False, "open": [{"id": "tested", "pattern": "F1", "says": "No dossier."}]}
VERSION = {"label": "2.1", "changed": "Retrained.", "significant": False, "digest": "sha256:ab12"}
ADD = ["version", "add", "AI-0042", "2.1", "--changed", "Retrained.", "--not-significant", "--digest", "ab12"]


@pytest.fixture
def typed(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(connection.time, "sleep", lambda _pause: None)
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "readings.json").write_text("{}")

    def run(server, *words):
        code = commands.run([*words, "--url", server.url, "--token-file", str(tmp_path / "token")])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("answer", "code", "says"), [(GATE, 0, "holds"), (LACKING, 1, "tested (F1) No dossier.")]
)
def test_a_gate_is_asked_and_its_answer_is_the_exit_code(typed, answer, code, says):
    with serving((200, {}, answer), (200, {}, answer)) as server:
        told = typed(server, "gate", "check", "AI-0042", "--to", "in_validation")
        assert (told[0], says in told[1], told[2]) == (code, True, "")
        [(path, headers)] = server.requests
        assert path == "/api/v1/systems/AI-0042/gate?to=in_validation"
        assert headers["Authorization"] == "Bearer secret"
        told = typed(server, "gate", "check", "AI-0042", "--to", "in_validation", "--json")
        assert (told[0], json.loads(told[1])) == (code, answer)


def test_a_refusal_is_one_and_a_token_that_is_not_taken_is_three(typed):
    problems = {"detail": "Mend it.", "problems": [{"field": "to", "message": "Give a stage with a gate."}]}
    with serving((422, {}, problems), (401, {}, {"detail": "Sign in."})) as server:
        code, out, err = typed(server, "gate", "check", "AI-0042", "--to", "nowhere", "--json")
        assert (code, json.loads(out)) == (1, {"refused": "Mend it.", "problems": problems["problems"]})
        assert "to: Give a stage with a gate." in err
        assert typed(server, "gate", "check", "AI-0042", "--to", "live")[0] == 3


def test_what_is_wrong_with_a_field_is_said_once_and_a_system_that_is_not_there_by_its_id(typed):
    wrong = {"detail": "Give a stage.", "problems": [{"field": "to", "message": "Give a stage."}]}
    with serving((422, {}, wrong), (404, {}, {"detail": "There is nothing at this address."})) as server:
        assert typed(server, "gate", "check", "AI-1", "--to", "nowhere")[2] == "  to: Give a stage.\n"
        code, _, err = typed(server, "gate", "check", "AI-0099", "--to", "live")
        assert (code, "AI-0099" in err) == (1, True)


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--complete",), 1)])
def test_readings_left_out_are_counted_and_refused_only_where_all_are_wanted(typed, tmp_path, words, code):
    left = [{"says": "No metric of this name.", "count": 2, "examples": ["a", "b"]}]
    receipt = {"accepted": 3, "duplicate": 1, "remarks": left}
    with serving((201, {}, receipt)) as server:
        told = typed(server, "snapshots", "push", "AI-1", str(tmp_path / "readings.json"), *words)
        assert told[0] == code
        assert (told[1], told[2]) == (
            "Readings taken in: 3; known already: 1; left out: 2.\n",
            "Left out, 2: No metric of this name. (a, b)\n",
        )


def test_a_job_that_runs_again_finds_the_version_it_added_and_no_other(typed):
    taken = (422, {}, {"detail": "Taken.", "problems": [{"field": "label", "message": "Taken."}]})
    other = VERSION | {"changed": "Something else."}
    with serving(taken, (200, {}, VERSION), taken, (200, {}, other)) as server:
        code, out, _ = typed(server, *ADD)
        assert (code, "is there already" in out) == (0, True)
        assert typed(server, *ADD)[0] == 1
        assert json.loads(server.bodies[0])["significant"] is False


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["gate"],
        ["gate", "check", "AI-1"],
        ["snapshots", "push", "AI-1", "/nowhere.json"],
        ADD[:-3],
    ],
    ids=" ".join,
)
def test_wrong_use_is_two_and_asks_nobody(typed, words):
    with serving() as server:
        code, out, err = typed(server, *words)
        assert (code, out, "usage:" in err, server.requests) == (2, "", True, [])


def test_without_a_registry_to_ask_it_is_three(typed, monkeypatch, capsys):
    asks = ["gate", "check", "AI-1", "--to", "live"]
    assert commands.run(asks) == 3
    monkeypatch.setenv("REGISTRY_URL", "http://127.0.0.1:9")
    assert commands.run(asks) == 3
    monkeypatch.setenv("REGISTRY_TOKEN", "secret")
    assert commands.run(asks) == 3
    said = capsys.readouterr().err.splitlines()
    assert [line[:20] for line in said] == [
        "Name the registry: -",
        "Give a token: in a f",
        "The registry at http",
    ]
    with serving(*[(200, {}, b"<html>")] * 6) as server:
        assert typed(server, *asks)[0] == 3


def test_a_registry_elsewhere_is_meant_only_where_an_address_is_named(monkeypatch):
    assert not is_remote(["gate", "check", "AI-1", "--to", "live"])
    assert is_remote(["gate", "check", "AI-1", "--to", "live", "--url=https://registry.example.org"])
    monkeypatch.setenv("REGISTRY_URL", "https://registry.example.org")
    assert is_remote(["gate", "check"])
    assert [is_remote(words) for words in ([], ["serve"], ["db", "upgrade"])] == [False, False, False]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("https://ci:s3cret@git.example.org/team/x.git", "https://git.example.org/team/x.git"),
        ("https://ghp_x@git.example.org/x.git", "https://git.example.org/x.git"),
        ("https://git.example.org/a@b/x.git", "https://git.example.org/a@b/x.git"),
        ("git@git.example.org:team/x.git", "git@git.example.org:team/x.git"),
        ("team/x", "team/x"),
    ],
)
def test_what_a_pipeline_checks_out_with_is_told_to_nobody(told, said):
    assert without_user(told) == said

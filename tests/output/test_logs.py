"""The log: one line for each thing that nobody can forge, and no secret in it."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.output import logs
from registry.output.logs import JsonLines, TextLines

FORMS = [JsonLines(), TextLines()]


def record(message="said", *given, error=None, **more):
    made = logging.makeLogRecord(
        {"name": "registry.x", "levelno": 20, "levelname": "INFO", "msg": message, "args": given}
    )
    vars(made).update(more)
    if error is not None:
        try:
            raise error
        except type(error):
            made.exc_info = sys.exc_info()
    return made


def test_what_is_handed_over_stands_beside_the_message():
    told = json.loads(JsonLines().format(record("%s of %s", 1, 2, event="job", ms=1.5, who=None)))
    assert told | {"at": ""} == {
        "at": "", "level": "info", "logger": "registry.x", "message": "1 of 2", "event": "job", "ms": 1.5, "who": None,
    }  # fmt: skip
    assert told["at"].endswith("+00:00")


@given(st.text())
@pytest.mark.parametrize("form", FORMS)
def test_no_text_forges_a_line_or_hides_in_one(form, text):
    line = form.format(record("%s", text, path=text))
    assert line.isascii()
    assert line.isprintable()


def test_an_error_is_told_whole_and_stays_one_line_of_json():
    told = json.loads(JsonLines().format(record(error=ValueError('line\n{"level":"forged"}'))))
    assert "ValueError" in told["error"]
    assert "test_logs.py" in told["error"]
    assert TextLines().format(record(error=ValueError("a\rb"))).count("\n") > 1


CANARY = "Canary-4711-abcdefghijklmnop"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "said",
    [
        f"Authorization: Bearer {CANARY}",
        f"aigr_{CANARY}",
        f"postgresql+psycopg://registry:{CANARY}@db/registry",
        f"password={CANARY}&next=/",
        f"{{'password': '{CANARY}', 'x': 1}}",
        f'{{"token": "{CANARY}"}}',
        f"Cookie: session={CANARY}",
        f"csrf_token={CANARY}",
    ],
)
def test_what_looks_like_a_secret_is_blotted_out_wherever_it_stands(form, said):
    line = form.format(record(said, error=ValueError(said), more=said))
    assert CANARY not in line
    assert "blotted out" in line


@pytest.mark.parametrize(
    "said", ["token 12 was revoked", "GET /systems/secret-santa 200", "a password was changed"]
)
def test_words_that_only_speak_of_secrets_stay(said):
    assert logs.blotted(said) == said

"""What a script can rely on: 0 done, 1 refused, 2 wrong use, 3 broken environment, and one document with --json."""

import pytest
import sqlalchemy as sa

from registry import cli
from tests.cast import PASSWORD

ADVICE = "Run: registry db upgrade"


def test_help_and_version_are_done(typed):
    assert typed("--help").code == 0
    assert typed("accounts", "--help").code == 0
    version = typed("--version")
    assert (version.code, version.out.split()[0]) == (0, "registry,")


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["systems", "nonsense"],
        ["systems", "list", "--nonsense"],
        ["systems", "list", "--limit", "0"],
        ["systems", "list", "--limit", "many"],
        ["serve", "--port", "0"],
        ["serve", "--port", "70000"],
        ["serve", "--processes", "0"],
        ["demo", "--systems", "-1"],
        ["import"],
        ["import", "/nowhere/inventory.csv"],
        ["import", "/"],
        ["accounts", "create-admin"],
        ["accounts", "issue-token", "ada@example.org"],
        ["card", "AI-0001", "--pdf", "/nowhere/at/all/card.pdf"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_two_and_says_how_on_standard_error(typed, words):
    told = typed(*words)
    assert (told.code, told.out) == (cli.WRONG_USE, "")
    assert "Usage:" in told.err or "Error:" in told.err


REFUSED = [
    ["demo", "--json"],
    ["card", "AI-9999", "--json"],
    ["accounts", "set-password", "nobody@example.org", "--password-stdin", "--json"],
    ["accounts", "create-admin", "new@example.org", "--password-stdin", "--json"],
    ["accounts", "create-admin", "no address", "--password-stdin", "--json"],
    ["accounts", "issue-token", "nobody@example.org", "--scope", "registry:read", "--json"],
    ["accounts", "issue-token", "ada@example.org", "--scope", "everything", "--json"],
    ["accounts", "issue-token", "ada@example.org", "--scope", "registry:read", "--system", "AI-9", "--json"],
]


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_a_refusal_is_one_and_says_why_in_one_document(typed, cast, password_is, words):
    password_is("short")
    told = typed(*words)
    assert told.code == cli.REFUSED
    assert told.answer.keys() == {"refused", "problems"}
    assert told.answer["refused"]
    assert told.err.strip() == told.answer["refused"]


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_without_json_a_refusal_leaves_standard_output_empty(typed, cast, password_is, words):
    password_is("short")
    told = typed(*words[:-1])
    assert (told.code, told.out) == (cli.REFUSED, "")
    assert told.err.strip()
    assert "Traceback" not in told.err


DONE = {
    ("db", "upgrade"): {"revision"},
    ("systems", "list"): {"items", "next"},
    ("systems", "list", "--query", "triage"): {"items", "next"},
    ("audit", "verify"): {"entries", "root", "ok", "first_bad", "problems"},
    ("accounts", "create-admin", "zoe@example.org", "--password-stdin"): {"person"},
    ("accounts", "set-password", "ada@example.org", "--password-stdin"): {"person"},
    ("accounts", "issue-token", "ada@example.org", "--scope", "registry:read"): {"token", "id"},
    ("card", "AI-0001"): {"key", "edition", "sha256", "files"},
    ("demo", "--if-empty"): {"systems", "people", "sign_ins"},
}


@pytest.mark.parametrize("words", DONE, ids=" ".join)
def test_what_is_done_is_answered_in_one_document_with_the_promised_keys(typed, cast, password_is, words):
    password_is(PASSWORD)
    told = typed(*words, "--json")
    assert told.code == 0
    assert told.answer.keys() >= DONE[words]
    password_is(PASSWORD)
    in_words = typed(*words)
    assert in_words.code == 0
    assert in_words.out.strip()


BROKEN = {
    "REGISTRY_BASE_URL": "http://registry.example.org",
    "REGISTRY_SECRET_KEY": "short",
    "REGISTRY_SESSION_HOURS": "never",
    "REGISTRY_DATA_DIR": "/proc/nowhere",
}
ADDRESSES = (
    "nonsense://x",
    "no address",
    "mysql://u@h/d",
    "postgresql+psycopg://u@127.0.0.1:port/d",
    "postgresql+psycopg2://u@h/d",
    "postgresql+psycopg://u:secret@127.0.0.1:1/d",
    "sqlite:////proc/nowhere/registry.sqlite3",
    "sqlite:////etc/hostname",
)


@pytest.mark.parametrize(
    ("name", "value"),
    [*BROKEN.items(), *(("REGISTRY_DATABASE_URL", each) for each in ADDRESSES)],
    ids=lambda value: value[-30:],
)
def test_a_broken_environment_is_three_and_says_so_without_a_trace(typed, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    told = typed("systems", "list", "--json")
    assert (told.code, told.out) == (cli.BROKEN, "")
    assert told.err.strip()
    assert "Traceback" not in told.err
    assert "secret@" not in told.err


@pytest.mark.parametrize(
    "words",
    [
        ["systems", "list"],
        ["audit", "verify"],
        ["card", "AI-0001"],
        ["accounts", "create-admin", "zoe@example.org", "--password-stdin"],
        ["accounts", "set-password", "ada@example.org", "--password-stdin"],
        ["accounts", "issue-token", "ada@example.org", "--scope", "registry:read"],
        ["demo"],
        ["serve", "--port", "1"],
        ["worker"],
    ],
    ids=" ".join,
)
def test_an_older_schema_is_refused_with_the_advice(typed, database, password_is, words):
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    password_is(PASSWORD)
    told = typed(*words)
    assert (told.code, told.out) == (cli.BROKEN, "")
    assert ADVICE in told.err


def test_an_import_refuses_an_older_schema_too(typed, database, tmp_path):
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    file = tmp_path / "inventory.csv"
    file.write_text("name,summary\nRouter,Routes.\n", encoding="utf-8")
    told = typed("import", str(file))
    assert (told.code, told.out) == (cli.BROKEN, "")
    assert ADVICE in told.err


def test_a_database_without_any_table_is_older_than_everything(typed_on_nothing):
    assert ADVICE in typed_on_nothing("systems", "list").err
    upgraded = typed_on_nothing("db", "upgrade", "--json")
    assert upgraded.code == 0
    assert typed_on_nothing("systems", "list", "--json").answer == {"items": [], "next": None}
    assert typed_on_nothing("db", "upgrade", "--json").answer == upgraded.answer


def test_a_fault_of_the_program_is_shown_in_full(typed, monkeypatch):
    def fault(*_given, **_more):
        raise sa.exc.ProgrammingError("SELECT nonsense", {}, Exception("no such column"))

    monkeypatch.setattr("registry.systems.queries.page", fault)
    with pytest.raises(sa.exc.ProgrammingError):
        typed("systems", "list")


def test_a_ledger_that_is_not_whole_is_one(typed, database, cast):
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE system SET name = 'Behind its back' WHERE id = 1"))
    told = typed("audit", "verify", "--json")
    assert (told.code, told.answer["ok"]) == (1, False)
    assert "system 1 is not as entry" in told.answer["problems"][0]["says"]

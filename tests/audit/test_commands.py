"""registry audit verify, as it is typed."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from registry.audit import commands
from registry.audit.models import ENTRY
from registry.audit.queries import verification
from registry.settings import Settings
from registry.store.commandkit import House
from tests.audit.doing import add, behind
from tests.audit.things import KINDS, Thing


@pytest.fixture
def run(database, monkeypatch):
    monkeypatch.setattr(verification, "_application_kinds", lambda: KINDS)
    # This database has a ledger and things, and nothing that comes by deliveries.
    monkeypatch.setattr(commands, "with_what_stands_beside", lambda _session, found: found)
    add(database, Thing(name="a"))

    def typed(*arguments: str):
        return CliRunner().invoke(commands.audit, arguments, obj=House(None, lambda: database))

    return typed


def test_a_whole_ledger_answers_with_its_root_and_ends_with_0(run, database):
    result = run("verify", "--json")
    answer = json.loads(result.stdout)
    assert list(answer) == ["entries", "root", "ok", "first_bad", "problems", "erased"]
    assert (answer["entries"], answer["ok"], answer["first_bad"], answer["problems"]) == (1, True, None, [])
    assert len(answer["root"]) == 64
    assert result.exit_code == 0
    assert run("verify").stdout.splitlines() == [
        "1 entries",
        f"root {answer['root']}",
        "The ledger is whole.",
    ]


def test_a_changed_ledger_names_the_entry_and_ends_with_1(run, database):
    with behind(database) as connection:
        connection.execute(sa.update(ENTRY).values(event="owner.confirmed"))
    result = run("verify", "--json")
    answer = json.loads(result.stdout)
    assert (answer["ok"], answer["first_bad"], answer["problems"][0]["seq"]) == (False, 1, 1)
    assert result.exit_code == 1
    said = run("verify")
    assert said.exit_code == 1
    assert "entry 1 is not what was written" in said.stdout


def test_a_changed_row_is_found_unless_rows_are_left_out(run, database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE thing SET name = 'b'")
    assert run("verify").exit_code == 1
    assert run("verify", "--no-live").exit_code == 0


def test_progress_goes_to_standard_error_alone(run, monkeypatch):
    monkeypatch.setattr(verification, "BATCH", 1)
    monkeypatch.setattr(commands, "_EVERY", 1)
    result = run("verify", "--json")
    assert result.stderr == "1 entries checked\n"
    assert json.loads(result.stdout)["entries"] == 1


@pytest.fixture
def typed(database, monkeypatch, tmp_path):
    """What is typed on a machine with a data folder of its own."""
    monkeypatch.setattr(verification, "_application_kinds", lambda: KINDS)
    monkeypatch.setattr(commands, "with_what_stands_beside", lambda _session, found: found)
    settings = Settings(data_dir=tmp_path, base_url="https://registry.example.org")
    add(database, Thing(name="a"))
    return lambda *arguments: CliRunner().invoke(
        commands.audit, arguments, obj=House(settings, lambda: database)
    )


def test_a_checkpoint_is_printed_and_the_ledger_verifies_against_it_until_it_is_cut_short(
    typed, database, tmp_path
):
    made = json.loads(typed("checkpoint", "--json").stdout)
    assert list(made)[:4] == ["origin", "size", "root", "signature"]
    assert (made["origin"], made["size"]) == ("registry.example.org/ledger", 2)
    assert typed("checkpoint").stdout == made["note"]
    held = tmp_path / "held"
    held.write_text(made["note"])
    assert typed("verify", "--checkpoint", str(held)).exit_code == 0
    assert "key_id" in json.loads(typed("rotate-key", "--json").stdout)
    assert typed("verify", "--checkpoint", str(held)).exit_code == 0
    held.write_bytes(made["note"].replace("\n2\n", "\n9\n").encode())
    result = typed("verify", "--checkpoint", str(held), "--json")
    assert result.exit_code == 1
    assert [each["seq"] for each in json.loads(result.stdout)["problems"]] == [None, 4]
    held.write_bytes(b"\xff\x00")
    refused = typed("verify", "--checkpoint", str(held))
    assert (refused.exit_code, "is no checkpoint" in refused.output) == (2, True)
    assert "changed behind it" not in refused.output, "a wrong file says nothing of the ledger"

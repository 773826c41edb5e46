"""A register made to be measured on is a register like any other: owned, varied, and with a ledger that fits."""

import json

from sqlmodel import func, select

from registry.audit.queries import verify
from registry.cli import run
from registry.demo.actions import generate
from registry.store import migrate
from registry.systems import queries
from registry.systems.models import System


def test_a_generated_register_is_whole_and_says_what_it_holds(sqlite_only):
    migrate.upgrade(sqlite_only)
    made = generate(sqlite_only, 30, lambda _said: None)
    with sqlite_only.transaction(read_only=True) as session:
        checked = verify(session)
        assert (checked.ok, checked.entries) == (True, made.entries)
        assert session.exec(select(func.count()).select_from(System)).one() == made.systems == 30
        counted = queries.counted(session, _everything(), queries.Search())
    assert counted.found == 30
    assert len(counted.facets["stage"]) > 2
    assert set(counted.facets["owner_state"]) == {"confirmed", "to_be_confirmed"}
    assert sum(counted.facets["owner"].values()) == 30


def _everything():
    from registry.kernel.actor import the_registry

    return the_registry("a test")


def test_the_command_fills_an_empty_register_and_no_other(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    assert run(["benchmark", "generate", "--systems", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["systems"], told["units"]) == (3, 109)
    assert run(["benchmark", "generate", "--systems", "3", "--json"]) == 1
    assert "this one holds people" in capsys.readouterr().err

"""What the worker does for the ledger."""

import pytest

from registry.audit import jobs
from registry.audit.actions.verifying import ask_verification
from registry.audit.models import ENTRY
from registry.audit.queries import entries, verification
from registry.kernel.actor import Actor, Role
from registry.kernel.errors import Forbidden
from registry.kernel.events import Event
from registry.store.progress import Board
from tests.audit.doing import ADA, add, behind, checked
from tests.audit.things import KINDS, Thing


@pytest.fixture
def database(on_sqlite, monkeypatch, tmp_path):
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(verification, "_application_kinds", lambda: KINDS)
    # This database has a ledger and things, and nothing that comes by deliveries.
    monkeypatch.setattr(jobs, "with_what_stands_beside", lambda _session, found: found)
    add(on_sqlite, Thing(name="a"))
    return on_sqlite


def test_a_verification_is_noted_in_the_ledger_with_what_it_found(database, tmp_path):
    before = checked(database)
    jobs.verify_ledger(database, {})
    with behind(database) as connection:
        connection.execute(ENTRY.update().where(ENTRY.c.seq == 1).values(event="x"))
    jobs.verify_ledger(database, {})
    with database.transaction(read_only=True) as session:
        damaged, whole = entries(session, event=Event.LEDGER_VERIFIED)
    assert whole.said == {"entries": "1", "root": before.root, "result": "whole"}
    assert (damaged.said["result"], damaged.said["first bad entry"]) == ("not whole", "1")
    assert "entry 1 is not what was written" in damaged.said["first problem"]
    assert Board(tmp_path, jobs.BOARD).read() is None


def test_the_worker_signs_with_a_key_it_makes_in_the_data_folder(database, tmp_path):
    jobs.sign_checkpoint(database, {})
    jobs.sign_checkpoint(database, {})
    assert (tmp_path / "signing_key.pem").stat().st_mode & 0o777 == 0o600
    assert checked(database).entries == 2


def test_only_those_who_read_the_log_have_it_verified(database):
    auditor = Actor(person_id=3, name="Aud", roles=frozenset({Role.MEMBER, Role.AUDITOR}))
    with database.transaction() as session:
        ask_verification(session, auditor)
        with pytest.raises(Forbidden):
            ask_verification(session, ADA)

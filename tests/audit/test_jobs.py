"""What the worker does for the ledger."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from registry.audit import jobs
from registry.audit.actions.verifying import ask_verification
from registry.audit.models import ENTRY
from registry.audit.queries import entries, verification
from registry.audit.queries.checkpoints import newest_checkpoint
from registry.kernel.actor import Actor, Role
from registry.kernel.errors import Forbidden
from registry.kernel.events import Event
from registry.output.sending import NotSent
from registry.store.progress import Board
from registry.worker.models import Cursor
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


@pytest.fixture
def outside(monkeypatch):
    """Somebody at an address of this machine, who keeps what is posted and answers as told."""
    kept, answers = [], []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            kept.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            code = answers.pop(0) if answers else 204
            self.send_response(code)
            if code == 302:
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, *_told):
            pass

    server = HTTPServer(("127.0.0.1", 0), Taking)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("REGISTRY_CHECKPOINT_URL", f"http://127.0.0.1:{server.server_port}/keep")
    yield kept, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_new_checkpoint_is_posted_once_and_again_where_it_did_not_arrive(database, outside):
    kept, answers = outside
    Cursor.__table__.create(database.engine)
    jobs.send_checkpoints(database, {})
    assert kept == []
    jobs.sign_checkpoint(database, {})
    answers += [503, 302]
    for code in (503, 302):
        with pytest.raises(NotSent, match=str(code)):
            jobs.send_checkpoints(database, {})
    jobs.send_checkpoints(database, {})
    jobs.send_checkpoints(database, {})
    with database.transaction(read_only=True) as session:
        newest = newest_checkpoint(session)
    # Thrice the same note: twice refused, then taken. A redirection led nowhere, and what had arrived was not sent again.
    assert kept == [newest.note] * 3


def test_checkpoints_are_mailed_with_how_many_entries_they_cover(database, monkeypatch):
    Cursor.__table__.create(database.engine)
    for name, value in {
        "CHECKPOINT_MAIL_TO": "held@audit.example",
        "MAIL_SERVER": "smtp://127.0.0.1",
        "MAIL_FROM": "r@x.example",
    }.items():
        monkeypatch.setenv(f"REGISTRY_{name}", value)
    mailed = []
    monkeypatch.setattr(jobs, "mail", lambda *told: mailed.append(told))
    jobs.sign_checkpoint(database, {})
    jobs.send_checkpoints(database, {})
    jobs.send_checkpoints(database, {})
    [(server, to, subject, note)] = mailed
    assert (server.url, to) == ("smtp://127.0.0.1", "held@audit.example")
    assert subject.endswith(f": {note.splitlines()[1]} entries")

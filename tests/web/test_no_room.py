"""Where there is no room left: it is said so, nothing half is kept, all is read as before, and work goes on once there is room."""

import errno
import io
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.audit.queries import verify
from registry.store import files
from registry.store.rooms import is_out_of_room
from registry.systems.models import System
from tests.evidence.samples import PDF, left_in
from tests.evidence.test_pages import STATED

ROOM_ENOUGH = 4_294_967_294
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON ledger_payload FOR EACH ROW EXECUTE FUNCTION full_disk();
"""
ROOM_AGAIN = "DROP TRIGGER full_disk ON ledger_payload; DROP FUNCTION full_disk()"


@contextmanager
def no_room(database):
    """SQLite may take no page more than it has; PostgreSQL says what it says where it cannot extend a file."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(FULL)
        try:
            yield
        finally:
            with database.engine.begin() as connection:
                connection.exec_driver_sql(ROOM_AGAIN)
        return
    most = [1]

    def hold(connection):
        # No fewer than are there already.
        connection.exec_driver_sql(f"PRAGMA max_page_count={most[0]}")

    sa.event.listen(database.engine, "begin", hold)
    try:
        yield
    finally:
        most[0] = ROOM_ENOUGH
        with database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        sa.event.remove(database.engine, "begin", hold)
        database.dispose()


@pytest.fixture
def edit(app, database, cast):
    """Write a description over the JSON door, and say the status and the body of the answer."""
    with database.transaction() as session:
        scopes = frozenset({"registry:read", "systems:write"})
        text, _ = accounts.issue_token(
            session, cast.actor(session, "ada"), cast.people["ada"], "editor", scopes
        )
    client, url = app.test_client(), f"/api/v1/systems/{cast.triage.key}"
    bearer = {"Authorization": f"Bearer {text}"}

    def edited(said):
        etag = client.get(url, headers=bearer).headers["ETag"]
        reply = client.patch(url, json={"description": said}, headers=bearer | {"If-Match": etag})
        return reply.status_code, reply.json

    return edited


def test_what_finds_no_room_is_refused_whole_and_goes_through_once_there_is(
    edit, database, cast, client_of, record_property
):
    reader, kept, asked = client_of("ada"), "", 0
    with no_room(database):
        while asked < 60:
            asked += 1
            status, told = edit(f"{asked} " + "x" * 8_000)
            if status == 507:
                break
            assert status == 200
            kept = f"{asked} "
        record_property("writes until there was no room", asked)
        assert (status, told["title"]) == (507, "No room left")
        assert "nothing of this was kept" in told["detail"]
        page = reader.get(f"/systems/{cast.triage.key}")
        assert page.status_code == 200
        form = reader.post(f"/systems/{cast.triage.key}/edit", data={"name": "x" * 90, "version": "1"})
        # The form is as it stands, or says the same in the frame of every page; it is never an error.
        assert form.status_code in {303, 409, 422, 507}
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []
    with database.transaction(read_only=True) as session:
        assert session.get_one(System, cast.triage.id).description.startswith(kept)
    assert edit("There is room again.")[0] == 200


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT], ids=["full", "quota"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_finds_no_room_leaves_nothing_behind(app, cast, client_of, tmp_path, monkeypatch, number):
    def half(_stream, draft, _limit):
        draft.write_bytes(PDF[:100])
        raise OSError(number, "No space left on device")

    def send():
        form = {**STATED, "file": (io.BytesIO(PDF), "test.pdf")}
        return client_of("ben").post("/systems/AI-0001/evidence/new", data=form)

    with monkeypatch.context() as full:
        full.setattr(files, "_copied", half)
        refused = send()
    assert refused.status_code == 507
    assert "No room left" in refused.text
    assert left_in(tmp_path) == []
    assert send().status_code == 303


def test_an_error_of_another_kind_is_no_lack_of_room():
    assert not is_out_of_room(OSError(errno.EACCES, "no"))
    assert not is_out_of_room(sa.exc.OperationalError("SELECT 1", {}, Exception("gone")))

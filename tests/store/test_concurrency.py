"""Many people at once: no acknowledged edit is lost, one offer is taken once, and the ledger has no gap."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from registry.audit.models import ENTRY
from registry.audit.queries import verify
from registry.data_sources import queries as data_sources
from registry.kernel.actor import Seat
from registry.ownership import actions as ownership
from registry.ownership.models import Assignment
from registry.systems.models import System
from registry.web import jsonkit
from tests.store.editing import edit_at_once, headers_for, lost_or_doubled

# Everyday a few editors; all thirty-two with all their edits by `script/test -m long`.
CROWDS = [
    pytest.param(8, 12, id="eight"),
    pytest.param(32, 25, id="thirty-two", marks=[pytest.mark.long]),
]


def verified(database):
    with database.transaction(read_only=True) as session:
        return verify(session)


def entries_about(database, system_id, event):
    query = sa.select(sa.func.count()).where(ENTRY.c.system_id == system_id, ENTRY.c.event == event)
    with database.engine.connect() as connection:
        return connection.execute(query).scalar_one()


def record_of(database, system_id):
    with database.transaction(read_only=True) as session:
        return session.get_one(System, system_id)


def together(*acts):
    """Every act in a thread of its own, all at the same moment; what each gave, in order."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.slow
@pytest.mark.parametrize(("editors", "edits"), CROWDS)
def test_however_many_edit_one_system_at_once_nothing_is_lost(
    app, database, cast, editors, edits, record_property
):
    before = record_of(database, cast.triage.id)
    url = f"/api/v1/systems/{cast.triage.key}"
    done = edit_at_once(app, url, headers_for(database, cast, editors), edits)
    after = record_of(database, cast.triage.id)
    record_property("edits acknowledged", len(done.acknowledged))
    record_property("refused and tried again", done.refused)
    assert done.unexpected == []
    assert len(set(done.acknowledged)) == editors * edits
    assert lost_or_doubled(done.acknowledged, after.description) == []
    assert len(after.description.split()) == editors * edits
    assert after.version == before.version + editors * edits
    assert entries_about(database, after.id, "system.edited") == editors * edits
    # Had nobody ever been refused, the editors would not have met at all.
    assert done.refused > editors / 2
    assert verified(database).problems == []


def test_without_the_check_of_revisions_edits_are_lost_and_the_count_says_so(
    app, database, cast, monkeypatch
):
    monkeypatch.setattr(jsonkit, "expected", lambda etag, version: None)
    # All read before anybody writes: whoever writes last undoes the others.
    pause = threading.Barrier(4, timeout=30)
    url = f"/api/v1/systems/{cast.triage.key}"
    done = edit_at_once(app, url, headers_for(database, cast, 4), 3, between=pause.wait)
    assert (len(done.acknowledged), done.refused, done.unexpected) == (12, 0, [])
    lost = lost_or_doubled(done.acknowledged, record_of(database, cast.triage.id).description)
    assert len(lost) == 9


def test_of_two_who_accept_one_offer_at_once_one_is_told_that_it_is_taken(app, database, cast, client_of):
    with database.transaction() as session:
        offer = ownership.offer_handover(
            session, cast.actor(session, "ada"), cast.triage.id, cast.number("mia"), "Moves team"
        )
    clients = [client_of("mia"), client_of("mia"), client_of("mia")]
    statuses = together(
        *(
            lambda client=client: client.post(f"/handovers/{offer.id}/accept").status_code
            for client in clients
        )
    )
    assert sorted(statuses) == [303, 422, 422]
    with database.transaction(read_only=True) as session:
        owners = session.scalars(
            sa.select(Assignment).filter_by(system_id=cast.triage.id, seat=Seat.OWNER)
        ).all()
    assert [each.person_id for each in owners if each.to_at is None] == [cast.number("mia")]
    assert len(owners) == 2
    assert verified(database).ok


def test_registering_in_parallel_gives_each_its_own_key_and_leaves_no_gap_in_the_ledger(app, database, cast):
    writers, each = 6, 4

    def registering(number, headers):
        client = app.test_client()

        def register():
            return [
                client.post(
                    "/api/v1/systems",
                    json={
                        "name": f"Parallel {number}-{place}",
                        "summary": "One of many.",
                        "unit_id": cast.units["claims"].id,
                        "owner_id": cast.number("ada"),
                    },
                    headers=headers,
                )
                for place in range(each)
            ]

        return register

    headers = headers_for(database, cast, writers)
    made = [reply for replies in together(*map(registering, range(writers), headers)) for reply in replies]
    assert [reply.status_code for reply in made] == [201] * writers * each
    assert len({reply.json["key"] for reply in made}) == writers * each
    with database.engine.connect() as connection:
        numbers = connection.execute(sa.select(ENTRY.c.seq).order_by(ENTRY.c.seq)).scalars().all()
    assert numbers == list(range(1, len(numbers) + 1))
    assert verified(database).ok


@pytest.fixture
def nobody_looks(monkeypatch):
    """The name is free when it is looked up; somebody takes it before it is stored."""
    monkeypatch.setattr(data_sources, "source_named", lambda session, name: None)


def test_a_name_that_somebody_takes_at_the_same_moment_is_a_conflict_and_not_an_error(
    nobody_looks, database, cast, client_of
):
    client = client_of("ada")
    form = {"name": "Claims warehouse", "owner_id": cast.number("ada"), "personal_data": "no"}
    form |= {"classification": "internal", "special_category": "no", "version": "0"}
    assert client.post("/data-sources/new", data=form).status_code == 303
    again = client.post("/data-sources/new", data=form | {"name": "claims  WAREHOUSE"})
    assert again.status_code == 409
    assert "Somebody else saved the same at this moment." in again.text
    assert verified(database).ok


def test_a_row_that_points_nowhere_is_a_fault_of_the_program_and_no_conflict(
    app, cast, client_of, monkeypatch, caplog
):
    monkeypatch.setattr("registry.systems.actions.is_active_person", lambda *_: True)
    monkeypatch.setattr("registry.web.formkit.Picked.pre_validate", lambda *_: None)
    form = {"name": "Router", "summary": "Routes.", "visibility": "company"}
    form |= {"unit_id": cast.units["claims"].id, "owner_id": 999_999}
    assert client_of("ada").post("/systems/new", data=form).status_code == 500
    assert "IntegrityError" in caplog.text

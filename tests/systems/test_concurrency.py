"""Systems held while somebody changes them: who must wait, who must not, and what the one who waited finds."""

import pytest
import sqlalchemy as sa

from registry.audit.actions import record
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound
from registry.kernel.events import Event
from registry.systems import queries
from registry.systems.actions import withdrawal_row
from registry.systems.models import System
from registry.systems.queries import records
from tests.ownership.racing import second_of

DOOR = the_registry("command")

# SQLite lets one writer in at a time, so there is nobody to meet.
where_writers_meet = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def by_either(cast):
    """Both ways to the locked system, each raising NotFound where it is not there."""

    def one(session):
        assert queries.by_key(session, DOOR, cast.triage.key, lock=True)

    def several(session):
        if not queries.by_keys(session, DOOR, [cast.triage.key], lock=True):
            raise NotFound

    return one, several


@where_writers_meet
def test_rows_that_refer_to_held_systems_can_be_written_meanwhile(database, cast, by_either):
    """The defect this guards against: an acceptance and a bulk change that wait for each other in a circle."""
    refers = (
        sa.select(System.id).where(System.id == cast.triage.id).with_for_update(read=True, key_share=True)
    )
    for held in by_either:
        with database.transaction() as session, database.transaction() as other:
            held(session)
            other.execute(sa.text("SET LOCAL lock_timeout = '300ms'"))
            assert other.execute(refers).scalar_one() == cast.triage.id


def withdrawing(cast):
    def withdraw(session):
        found = queries.by_key(session, DOOR, cast.triage.key, lock=True)
        row = withdrawal_row(session, found, "An import was undone.")
        session.flush()
        record(session, DOOR, Event.SYSTEM_WITHDRAWN, found, system_id=found.id, rows=[row])

    return withdraw


@pytest.mark.parametrize("way", [0, 1])
def test_a_system_withdrawn_while_its_lock_was_waited_for_is_not_found(database, cast, by_either, way):
    assert second_of(database, withdrawing(cast), by_either[way]) == "NotFound"


@where_writers_meet
def test_without_the_second_look_it_would_be_found_on_postgresql(database, cast, by_either, monkeypatch):
    monkeypatch.setattr(records, "_still_standing", lambda _session, found: list(found))
    assert second_of(database, withdrawing(cast), by_either[0]) == "done"

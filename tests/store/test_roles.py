"""On PostgreSQL the application works as a role that owns nothing: it can do all it has to, and nothing to its ledger."""

import secrets
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from registry import tables
from registry.audit.jobs import sweep_pasts
from registry.audit.queries import verify
from registry.cli import ADDED_ONLY
from registry.kernel import clock
from registry.store import roles
from registry.store.past import Pasts, as_of
from registry.store.session import Database
from registry.systems.models import System
from registry.wiring import FOLLOW_UPS
from registry.worker.actions import by_name, follow, run_next
from tests.cast import find_cast, raise_cast
from tests.web.everything import fill_with_everything

ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def as_application(database):
    """The same database as a role that was granted what the application needs."""
    role, password = f"app {secrets.token_hex(6)}", secrets.token_hex(12)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{password}'")
    roles.grant(database, role, added_only=ADDED_ONLY, may_erase=False)
    application = Database(
        database.url.set(username=role, password=password).render_as_string(hide_password=False)
    )
    try:
        yield application
    finally:
        application.dispose()
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP OWNED BY "{role}" CASCADE')
            connection.exec_driver_sql(f'DROP ROLE "{role}"')


@ON_POSTGRESQL
@pytest.mark.long
def test_as_its_own_role_the_application_does_all_it_does(database, as_application):
    with clock.frozen(datetime(2026, 11, 2, 9, tzinfo=UTC)):
        with as_application.transaction() as session:
            raise_cast(session)
        with as_application.transaction() as session:
            fill_with_everything(session, find_cast(session))
    while follow(as_application, FOLLOW_UPS):
        pass
    ran = 0
    while run_next(as_application, by_name(FOLLOW_UPS, {})) and ran < 5:
        ran += 1
    assert ran
    pasts = Pasts(as_application, tables.recipe())
    with as_of(pasts, datetime(2026, 11, 2, tzinfo=UTC).date()) as session:
        assert session.scalars(sa.select(System)).all()
    pasts.dispose()
    sweep_pasts(as_application, {})
    with as_application.transaction(read_only=True) as session:
        found = verify(session)
    assert (found.ok, found.entries > 100) == (True, True)
    assert roles.power_over(as_application, ADDED_ONLY) == []


@ON_POSTGRESQL
def test_it_adds_to_the_ledger_and_the_database_itself_refuses_it_every_change_there(as_application):
    with as_application.transaction() as session:
        raise_cast(session)
    assert follow(as_application, FOLLOW_UPS)
    for table in ADDED_ONLY:
        column = sa.inspect(as_application.engine).get_columns(table)[0]["name"]
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
            "SET session_replication_role = replica",
        ):
            with (
                pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"),
                as_application.engine.begin() as connection,
            ):
                connection.exec_driver_sql(statement)


@ON_POSTGRESQL
def test_granting_takes_back_what_was_granted_too_much_and_erasing_is_asked_for(database, as_application):
    role = as_application.url.username
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f'GRANT ALL ON ledger_entry, ledger_payload TO "{role}"')
    assert roles.power_over(as_application, ADDED_ONLY) == [
        "it may UPDATE ledger_entry",
        "it may DELETE ledger_entry",
        "it may TRUNCATE ledger_entry",
        "it may UPDATE ledger_payload",
        "it may TRUNCATE ledger_payload",
    ]
    roles.grant(database, role, added_only=ADDED_ONLY, may_erase=True)
    # An upgrade grants anew, and leaves that as it was.
    roles.grant(database, role, added_only=ADDED_ONLY, may_erase=None)
    assert roles.power_over(as_application, ADDED_ONLY) == []
    with as_application.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_payload")
    roles.grant(database, role, added_only=ADDED_ONLY, may_erase=False)
    said = roles.grant(database, role, added_only=ADDED_ONLY, may_erase=None)
    assert not [each for each in said if "DELETE ON ledger_payload" in each]


@ON_POSTGRESQL
def test_who_owns_the_tables_is_told_and_cannot_be_the_application(database):
    assert "it owns ledger_entry, or has the rights of its owner" in roles.power_over(database, ADDED_ONLY)
    for role, says in ((database.url.username, "rights of the owner"), ("nobody at all", "There is no role")):
        with pytest.raises(roles.NotGranted, match=says):
            roles.grant(database, role, added_only=ADDED_ONLY, may_erase=False)


def test_on_sqlite_there_are_no_roles_to_ask_about(sqlite_only):
    assert (roles.power_over(sqlite_only, ADDED_ONLY), roles.doubts_about(sqlite_only)) == ([], [])

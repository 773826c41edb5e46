"""What does not start: a server others could overhear, and on PostgreSQL whatever could change its own ledger."""

import logging
import secrets

import pytest

from registry.cli import ADDED_ONLY
from registry.store import roles
from registry.store.session import Database


@pytest.fixture
def unchanged_logs():
    """A command that begins to speak takes the loggers over: they are put back."""
    found = [logging.getLogger(), logging.getLogger("registry")]
    kept = [(each.handlers, each.level, each.propagate) for each in found]
    yield
    for each, (each.handlers, level, each.propagate) in zip(found, kept, strict=True):
        each.setLevel(level)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_is_served_over_plain_http_from_elsewhere(typed, monkeypatch):
    told = typed("serve", "--host", "0.0.0.0")
    assert (told.code, told.out) == (3, "")
    assert "no https address" in told.err
    monkeypatch.setenv("REGISTRY_SECRET_KEY", "ab" * 40)
    told = typed("serve")
    assert told.code == 3
    assert "repeats itself" in told.err


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_as_the_owner_of_the_ledger_nothing_serves_or_works(typed, unchanged_logs):
    for command in ("serve", "worker"):
        told = typed(command)
        assert told.code == 3, command
        assert "could change the ledger: it owns ledger_" in told.err
        assert "REGISTRY_OWNER_DATABASE_URL" in told.err


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_beside_a_replica_that_is_none_nothing_serves_or_works_and_beside_one_that_is_away_it_does(
    typed, database, tmp_path, monkeypatch, unchanged_logs
):
    named = tmp_path / "replica_url"
    monkeypatch.setenv("REGISTRY_REPLICA_URL_FILE", str(named))
    told = typed("serve")
    assert (told.code, "REGISTRY_REPLICA_URL_FILE must name a file" in told.err) == (3, True)
    for address, says in (
        ("sqlite:///elsewhere", "REGISTRY_REPLICA_URL must be an address"),
        (
            "postgresql+psycopg://reader:change-this@db/x",
            "REGISTRY_REPLICA_URL has the password of the example",
        ),
        (database.url.render_as_string(hide_password=False), "it follows no other server"),
        # Told later, and no reason to stay away: what comes first is that the role owns the ledger.
        ("postgresql+psycopg://reader@127.0.0.1:1/x", "could change the ledger"),
    ):
        named.write_text(f"{address}\n")
        for command in ("serve", "worker"):
            told = typed(command)
            assert (told.code, says in told.err) == (3, True), told.err


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_upgrade_as_the_owner_grants_the_application_what_it_needs(typed, database, monkeypatch):
    assert typed("db", "grants").code == 2
    role, password = f"app_{secrets.token_hex(6)}", secrets.token_hex(12)
    address = database.url.set(username=role, password=password).render_as_string(hide_password=False)
    monkeypatch.setenv("REGISTRY_OWNER_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", address)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    try:
        assert typed("db", "upgrade", "--json").answer["granted_to"] == role
        application = Database(address)
        assert roles.power_over(application, ADDED_ONLY) == []
        application.dispose()
        granted = typed("db", "grants", "--may-erase", "--json").answer["statements"]
        assert granted[-1] == f'GRANT DELETE ON ledger_payload TO "{role}"'
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role} CASCADE")
            connection.exec_driver_sql(f"DROP ROLE {role}")

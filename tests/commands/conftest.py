"""The command line over the test's database."""

import pytest

from tests.commands.typed import Typed


@pytest.fixture
def settings(database, tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))


@pytest.fixture
def typed(database, settings, capsys):
    return Typed(database, capsys)


@pytest.fixture
def typed_on_nothing(empty_database, tmp_path, monkeypatch, capsys):
    """The command line over a database without any table."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    return Typed(empty_database, capsys)


@pytest.fixture
def password_is(monkeypatch):
    """What stands on standard input."""
    import io

    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(f"{text}\n"))

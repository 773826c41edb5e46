"""The import command over a database of the test's own."""

import pytest

from registry.store.session import Database
from tests.interchange.desk import Desk
from tests.interchange.importing import Importing


@pytest.fixture
def importing(database: Database, tmp_path, capsys, monkeypatch) -> Importing:
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    folder = tmp_path / "inventories"
    folder.mkdir()
    return Importing(database, folder, capsys)


@pytest.fixture
def desk(app, database, cast, client_of, tmp_path, monkeypatch) -> Desk:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    return Desk(client_of("adam"), database)

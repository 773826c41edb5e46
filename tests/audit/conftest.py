"""A fresh database with a ledger and the small tables instead of the product's, on each engine."""

from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

from registry.audit.models import CHECKPOINT, ENTRY, KEY, OBJECT, PAYLOAD
from registry.store.session import Database
from tests import databases
from tests.audit.things import METADATA


def with_ledger(made: Database) -> None:
    """Fill an empty database with the tables of the ledger and the small ones."""
    with made.engine.begin() as connection:
        SQLModel.metadata.create_all(connection, tables=[ENTRY, PAYLOAD, OBJECT, KEY, CHECKPOINT])
        METADATA.create_all(connection)


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with databases.fresh(request.param, "ledger", with_ledger) as made:
        yield made


@pytest.fixture
def on_sqlite() -> Iterator[Database]:
    with databases.fresh("sqlite", "ledger", with_ledger) as made:
        yield made


@pytest.fixture
def on_postgresql() -> Iterator[Database]:
    with databases.fresh("postgresql", "ledger", with_ledger) as made:
        yield made

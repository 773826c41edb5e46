"""A fresh database with a ledger and the small tables instead of the product's, on each engine."""

from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.store.session import Database
from tests import databases
from tests.audit.things import METADATA


def _with_ledger(made: Database) -> None:
    with made.engine.begin() as connection:
        SQLModel.metadata.create_all(connection, tables=[ENTRY, PAYLOAD, OBJECT])
        METADATA.create_all(connection)


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with databases.fresh(request.param, "ledger", _with_ledger) as made:
        yield made


@pytest.fixture
def on_sqlite() -> Iterator[Database]:
    with databases.fresh("sqlite", "ledger", _with_ledger) as made:
        yield made


@pytest.fixture
def on_postgresql() -> Iterator[Database]:
    with databases.fresh("postgresql", "ledger", _with_ledger) as made:
        yield made

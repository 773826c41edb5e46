"""How many statements a piece of work sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from registry.store.session import Database

# What opens a transaction, and how a database describes itself, is not work.
_NOT_WORK = ("PRAGMA", "BEGIN", "SET TRANSACTION")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while the block runs, one by one."""
    sent: list[str] = []

    def note(_connection: sa.Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(_NOT_WORK):
            sent.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)

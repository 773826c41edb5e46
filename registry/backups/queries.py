"""What goes into a backup: every row as the ledger would write it, and how far the ledger has come."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from registry.audit.queries.checkpoints import last_seq, leaves
from registry.audit.queries.state import state_from, writers_of
from registry.audit.rules.merkle import Frontier
from registry.backups.rules import LEFT_OUT
from registry.kernel.canonical import canonical
from registry.kernel.errors import Problem, RuleBroken

_AT_ONCE = 1_000


def tables() -> list[sa.Table]:
    """Every table of the application, those first that others refer to."""
    return list(SQLModel.metadata.sorted_tables)


def tables_kept() -> list[sa.Table]:
    """Those whose rows are backed up."""
    return [table for table in tables() if table.name not in LEFT_OUT]


def lines_of(session: Session, table: sa.Table) -> Iterator[bytes]:
    """A table's rows in the order of their key, each as a line of JSON; some hundreds in memory at a time.

    A value is spelled as the ledger spells it, which is the same on both databases.
    """
    writers = writers_of(table)
    query = sa.select(table).order_by(*table.primary_key.columns)
    with session.connection().execution_options(yield_per=_AT_ONCE).execute(query) as rows:
        for row in rows:
            yield canonical(state_from(row, writers)) + b"\n"


def taken(session: Session) -> list[str]:
    """The tables that hold rows."""
    return [
        table.name
        for table in tables()
        if session.connection().execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
    ]


def size_and_root(session: Session) -> tuple[int, str]:
    """How many entries the ledger has, and their root. Raises RuleBroken where an entry is missing."""
    size, frontier = last_seq(session), Frontier()
    for _, leaf in leaves(session, 0, size):
        frontier.add(leaf)
    if frontier.size != size:
        says = "An entry is missing from the ledger. Run registry audit verify before a backup is made."
        raise RuleBroken([Problem("", says)])
    return size, frontier.root().hex()

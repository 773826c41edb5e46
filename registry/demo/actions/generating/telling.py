"""The ledger of a generated register: entries noted in any order, then written in the order of their instants, in one chain."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from typing import IO, Any, Self

from registry.audit.actions.journal import Captured, Pending, key_of
from registry.audit.actions.record import pending_of
from registry.audit.actions.writing import head_of, in_their_places
from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries.state import table_of, writers_of
from registry.demo.actions.generating.loading import write
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.store.session import Database

_AT_ONCE = 20_000

Noted = tuple[str, int, dict[str, Any], str, str, list[tuple[str, int, str]]]


def changed(row: Row, **values: Any) -> Captured:
    """Give a row other values, as a change the ledger can tell; its revision rises."""
    writers, names = dict(writers_of(table_of(type(row)))), values.keys()
    before = {
        name: None if getattr(row, name) is None else writers[name](getattr(row, name)) for name in names
    }
    for name, value in values.items():
        setattr(row, name, value)
    if hasattr(row, "version"):
        row.version += 1
    return Captured(row, before)


class Chronicle:
    """Entries noted month by month in files: a million of them are more than should be held at once."""

    def __init__(self) -> None:
        self.count = 0
        self._stack = ExitStack()
        self._months: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_told: object) -> None:
        self._stack.close()

    def note(
        self,
        at: datetime,
        actor: Actor,
        event: Event,
        subject: Row | tuple[str, int | None],
        *changes: Row | Captured,
        system_id: int | None = None,
        note: dict[str, str] | None = None,
    ) -> None:
        """Note that this happened: new rows as they are, changed ones as `changed` gives them. Rows stay as they are now."""
        told = [each if isinstance(each, Captured) else Captured(each, None) for each in changes]
        about = subject if isinstance(subject, tuple) else key_of(subject)
        one = pending_of(actor, event, about, told, system_id=system_id, note=note)
        written = clock.written(at)
        self.count += 1
        noted: Noted = (written, self.count, one.columns, one.salt, one.payload, one.objects)
        pickle.dump(noted, self._month(written[:7]), pickle.HIGHEST_PROTOCOL)

    def write(self, database: Database) -> Iterator[int]:
        """Write everything noted behind what the ledger holds; says how many entries there are from time to time."""
        entries = self._in_order()
        while some := list(islice(entries, _AT_ONCE)):
            with database.transaction() as session:
                connection = session.connection()
                rows, head = in_their_places(some, head_of(connection))
                for table, told in ((ENTRY, rows.entries), (PAYLOAD, rows.payloads), (OBJECT, rows.objects)):
                    columns = [column.name for column in table.columns]
                    write(connection, table, columns, ([row[name] for name in columns] for row in told))
            yield head.seq

    def _month(self, month: str) -> IO[bytes]:
        if month not in self._months:
            self._months[month] = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        return self._months[month]

    def _in_order(self) -> Iterator[tuple[str, Pending]]:
        for month in sorted(self._months):
            file = self._months[month]
            file.seek(0)
            for at, _, columns, salt, payload, objects in sorted(_read(file), key=lambda noted: noted[:2]):
                yield at, Pending(columns, salt, payload, objects)


def _read(file: IO[bytes]) -> Iterable[Noted]:
    while True:
        try:
            # What this very process has written a moment ago, into a file without a name.
            yield pickle.load(file)  # noqa: S301
        except EOFError:
            return

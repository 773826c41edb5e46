"""What a session has changed and not yet recorded, and what it has recorded and not yet written."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session, SessionTransaction

from registry.audit.queries.state import table_of
from registry.audit.rules.states import State
from registry.store.columns import Row

_JOURNAL = "ledger"


class UnrecordedChange(RuntimeError):
    """An audited row was changed in a way the ledger does not cover: a mistake in the program, never a person's."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One changed row: the old values of its changed columns, or None where the row is new."""

    row: Row
    before: dict[str, Any] | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry ready to be written: everything but its place in the chain."""

    columns: dict[str, Any]
    salt: str
    payload: str
    objects: list[tuple[str, int, str]]


@dataclass(slots=True)
class Journal:
    """The changes of one session, by table and number, in the order they first happened."""

    captured: dict[tuple[str, int], Captured] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    flushing: bool = False
    # Kept as long as the savepoint itself: its rollback is announced only after its end.
    _marks: WeakKeyDictionary[SessionTransaction, tuple[dict[tuple[str, int], Captured], int]] = field(
        default_factory=WeakKeyDictionary
    )

    def added(self, row: Row) -> None:
        """A row came to be; one put back under the number of a row just deleted counts as that row changed."""
        earlier = self.captured.get(key_of(row))
        before = earlier.before if earlier else None
        if before is not None:
            # A state leaves out what was empty, and some of that may be filled now.
            before = dict.fromkeys(column.name for column in table_of(type(row)).columns) | before
        self.captured[key_of(row)] = Captured(row, before)

    def changed(self, row: Row, before: dict[str, Any]) -> None:
        """Columns of a row moved; of two changes to one column, the older value is the one before."""
        earlier = self.captured.get(key_of(row))
        if earlier is None:
            self.captured[key_of(row)] = Captured(row, before)
        elif earlier.before is not None:
            self.captured[key_of(row)] = replace(earlier, row=row, before=before | earlier.before)

    def removed(self, row: Row, state: State) -> None:
        """A row is gone; one that came and went between two entries leaves nothing to tell."""
        earlier = self.captured.pop(key_of(row), None)
        if earlier is None:
            self.captured[key_of(row)] = Captured(row, state, gone=True)
        elif earlier.before is not None:
            self.captured[key_of(row)] = Captured(row, state | earlier.before, gone=True)

    def claim(self, rows: Collection[Row] | None = None) -> list[Captured]:
        """Everything captured since the last claim, or what was captured of these rows alone."""
        keys = list(self.captured) if rows is None else dict.fromkeys(key_of(row) for row in rows)
        return [self.captured.pop(key) for key in keys if key in self.captured]

    def refuse_if_unclaimed(self) -> None:
        """Raise UnrecordedChange for changes that no entry covers."""
        if self.captured:
            named = ", ".join(f"{kind} {number}" for kind, number in self.captured)
            raise UnrecordedChange(f"changed without a ledger entry: {named}; an action ends with record()")

    def mark(self, savepoint: SessionTransaction) -> None:
        """Remember how things stand, in case the savepoint is rolled back."""
        self._marks[savepoint] = (dict(self.captured), len(self.pending))

    def return_to(self, savepoint: SessionTransaction) -> None:
        """Take back what was captured and recorded since the savepoint."""
        if savepoint in self._marks:
            self.captured, length = self._marks[savepoint]
            del self.pending[length:]

    def clear(self) -> None:
        """Nothing of this transaction happened."""
        self.captured.clear()
        self.pending.clear()


def journal_of(session: Session) -> Journal:
    """The journal of a session."""
    journal = session.info.get(_JOURNAL)
    if journal is None:
        journal = session.info[_JOURNAL] = Journal()
    return journal


def key_of(row: Row) -> tuple[str, int]:
    """The table and number of a stored row."""
    if row.id is None:
        raise UnrecordedChange(f"a {type(row).__name__} without a number cannot be recorded")
    return table_of(type(row)).name, row.id

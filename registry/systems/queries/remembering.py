"""What was counted of all systems, remembered until a table it was counted from changes: the same for all who may know of the same.

To count ten thousand systems anew for each look at them costs a processor a quarter of a second, and for as long as nothing
of what was counted changes everybody is told the same.
"""

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.audit.queries.follow import Newest, since
from registry.audit.queries.state import audited_tables
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.systems.models import System
from registry.systems.queries.visibility import visible_to
from registry.systems.rules.record import Visibility

Found = TypeVar("Found")
Known = tuple[int | None, frozenset[int | None] | None]
Key = tuple[str, Hashable, date, Known]

MOST: Final = 1_024
"""How many answers of a database are kept, the newest asked for."""
_MOST_ENTRIES: Final = 256

_ANYBODY: Final[Known] = (None, None)

# Tables the ledger does not cover, with the table of what brings every change of them, which it does cover.
_COMES_WITH: Final[Mapping[str, str]] = {"latest_snapshot": "snapshot_batch"}
# What a transaction reads once and then knows: an answer may rest on it without having asked.
_KNOWN_BEFORE: Final = frozenset({"pack_edition"})
# Where a session keeps, with the transaction they are true in, its newest entry and what its reader may know of.
_SEEN: Final = "remembering_seen"
# Where a session keeps the words of what it has asked so far for the answer it is looking for.
_SAID: Final = "remembering_said"
_WORD: Final = re.compile(r"\w+")


class _Answer(NamedTuple):
    """What was found, every word of what was asked for it, and the newest entry there was before."""

    found: Any
    words: frozenset[str]
    seq: int


class _Memory:
    """The answers kept of one database, who is finding one just now, and by table the entry that last changed it."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Key, _Answer] = OrderedDict()
        self.guard = Lock()
        self.finding: dict[Key, Lock] = {}
        self.changed: dict[str, int] = {}
        self.entries: deque[Newest] = deque(maxlen=_MOST_ENTRIES)
        self.newest: Newest | None = None

    def follow(self, entry: Newest, changed: Mapping[str, int] | None) -> bool:
        """Take in what has changed up to an entry of the ledger, None where that cannot be told; whether anything that is
        kept may be told beside it.
        """
        if entry in self.entries:
            return True
        if changed is None:
            if self.newest is not None and entry.seq < self.newest.seq:
                # Somebody who looks at an older moment; or a backup was put in the place of what was there.
                return False
            self.kept.clear()
            self.changed.clear()
            self.entries.clear()
            self.newest = None
        for table, seq in (changed or {}).items():
            self.changed[table] = max(seq, self.changed.get(table, 0))
        self.entries.append(entry)
        self.newest = max(entry, self.newest or entry)
        return True

    def answer(self, key: Key, entry: Newest) -> _Answer | None:
        """What was found last, where that is still true at this entry."""
        answer = self.kept.get(key)
        if answer is None or answer.seq > entry.seq:
            return None
        if any(seq > answer.seq and table in answer.words for table, seq in self.changed.items()):
            return None
        self.kept.move_to_end(key)
        return answer

    def keep(self, key: Key, answer: _Answer, entry: Newest) -> None:
        """Keep an answer, unless the ledger it was found beside is not followed any more."""
        if entry not in self.entries:
            return
        self.kept[key] = answer
        self.kept.move_to_end(key)
        while len(self.kept) > MOST:
            self.kept.popitem(last=False)


# By engine: a past day is read through one of its own.
_GUARD = Lock()
_MEMORIES: WeakKeyDictionary[sa.Engine, _Memory] = WeakKeyDictionary()


def remembered(
    session: Session, actor: Actor, name: str, asked: Hashable, find: Callable[[], Found]
) -> Found:
    """What `find` finds, or what it found when this was asked last, if nothing in the tables it asked has changed and the day
    is the same.

    It must depend on nothing but what it asks the database for meanwhile, the day, `asked`, and which systems the actor may
    know of; and nobody may change what it gives. What it finds in a table of which the ledger does not tell is not
    remembered, nor is anything of a past day. In one statement beside its own, or two, however often a
    transaction asks. A transaction that writes asks
    anew: what it has changed is not in the ledger yet. Of several who ask at once, one looks and the others wait for it.
    """
    connection = session.connection()
    options = connection.get_execution_options()
    if options.get("sqlite_read_only") is not True and options.get("postgresql_readonly") is not True:
        return find()
    if options.get("is_past"):
        # Who may know of a system is asked of today, and the ledger of a past day tells of no change of today.
        return find()
    with _GUARD:
        memory = _MEMORIES.setdefault(connection.engine, _Memory())
    entry, known = _seen(session, actor, memory)
    if entry is None:
        return find()
    answer = _asked(session, memory, (name, asked, clock.today(), known), entry, find)
    session.info.get(_SAID, set()).update(answer.words)
    return answer.found  # type: ignore[no-any-return]


def remembered_for(
    session: Session, actor: Actor, name: str, asked: Hashable, find: Callable[[], Found]
) -> Found:
    """The same for one person alone: what `find` finds may depend also on who they are, and which roles, seats and units
    they hold.
    """
    holds = (actor.person_id, actor.roles, frozenset(actor.seats.items()), actor.headed_units)
    return remembered(session, actor, name, (asked, holds), find)


def _asked(session: Session, memory: _Memory, key: Key, entry: Newest, find: Callable[[], object]) -> _Answer:
    """What is kept under the key, or else is found now."""
    with memory.guard:
        finding = memory.finding.setdefault(key, Lock())
    try:
        with finding:
            with memory.guard:
                answer = memory.answer(key, entry)
            if answer is not None:
                return answer
            with _noting(session) as words:
                found = find()
            answer = _Answer(found, frozenset(words) | _brought(words) | _KNOWN_BEFORE, entry.seq)
            if _untold().isdisjoint(words):
                with memory.guard:
                    memory.keep(key, answer, entry)
            return answer
    finally:
        with memory.guard:
            memory.finding.pop(key, None)


def _seen(session: Session, actor: Actor, memory: _Memory) -> tuple[Newest | None, Known]:
    """The newest entry of the ledger, up to which the memory knows what has changed, and what the actor may know of.

    None for the entry where there is none, or the memory is of another moment than this transaction.
    """
    transaction = session.get_transaction()
    seen: tuple[Any, Actor, Newest | None, Known] | None = session.info.get(_SEEN)
    if seen is None or seen[0] is not transaction or seen[1] is not actor:
        newest, changed = since(session, memory.newest)
        if newest is not None:
            with memory.guard:
                newest = newest if memory.follow(newest, changed) else None
        known = _known(session, actor, memory, newest)
        seen = session.info[_SEEN] = (transaction, actor, newest, known)
    return seen[2], seen[3]


def _brought(words: Collection[str]) -> frozenset[str]:
    return frozenset(brings for table, brings in _COMES_WITH.items() if table in words)


def _untold() -> frozenset[str]:
    """The tables of which the ledger does not tell, neither by themselves nor by what they come with."""
    return frozenset(SQLModel.metadata.tables) - audited_tables().keys() - _COMES_WITH.keys()


def _known(session: Session, actor: Actor, memory: _Memory, entry: Newest | None) -> Known:
    """What the actor may know of: everything, one system, or all that is open and these restricted ones.

    Whoever has the same roles, seats and units as somebody before them knows of the same.
    """
    only = actor.token.system_id if actor.token is not None else None
    if actor.sees_everything:
        return only, None
    query = select(System.id).where(col(System.visibility) == Visibility.RESTRICTED, visible_to(actor))

    def find() -> frozenset[int | None]:
        return frozenset(session.exec(query))

    if entry is None:
        return only, find()
    key = ("known", (only, frozenset(actor.seats), actor.headed_units), clock.today(), _ANYBODY)
    return only, _asked(session, memory, key, entry, find).found


@contextmanager
def _noting(session: Session) -> Iterator[set[str]]:
    """Every word of the statements sent while the block runs; the names of the tables they ask are among them."""
    above, words = session.info.get(_SAID), set[str]()
    connection = session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        words.update(_WORD.findall(statement))

    session.info[_SAID] = words
    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield words
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)
        if above is None:
            del session.info[_SAID]
        else:
            above |= words
            session.info[_SAID] = above

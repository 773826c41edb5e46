"""What was counted of all systems, remembered until something is recorded: the same numbers for all who may know of the same systems.

To count ten thousand systems anew for each look at them costs a processor a quarter of a second, and between two changes of
any record everybody is told the same.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.audit.models import ENTRY
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.systems.models import System
from registry.systems.queries.visibility import visible_to
from registry.systems.rules.record import Visibility

Found = TypeVar("Found")
Key = tuple[str, Hashable, date, str, int | None, frozenset[int | None]]

MOST: Final = 128
"""How many answers of a database are kept, the newest asked for."""

# They change no row that is counted, and are most of what happens on a quiet day.
_COUNTS_NOTHING: Final = (
    Event.SIGN_IN_SUCCEEDED,
    Event.SIGN_IN_REFUSED,
    Event.SIGN_IN_LOCKED,
    Event.SIGNED_OUT,
    Event.IDENTITY_CONFIRMED,
    Event.REGISTER_EXPORTED,
    Event.CARDS_EXPORTED,
    Event.REPORT_MADE,
    Event.LEDGER_VERIFIED,
)
_NEWEST = (
    sa.select(ENTRY.c.leaf_hash)
    .where(ENTRY.c.event.not_in([each.value for each in _COUNTS_NOTHING]))
    .order_by(ENTRY.c.seq.desc())
    .limit(1)
)


class _Memory:
    """The answers kept of one database, and who is finding one just now."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Key, object] = OrderedDict()
        self.guard = Lock()
        self.finding: dict[Key, Lock] = {}


# By engine: a past day is read through one of its own.
_GUARD = Lock()
_MEMORIES: WeakKeyDictionary[sa.Engine, _Memory] = WeakKeyDictionary()


def remembered(
    session: Session, actor: Actor, name: str, asked: Hashable, find: Callable[[], Found]
) -> Found:
    """What `find` finds, or what it found when this was asked last, if nothing has been recorded since and the day is the same.

    It must depend on nothing but what the ledger tells of, the day, `asked`, and which systems the actor may know of; and
    nobody may change what it gives. In two statements beside its own. A transaction that writes asks anew: what it has
    changed is not in the ledger yet. Of several who ask at once, one looks and the others wait for it.
    """
    connection = session.connection()
    options = connection.get_execution_options()
    reads = options.get("sqlite_read_only") is True or options.get("postgresql_readonly") is True
    newest = connection.execute(_NEWEST).scalar_one_or_none() if reads else None
    if newest is None:
        return find()
    only = actor.token.system_id if actor.token is not None else None
    key = (name, asked, clock.today(), newest, only, _known_restricted(session, actor))
    with _GUARD:
        memory = _MEMORIES.setdefault(connection.engine, _Memory())
    with memory.guard:
        finding = memory.finding.setdefault(key, Lock())
    try:
        with finding:
            with memory.guard:
                if key in memory.kept:
                    memory.kept.move_to_end(key)
                    return memory.kept[key]  # type: ignore[return-value]
            found = find()
            with memory.guard:
                memory.kept[key] = found
                while len(memory.kept) > MOST:
                    memory.kept.popitem(last=False)
            return found
    finally:
        with memory.guard:
            memory.finding.pop(key, None)


def _known_restricted(session: Session, actor: Actor) -> frozenset[int | None]:
    """The restricted systems the actor may know of: of the others everybody may."""
    query = select(System.id).where(col(System.visibility) == Visibility.RESTRICTED, visible_to(actor))
    return frozenset(session.exec(query))

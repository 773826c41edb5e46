"""What has happened to records since an entry: for taking back what that entry did, where nobody has built on it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.kernel.events import Event

_AT_ONCE = 500


def last_entry(session: Session, event: Event, kind: str, number: int) -> int | None:
    """The number of the last entry that tells of this event on this subject; None if there is none."""
    query = sa.select(sa.func.max(ENTRY.c.seq)).where(
        ENTRY.c.subject_kind == kind, ENTRY.c.subject_id == number, ENTRY.c.event == event.value
    )
    return session.connection().execute(query).scalar()


def first_entry(session: Session, system_ids: Collection[int]) -> int | None:
    """The number of the oldest entry about any of these systems; None if there is none."""
    found = []
    for some in _stretches(system_ids):
        query = sa.select(sa.func.min(ENTRY.c.seq)).where(ENTRY.c.system_id.in_(some))
        found.append(session.connection().execute(query).scalar())
    return min((seq for seq in found if seq is not None), default=None)


def first_told(session: Session, kind: str, numbers: Collection[int]) -> dict[int, datetime]:
    """When the ledger first told of each of these records; those it does not know are left out."""
    found: dict[int, datetime] = {}
    for some in _stretches(numbers):
        query = sa.select(OBJECT.c.object_id, sa.func.min(ENTRY.c.at)).join_from(
            OBJECT, ENTRY, ENTRY.c.seq == OBJECT.c.seq
        )
        query = query.where(OBJECT.c.kind == kind, OBJECT.c.object_id.in_(some)).group_by(OBJECT.c.object_id)
        found |= {number: datetime.fromisoformat(at) for number, at in session.connection().execute(query)}
    return found


def changed_since(
    session: Session, system_ids: Collection[int], seq: int, *, taken_back: tuple[Event, Event]
) -> dict[int, int]:
    """The number of the first entry after `seq` that changed anything of each of these systems; untouched ones are left out.

    An entry that changed no row (a card that was exported) is no change. `taken_back` are an event and the event that
    takes it back: where nothing else has happened and they are as many, all is as it was.
    """
    changed = sa.exists().where(OBJECT.c.seq == ENTRY.c.seq)
    found: dict[int, int] = {}
    for some in _stretches(system_ids):
        query = sa.select(ENTRY.c.system_id, ENTRY.c.event, sa.func.count(), sa.func.min(ENTRY.c.seq))
        query = query.where(ENTRY.c.system_id.in_(some), ENTRY.c.seq > seq, changed)
        happened: defaultdict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
        for number, event, count, first in session.connection().execute(
            query.group_by(ENTRY.c.system_id, ENTRY.c.event)
        ):
            happened[number][event] = (count, first)
        for number, events in happened.items():
            if not _balanced(events, taken_back):
                found[number] = min(first for _, first in events.values())
    return found


def _balanced(events: Mapping[str, tuple[int, int]], taken_back: tuple[Event, Event]) -> bool:
    done, undone = (events.get(event.value, (0, 0))[0] for event in taken_back)
    return events.keys() <= {event.value for event in taken_back} and done == undone


def hands_on(
    session: Session, kind: str, number: int, events: Collection[Event]
) -> tuple[frozenset[int], datetime | None]:
    """Everybody who ever changed a record by one of these events, and when that last was (None: never)."""
    query = sa.select(ENTRY.c.actor_id, sa.func.max(ENTRY.c.at)).join_from(
        OBJECT, ENTRY, ENTRY.c.seq == OBJECT.c.seq
    )
    query = query.where(
        OBJECT.c.kind == kind,
        OBJECT.c.object_id == number,
        ENTRY.c.event.in_(sorted(event.value for event in events)),
    )
    found = session.connection().execute(query.group_by(ENTRY.c.actor_id)).all()
    last = max((at for _, at in found), default=None)
    return (
        frozenset(actor_id for actor_id, _ in found if actor_id is not None),
        datetime.fromisoformat(last) if last else None,
    )


def told_of(session: Session, kind: str, numbers: Collection[int]) -> dict[int, tuple[int, int]]:
    """The first and the last entry that tells of each of these records."""
    found: dict[int, tuple[int, int]] = {}
    for some in _stretches(numbers):
        seq = OBJECT.c.seq
        query = sa.select(OBJECT.c.object_id, sa.func.min(seq), sa.func.max(seq))
        query = query.where(OBJECT.c.kind == kind, OBJECT.c.object_id.in_(some)).group_by(OBJECT.c.object_id)
        found |= {number: (first, last) for number, first, last in session.connection().execute(query).all()}
    return found


def _stretches(numbers: Collection[int]) -> Iterator[Sequence[int]]:
    remaining = iter(sorted(numbers))
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def kinds_that_named(
    session: Session, references: Collection[tuple[str, str]], number: int, after_seq: int
) -> frozenset[str]:
    """The kinds of records that have named this number since an entry, whatever they name now.

    `references` are pairs of a kind and the column it refers with. The texts are searched one after another, so this is
    for rare questions; it begins after `after_seq`, before which nothing can have named what did not exist.
    """
    kinds, columns = {kind for kind, _ in references}, {column for _, column in references}
    within = sa.select(OBJECT.c.seq).where(OBJECT.c.kind.in_(sorted(kinds)), OBJECT.c.seq > after_seq)
    # The text is only sifted here, and may hold 170 where 17 is asked for: what was decoded decides.
    mentions = (PAYLOAD.c.payload.contains(f'"{column}":{number}') for column in sorted(columns))
    query = sa.select(PAYLOAD.c.payload).where(PAYLOAD.c.seq.in_(within), sa.or_(*mentions))
    found: set[str] = set()
    for payload in session.connection().execute(query).scalars():
        for one in json.loads(payload)["objects"]:
            states = (one["before"] or {}, one["after"] or {})
            named = {(one["kind"], column) for state in states for column in state if state[column] == number}
            found |= {kind for kind, _ in named & set(references)}
    return frozenset(found)

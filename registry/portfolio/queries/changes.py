"""What has happened since, for programs that keep a copy: entry after entry of the ledger, as far as the reader may know of it."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY
from registry.audit.queries import HistoryItem, entries_at
from registry.audit.queries.checkpoints import last_seq
from registry.evidence.queries import ledger as evidence
from registry.incidents.queries import ledger as incidents
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.systems.queries import numbers_visible_to

# Sent by pipelines, by the hour and for each system.
_DELIVERIES: Final = [
    each.value
    for each in (
        Event.SNAPSHOTS_RECORDED,
        Event.DISTRIBUTIONS_RECORDED,
        Event.FAIRNESS_COUNTED,
        Event.CALIBRATION_COUNTED,
    )
]


@dataclass(frozen=True, slots=True)
class Changes:
    """Entries in their order, the number to go on from, and whether more are there already."""

    items: list[HistoryItem]
    since: int
    more: bool


def changes_after(session: Session, actor: Actor, seq: int, *, limit: int) -> Changes:
    """What follows that entry about systems the actor may know of now, without what tells of a thing hidden from them.

    Entries are numbered in the order of their commits, so none appears later behind a number that was gone on from.
    """
    # Asked before the entries: what is committed in between is told next time and is not gone past.
    last = last_seq(session)
    query = sa.select(ENTRY.c.seq).where(
        ENTRY.c.seq > seq, ENTRY.c.seq <= last, ENTRY.c.system_id.in_(numbers_visible_to(actor))
    )
    found = list(session.connection().execute(query.order_by(ENTRY.c.seq).limit(limit + 1)).scalars())
    shown, more = found[:limit], len(found) > limit
    entries = entries_at(session, shown)
    known = evidence.told_to(actor, [entries[each] for each in shown])
    items = incidents.told_to(session, actor, known)
    return Changes(items, shown[-1] if more else max(seq, last), more)


def newest_changes(session: Session, actor: Actor, *, limit: int) -> list[HistoryItem]:
    """The same read from its end: the newest entries first, without deliveries of measurements.

    There may be fewer than `limit` where some of the newest are hidden from the actor.
    """
    query = sa.select(ENTRY.c.seq).where(
        ENTRY.c.system_id.in_(numbers_visible_to(actor)), ENTRY.c.event.not_in(_DELIVERIES)
    )
    found = session.connection().execute(query.order_by(ENTRY.c.seq.desc()).limit(limit)).scalars()
    entries = entries_at(session, list(found))
    known = evidence.told_to(actor, sorted(entries.values(), key=lambda each: -each.seq))
    return list(incidents.told_to(session, actor, known))

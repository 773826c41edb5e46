"""record(): one entry for one action, claiming every change made since the entry before it."""

import secrets
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions.journal import Captured, Pending, journal_of, key_of
from registry.audit.actions.writing import write_entries
from registry.audit.queries.state import state_from, table_of, writers_of
from registry.audit.rules.entries import GONE, SALT_BYTES, SCHEMA, commitment_of, digest_of
from registry.audit.rules.states import State, masked
from registry.kernel.actor import Actor
from registry.kernel.canonical import canonical
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.store.session import at_the_end


def record(
    session: Session,
    actor: Actor,
    event: Event,
    subject: Row | None,
    *,
    subject_kind: str = "",
    subject_id: int | None = None,
    system_id: int | None = None,
    note: dict[str, str] | None = None,
    rows: Collection[Row] | None = None,
) -> None:
    """Put one entry in the ledger: who, through what, did this, to what. The last line of every action.

    Flushes, and claims everything changed since the last entry of this transaction; an entry need not claim
    anything (a refused sign-in, an exported card). `subject` is the row the event is about; where there is
    none, `subject_kind` says what kind of thing it was, and `subject_id` which, if it has a number. It is written when the transaction ends, so its number
    is not known before. Where many things were stored together, `rows` says which of the changes this entry tells
    of; an entry must tell of each. Raises UnrecordedChange for a subject without a number, TypeError and
    ValueError for a value that cannot be written.
    """
    session.flush()
    journal = journal_of(session)
    told = pending_of(
        actor,
        event,
        key_of(subject) if subject is not None else (subject_kind, subject_id),
        journal.claim(rows),
        system_id=system_id,
        note=note,
    )
    journal.pending.append(told)
    at_the_end(session, write_entries)


def pending_of(
    actor: Actor,
    event: Event,
    subject: tuple[str, int | None],
    changes: Iterable[Captured],
    *,
    system_id: int | None = None,
    note: dict[str, str] | None = None,
) -> Pending:
    """The entry that tells of these changes, ready for its place in the chain; the rows as they stand now are what it leaves.

    `subject` is the kind and number of what it is about. Raises what record() does for what cannot be written.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    told, objects = [], []
    for captured in changes:
        kind, number = key_of(captured.row)
        after = None if captured.gone else _state_now(captured.row)
        objects.append((kind, number, digest_of(salt, canonical(after) if after is not None else GONE)))
        told.append(_told(captured, after))
    payload = canonical(_payload(actor, note or {}, told)).decode()
    columns: dict[str, Any] = {
        "event": event.value,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "system_id": system_id,
        "actor_id": actor.person_id,
        "via": actor.via,
        "request_id": actor.request_id,
        "schema": SCHEMA,
        "commitment": commitment_of(salt, payload),
    }
    return Pending(columns, salt.hex(), payload, objects)


def _payload(actor: Actor, note: dict[str, str], changes: list[dict[str, Any]]) -> dict[str, Any]:
    payload: dict[str, Any] = {"actor": actor.name, "note": note, "objects": changes}
    if actor.token is not None:
        payload["token"] = actor.token.id
    return payload


def _state_now(row: Row) -> State:
    kind = type(row)
    return state_from((getattr(row, name) for name in _attributes_of(kind)), writers_of(table_of(kind)))


# Asked of every row of every entry.
@cache
def _attributes_of(kind: type[Row]) -> tuple[str, ...]:
    """By what name a row holds each column of its table, in their order."""
    mapper = sa.inspect(kind)
    return tuple(mapper.get_property_by_column(column).key for column in table_of(kind).columns)


def _told(captured: Captured, after: State | None) -> dict[str, Any]:
    """What the payload says of one row: its number, its revision, the old values that moved, and what stands now."""
    row = captured.row
    kind, number = key_of(row)
    before = captured.before
    if before is not None and after is not None:
        before = {
            name: value for name, value in before.items() if name != "version" and value != after.get(name)
        }
    return {
        "kind": kind,
        "id": number,
        "version": getattr(row, "version", None),
        "before": None if before is None else masked(before, row.__masked__),
        "after": None if after is None else masked(after, row.__masked__),
    }

"""An entry and a checkpoint as JSON."""

from typing import Any

from typing_extensions import TypedDict

from registry.audit.models import LedgerCheckpoint
from registry.audit.queries import HistoryItem, ObjectChange
from registry.audit.queries.state import audited_tables
from registry.kernel import clock
from registry.kernel.events import Event
from registry.store.columns import LARGEST_NUMBER
from registry.web.describing import Asked, Instant

NARROWING = (
    Asked("event", "Only this event.", words=Event),
    Asked("kind", "Only entries that changed or name this kind of record.", words=sorted(audited_tables())),
    Asked("system", "Only what is about this system: its id or number."),
    Asked("actor", "Only what this person did, by number.", kind="integer", least=0, most=LARGEST_NUMBER),
    Asked("since", "From the beginning of this day (UTC).", kind="date"),
    Asked("until", "To the end of this day (UTC).", kind="date"),
)


class FieldChanged(TypedDict):
    """One column of a row before and after."""

    column: str
    before: Any
    after: Any


class RowChanged(TypedDict):
    """One row an entry changed."""

    kind: str
    id: int
    version: int | None
    verb: str
    changes: list[FieldChanged]


class EntryOut(TypedDict):
    """One entry of the ledger. `said` is the note that the action left; `actor` is the name at the time."""

    seq: int
    at: Instant
    event: str
    actor: str
    actor_number: int | None
    token: int | None
    via: str
    request_id: str
    kind: str
    number: int | None
    system: str | None
    said: dict[str, Any]
    objects: list[RowChanged]


class CheckpointOut(TypedDict):
    """A signed checkpoint, as a `note` too, and the proof that it goes on from an earlier one where that was asked for."""

    origin: str
    size: int
    root: str
    key_id: str
    made_at: Instant
    note: str
    consistency: list[str] | None


def entry_told(entry: HistoryItem) -> EntryOut:
    """One entry with what it says, and each row it changed field by field."""
    return {
        "seq": entry.seq,
        "at": clock.written(entry.at),
        "event": entry.event,
        "actor": entry.actor,
        "actor_number": entry.actor_id,
        "token": entry.token_id,
        "via": entry.via,
        "request_id": entry.request_id,
        "kind": entry.subject_kind,
        "number": entry.subject_id,
        "system": f"AI-{entry.system_id:04d}" if entry.system_id else None,
        "said": entry.said,
        "objects": [_object(one) for one in entry.objects],
    }


def _object(one: ObjectChange) -> RowChanged:
    changes: list[FieldChanged] = [
        {"column": each.column, "before": each.before, "after": each.after} for each in one.changes
    ]
    return {
        "kind": one.kind,
        "id": one.object_id,
        "version": one.version,
        "verb": one.verb,
        "changes": changes,
    }


def checkpoint_told(made: LedgerCheckpoint, consistency: list[bytes] | None) -> CheckpointOut:
    """A checkpoint, and the proof that it goes on from an earlier one, where that was asked for."""
    return {
        "origin": made.origin,
        "size": made.size,
        "root": made.root,
        "key_id": made.key_id,
        "made_at": made.made_at,
        "note": made.note,
        "consistency": None if consistency is None else [each.hex() for each in consistency],
    }

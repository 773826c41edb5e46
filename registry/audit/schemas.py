"""An entry and a checkpoint as JSON."""

from typing import Any

from registry.audit.models import LedgerCheckpoint
from registry.audit.queries import HistoryItem, ObjectChange
from registry.kernel import clock


def entry_told(entry: HistoryItem) -> dict[str, Any]:
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


def _object(one: ObjectChange) -> dict[str, Any]:
    changes = [{"column": each.column, "before": each.before, "after": each.after} for each in one.changes]
    return {
        "kind": one.kind,
        "id": one.object_id,
        "version": one.version,
        "verb": one.verb,
        "changes": changes,
    }


def checkpoint_told(made: LedgerCheckpoint, consistency: list[bytes] | None) -> dict[str, Any]:
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

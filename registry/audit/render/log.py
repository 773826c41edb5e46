"""The log as a file: a line for each entry."""

from collections.abc import Iterable
from datetime import date
from typing import IO, Final

from registry.audit.queries import HistoryItem
from registry.kernel import clock
from registry.output.tables import as_of, write_csv

_HEADINGS: Final = (
    *("entry", "at", "event", "who", "person", "token", "through", "request"),
    *("kind", "number", "system", "said", "changes"),
)


def write_log(file: IO[bytes], entries: Iterable[HistoryItem], day: date | None = None) -> int:
    """Write the entries as they come, and say how many there were; `day` is the past day they are as of."""
    return write_csv(file, *as_of(day, _HEADINGS, (_line(each) for each in entries)))


def _line(entry: HistoryItem) -> list[str | int | None]:
    said = "; ".join(f"{name}: {text}" for name, text in entry.said.items())
    changes = "; ".join(
        f"{one.kind} {one.object_id} {one.verb}"
        + (f" ({', '.join(each.column for each in one.changes)})" if one.verb == "changed" else "")
        for one in entry.objects
    )
    return [
        *(entry.seq, clock.written(entry.at), entry.event, entry.actor, entry.actor_id, entry.token_id),
        *(entry.via, entry.request_id, entry.subject_kind, entry.subject_id),
        *(f"AI-{entry.system_id:04d}" if entry.system_id else None, said, changes),
    ]

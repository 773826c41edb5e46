"""Notes as JSON."""

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.annotations.queries import Written
from registry.web.describing import Instant


class NoteIn(BaseModel):
    """A note beside a system's record, in Markdown."""

    model_config = ConfigDict(extra="forbid")

    body: str


class NoteOut(TypedDict):
    """What somebody wrote about a system; of a withdrawn note the reason, not the text."""

    id: int
    author: str | None
    written_at: Instant
    corrected_at: Instant | None
    withdrawn_at: Instant | None
    withdrawn_because: str
    body: str


def note_said(written: Written) -> NoteOut:
    """One note of a system."""
    note = written.note
    return {
        "id": note.id or 0,
        "author": written.author.email if written.author else None,
        "written_at": note.written_at.isoformat(),
        "corrected_at": note.corrected_at.isoformat() if note.corrected_at else None,
        "withdrawn_at": note.withdrawn_at.isoformat() if note.withdrawn_at else None,
        "withdrawn_because": note.withdrawn_because,
        "body": "" if note.withdrawn_at else note.body,
    }

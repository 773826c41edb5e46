"""GET and POST /systems/<key>/notes: what was written about a system, newest first; writing one more."""

from flask import Blueprint, Response, request

from registry.annotations import queries
from registry.annotations.actions.notes import write_note
from registry.annotations.queries.notes import Written
from registry.annotations.schemas import NoteIn, NoteOut, note_said
from registry.kernel.actor import Permission, require
from registry.people.models import Person
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("annotations_api", __name__)


@api.get("/systems/<key>/notes")
@needs(Permission.SYSTEM_READ)
@described(Page[NoteOut], *PAGED)
def notes(key: str) -> Response:
    """A page of a system's notes; of one that was withdrawn the reason, not the text."""
    system = systems.by_key(session(), actor(), key)
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.notes_page(session(), system.id or 0, before=before[0] if before else None, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [note_said(each) for each in page.items], "next": following})


@api.post("/systems/<key>/notes")
@needs(Permission.NOTE_WRITE)
@described(
    NoteOut,
    status=201,
    body=NoteIn,
    example={"body": "Retrained after the flood of 3 June; see the run of that night."},
)
def write(key: str) -> Response:
    """Write a note, under the name of the token's person."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.NOTE_WRITE, system.id)
    note = write_note(session(), actor(), system.id or 0, jsonkit.parsed(NoteIn).body)
    session().flush()
    author = session().get(Person, note.author_id) if note.author_id else None
    return jsonkit.reply(note_said(Written(note, author, None)), 201)

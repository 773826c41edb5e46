"""The notes of a system: a page of them, newest first; one; writing, correcting and withdrawing one."""

from flask import Blueprint, Response, request

from registry.annotations import queries
from registry.annotations.actions.notes import correct_note, withdraw_note, write_note
from registry.annotations.models import Note
from registry.annotations.queries.notes import Written
from registry.annotations.schemas import NoteIn, NoteOut, note_said
from registry.kernel.actor import Permission, require
from registry.people.models import Person
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.changing import Because
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
    return _told(note, 201)


@api.get("/systems/<key>/notes/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(NoteOut)
def note(key: str, number: int) -> Response:
    """One note."""
    system = systems.by_key(session(), actor(), key)
    return _told(queries.note_by_id(session(), system.id or 0, number))


@api.patch("/systems/<key>/notes/<int:number>")
@needs(Permission.NOTE_WRITE)
@described(
    NoteOut,
    body=NoteIn,
    if_match=True,
    example={"body": "Retrained after the flood of 4 June; see the run of that night."},
)
def correct(key: str, number: int) -> Response:
    """Word a note anew, if it still stands as If-Match says it was read. For its author alone."""
    found = _held(key, number)
    body = jsonkit.parsed(NoteIn).body
    jsonkit.expected(jsonkit.etag_of(_said(found)), found.version)
    return _told(correct_note(session(), actor(), found, body, version=found.version))


@api.post("/systems/<key>/notes/<int:number>/withdraw")
@needs(Permission.NOTE_WRITE)
@described(NoteOut, body=Because, example={"because": "It was about another system."})
def withdraw(key: str, number: int) -> Response:
    """Take a note out of use, with the reason in its place. For its author and administrators."""
    found = _held(key, number)
    return _told(withdraw_note(session(), actor(), found, jsonkit.parsed(Because).because))


def _held(key: str, number: int) -> Note:
    """The note, locked, for those who write notes about its system."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.NOTE_WRITE, system.id)
    return queries.note_by_id(session(), system.id or 0, number, lock=True)


def _told(found: Note, status: int = 200) -> Response:
    session().flush()
    body = _said(found)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))


def _said(found: Note) -> NoteOut:
    author = session().get(Person, found.author_id) if found.author_id else None
    return note_said(Written(found, author, None))

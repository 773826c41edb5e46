"""GET /systems/<key>/notes: what people wrote about a system, newest first."""

from flask import Blueprint, Response, request

from registry.annotations import queries
from registry.annotations.schemas import NoteOut, note_said
from registry.kernel.actor import Permission
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

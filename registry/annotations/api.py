"""GET /systems/<key>/notes: what people wrote about a system, newest first."""

from typing import Any

from flask import Blueprint, Response, request

from registry.annotations import queries
from registry.annotations.queries import Written
from registry.kernel.actor import Permission
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("annotations_api", __name__)


@api.get("/systems/<key>/notes")
@needs(Permission.SYSTEM_READ)
def notes(key: str) -> Response:
    """A page of a system's notes; of one that was withdrawn the reason, not the text."""
    system = systems.by_key(session(), actor(), key)
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.notes_page(session(), system.id or 0, before=before[0] if before else None, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [_said(each) for each in page.items], "next": following})


def _said(written: Written) -> dict[str, Any]:
    note = written.note
    return {
        "id": note.id,
        "author": written.author.email if written.author else None,
        "written_at": note.written_at.isoformat(),
        "corrected_at": note.corrected_at.isoformat() if note.corrected_at else None,
        "withdrawn_at": note.withdrawn_at.isoformat() if note.withdrawn_at else None,
        "withdrawn_because": note.withdrawn_because,
        "body": "" if note.withdrawn_at else note.body,
    }

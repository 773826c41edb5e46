"""The blueprint; what the operations on one incident share: finding it for those who work on it, telling all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response

from registry.incidents.actions.holds import SUBJECT
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.corrective import actions_of
from registry.incidents.queries.incidents import involved_in
from registry.incidents.queries.timeline import Told, entries_page, links_of
from registry.incidents.queries.visibility import desk_of, incident_by_number, systems_of
from registry.incidents.schemas import entry_said, whole_said
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.store.paging import Page, cursor_of
from registry.versions.queries import holds_shown
from registry.web import jsonkit
from registry.web.flask_app import actor, session

api = Blueprint("incidents_api", __name__)


def held(number: int) -> Incident:
    """The incident, locked, for those who work on a system it touches."""
    found = incident_by_number(session(), actor(), number, lock=True)
    require(actor(), Permission.INCIDENT_WORK, desk_of(session(), actor(), found))
    return found


def told(found: Incident, status: int = 200) -> Response:
    """Everything the incident states, with the ETag of it."""
    body = whole(found)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))


def whole(found: Incident) -> dict[str, Any]:
    """Everything the incident states as it is stored, with the newest entries of its timeline."""
    session().flush()
    number = found.id or 0
    touched = systems_of(session(), number)
    own = next(system for _, system in touched if system.id == found.system_id)
    lead = session().get(Person, found.lead_id) if found.lead_id else None
    said = whole_said(
        found,
        own,
        lead,
        systems=touched,
        involved=involved_in(session(), number),
        links=links_of(session(), number),
        actions=actions_of(session(), number),
        holds=holds_shown(session(), SUBJECT, number),
    )
    page = entries_said(entries_page(session(), number))
    return said | {"timeline": page["items"], "timeline_next": page["next"]}


def entries_said(page: Page[Told]) -> dict[str, Any]:
    """A page of a timeline."""
    following = cursor_of(*page.next_after) if page.next_after else None
    return {"items": [entry_said(each) for each in page.items], "next": following}


@contextmanager
def named(**fields: str) -> Iterator[None]:
    """Objections by the names of the body, where a rule has others: `named(system_id="system")`."""
    try:
        yield
    except RuleBroken as refused:
        found = [Problem(fields.get(each.field, each.field), each.message) for each in refused.problems]
        raise RuleBroken(found) from refused

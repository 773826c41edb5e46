"""GET and POST /systems, also as a table; GET and PATCH /systems/<key>."""

import io
from typing import Any

from flask import Blueprint, Response, request, url_for

from registry.annotations import queries as annotations
from registry.annotations.actions import retag
from registry.annotations.rules.tags import folded
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, refuse_if
from registry.ownership import queries as ownership
from registry.people import queries as people
from registry.store.orders import Place
from registry.systems import actions, queries
from registry.systems.models import System
from registry.systems.render import Format, write_found
from registry.systems.rules.search import COLUMNS
from registry.systems.schemas import (
    NARROWING,
    SORTED,
    SystemChange,
    SystemIn,
    SystemLine,
    SystemOut,
    brief,
    whole,
)
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.downloads import fetched, name_of_day
from registry.web.flask_app import actor, session
from registry.web.past import day_asked

api = Blueprint("systems_api", __name__)


@api.get("/systems")
@needs(Permission.SYSTEM_READ)
@described(Page[SystemLine], *PAGED, SORTED, *NARROWING)
def systems() -> Response:
    """The systems the token's person may see, by name or as `sort` says; narrowed by words and by every facet of the register
    page.
    """
    limit, listing = jsonkit.page_limit(), queries.sorted_from(request.args)
    cursor = request.args.get("cursor")
    place = queries.place_at(listing, "cursor", cursor) if cursor else None
    found = queries.sorted_page(session(), actor(), listing, place=place, limit=limit)
    owners = ownership.owners_of(session(), [system.id or 0 for system in found.items])
    units = people.unit_paths(session())
    tags = annotations.tags_of(session(), [system.id or 0 for system in found.items])
    items = [
        brief(each, owners.get(each.id or 0), units[each.unit_id], tags.get(each.id or 0, ()))
        for each in found.items
    ]
    sort, after = queries.SORTS[listing.sort], found.next_after
    following = sort.cursor(listing.sort_said, Place(*after)) if after else None
    return jsonkit.reply({"items": items, "next": following})


@api.get("/systems.csv")
@needs(Permission.SYSTEM_READ)
@described(
    None,
    Asked(
        "col",
        "Which columns beside id and name; those that the register shows unless told.",
        words=tuple(COLUMNS),
        many=True,
    ),
    Asked("sort", "In the order of which column: name unless told; `-name` from the end."),
    *NARROWING,
    status=(200, 304),
    media=("text/csv",),
)
def systems_csv() -> Response:
    """The same as a table, whole: for spreadsheets and reports that fetch it again and again, and no text in it acts as a formula."""
    listing, problems = queries.listing_from(request.args)
    refuse_if(problems)
    file = io.BytesIO()
    write_found(file, Format.CSV, listing, session(), actor(), day=day_asked())
    return fetched(file.getvalue(), Format.CSV.mimetype, name_of_day("ai-systems", "csv"))


@api.post("/systems")
@needs(Permission.SYSTEM_REGISTER)
@described(
    SystemOut,
    status=201,
    body=SystemIn,
    example={
        "name": "Claims triage",
        "summary": "Sorts claims by how soon a person must look.",
        "unit_id": 3,
        "owner_id": 12,
    },
)
def register() -> Response:
    """Put a system on the register."""
    system = actions.register(session(), actor(), jsonkit.parsed(SystemIn).registration())
    reply = _whole(system, 201)
    reply.headers["Location"] = url_for("systems_api.system", key=system.key)
    return reply


@api.get("/systems/<key>")
@needs(Permission.SYSTEM_READ)
@described(SystemOut, status=(200, 304))
def system(key: str) -> Response:
    """One system with everything stated of it; the ETag is another one whenever any of it is."""
    reply = _whole(queries.by_key(session(), actor(), key))
    reply.make_conditional(request)
    return reply


@api.patch("/systems/<key>")
@needs(Permission.SYSTEM_EDIT)
@described(
    SystemOut,
    body=SystemChange,
    if_match=True,
    example={"intended_use": "To sort claims, not to decide them.", "tags": ["claims"]},
)
def change(key: str) -> Response:
    """Change the given fields of one system, if it still stands as If-Match says it was read."""
    found = queries.by_key(session(), actor(), key, lock=True)
    wanted = jsonkit.parsed(SystemChange)
    jsonkit.expected(jsonkit.etag_of(_body(found)), found.version)
    try:
        if wanted.states or "tags" not in wanted.model_fields_set:
            facts = wanted.applied_to(queries.facts_of(found))
            actions.edit(session(), actor(), found, facts, version=found.version)
    except Conflict as conflict:
        raise Conflict(conflict.says, found.version) from conflict
    if "tags" in wanted.model_fields_set:
        _tag(found, wanted.tags)
    return _whole(found)


def _tag(found: System, wanted: list[str]) -> None:
    """Make the system carry these tags and no others."""
    names = {folded(name) for name in wanted}
    held = annotations.tags_of(session(), [found.id or 0]).get(found.id or 0, [])
    remove = [tag.name for tag in held if tag.folded not in names]
    retag(session(), actor(), found.id or 0, add=wanted, remove=remove)


def _whole(found: System, status: int = 200) -> Response:
    body = _body(found)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))


def _body(found: System) -> dict[str, Any]:
    owner = ownership.owners_of(session(), [found.id or 0]).get(found.id or 0)
    unit = people.unit_paths(session())[found.unit_id]
    tags = annotations.tags_of(session(), [found.id or 0]).get(found.id or 0, [])
    return whole(found, queries.facts_of(found), owner, unit, tags)

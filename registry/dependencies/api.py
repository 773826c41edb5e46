"""GET and POST /systems/<key>/dependencies: what a system relies on and what relies on it."""

from typing import Final

from flask import Blueprint, Response, request

from registry.dependencies import actions, queries
from registry.dependencies.models import Dependency
from registry.dependencies.rules.dependency import DependencyFacts
from registry.dependencies.schemas import DependencyIn, DependencyOut, said
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.describing import PAGED, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("dependencies_api", __name__)

_NAMED: Final = {"other": "system", "freshness": "freshness_minutes"}


@api.get("/systems/<key>/dependencies")
@needs(Permission.SYSTEM_READ)
@described(Page[DependencyOut], *PAGED)
def dependencies(key: str) -> Response:
    """What the system states, and what others you may see state about it: oldest first."""
    system = systems.by_key(session(), actor(), key)
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.lines_page(session(), actor(), system, after=after[0] if after else None, limit=limit)
    owners = people.people_by_id(
        session(), {line.dependency.owner_id for line in page.items if line.dependency.owner_id}
    )
    items = [said(line, owners.get(line.dependency.owner_id or 0)) for line in page.items]
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": items, "next": following})


@api.post("/systems/<key>/dependencies")
@needs(Permission.DEPENDENCY_EDIT)
@described(
    DependencyOut,
    status=201,
    body=DependencyIn,
    example={"direction": "upstream", "service": "Address check", "freshness_minutes": 60},
)
def add(key: str) -> Response:
    """State one more."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.DEPENDENCY_EDIT, system.id)
    sent = jsonkit.parsed(DependencyIn)
    facts = sent.facts(_meant(sent.system))
    line = queries.line_of(session(), actor(), system, _added(system, facts))
    number = line.dependency.owner_id or 0
    return jsonkit.reply(said(line, people.people_by_id(session(), {number}).get(number)), 201)


def _added(system: System, facts: DependencyFacts) -> Dependency:
    try:
        return actions.add_dependency(session(), actor(), system.id or 0, facts)
    except RuleBroken as refused:
        # The page has one field for either end and one for a number with its unit.
        named = [Problem(_NAMED.get(each.field, each.field), each.message) for each in refused.problems]
        raise RuleBroken(named) from refused


def _meant(key: str) -> System | None:
    if not key:
        return None
    try:
        return systems.by_key(session(), actor(), key)
    except NotFound as none:
        raise RuleBroken([Problem("system", "There is no system of this id that you may see.")]) from none

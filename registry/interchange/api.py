"""GET /systems/<key>/catalog-info.yaml: a system as an entity of Backstage's software catalogue."""

from flask import Blueprint, Response, current_app, request

from registry.annotations import queries as annotations
from registry.dependencies import queries as dependencies
from registry.dependencies.rules.dependency import Direction
from registry.interchange.render import to_yaml
from registry.interchange.rules.backstage import Described, entity
from registry.kernel.actor import Permission
from registry.ownership import queries as ownership
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.describing import described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("interchange_api", __name__)


@api.get("/systems/<key>/catalog-info.yaml")
@needs(Permission.SYSTEM_READ)
@described(None, status=(200, 304), media=("application/yaml",))
def catalog_info(key: str) -> Response:
    """One system as an entity of Backstage's catalogue; what it relies on only as far as the token's person may know of it."""
    found = systems.by_key(session(), actor(), key)
    reply = Response(to_yaml(entity(_described(found))), content_type="application/yaml; charset=utf-8")
    reply.add_etag()
    reply.make_conditional(request)
    return reply


def _described(found: System) -> Described:
    number, facts = found.id or 0, systems.facts_of(found)
    owner = ownership.owners_of(session(), [number]).get(number)
    lines = dependencies.lines_of(session(), actor(), found)
    return Described(
        found.key,
        found.name,
        facts.summary,
        found.stage,
        found.tier.value if found.tier else "",
        people.unit_paths(session())[found.unit_id],
        owner.person.email if owner and owner.person else "",
        f"{current_app.config['REGISTRY_BASE_URL'].rstrip('/')}/systems/{found.key}",
        [tag.name for tag in annotations.tags_of(session(), [number]).get(number, [])],
        facts.links,
        [each.other.key for each in lines if each.other and each.direction is Direction.UPSTREAM],
    )

"""GET /frameworks and /frameworks/<id>: what is asked, and what the organisation states of it."""

from flask import Blueprint, Response

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound
from registry.packs import queries
from registry.packs.schemas import FrameworkOut, FrameworkWhole, control_whole, framework_brief
from registry.portfolio.queries import met_by_systems
from registry.web import jsonkit
from registry.web.describing import Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("packs_api", __name__)


@api.get("/frameworks")
@needs(Permission.FRAMEWORK_READ)
@described(Page[FrameworkOut])
def frameworks() -> Response:
    """The frameworks in force today, by title, all at once: there are few."""
    require(actor(), Permission.FRAMEWORK_READ)
    found = queries.frameworks_on(session(), clock.today())
    coverage = queries.coverages(session(), found, met_by_systems(session(), actor()))
    return jsonkit.reply(
        {"items": [framework_brief(pack, coverage[pack.id]) for pack in found], "next": None}
    )


@api.get("/frameworks/<pack_id>")
@needs(Permission.FRAMEWORK_READ)
@described(FrameworkWhole)
def framework(pack_id: str) -> Response:
    """One framework with its controls in the order of the edition in force."""
    require(actor(), Permission.FRAMEWORK_READ)
    found = queries.framework_on(session(), pack_id, clock.today())
    if found is None:
        raise NotFound
    stated = queries.statements(session(), pack_id)
    met = met_by_systems(session(), actor())
    body = framework_brief(found, queries.coverages(session(), [found], met)[pack_id])
    items = [control_whole(control, stated.get(control.id)) for control in found.controls]
    return jsonkit.reply(body | {"items": items})

"""GET /reviews and GET /systems/<key>/reviews. Nothing is submitted, answered, decided or signed by a token."""

from flask import Blueprint, Response, request

from registry.kernel.actor import Permission
from registry.reviews.queries.reviews import Narrowing, reviews_page
from registry.reviews.queries.sorts import SORTS
from registry.reviews.schemas import NARROWING, SORTED, ReviewOut, line_said, narrowing_of
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.sorting import order_asked

api = Blueprint("reviews_api", __name__)


@api.get("/reviews")
@needs(Permission.SYSTEM_READ)
@described(Page[ReviewOut], *PAGED, SORTED, *NARROWING)
def reviews() -> Response:
    """A page of the reviews of systems one may know of, the newest first; those that are not decided where no place is named."""
    return _page(narrowing_of(request.args))


@api.get("/systems/<key>/reviews")
@needs(Permission.SYSTEM_READ)
@described(Page[ReviewOut], *PAGED, SORTED, *NARROWING)
def reviews_of_system(key: str) -> Response:
    """A page of the reviews of one system, the newest first."""
    return _page(narrowing_of(request.args, systems.by_key(session(), actor(), key).id))


def _page(by: Narrowing) -> Response:
    limit, order = jsonkit.page_limit(), order_asked(SORTS)
    before = None if order else parts_of(request.args.get("cursor"), (int,))
    page = reviews_page(
        session(), actor(), by, before=before[0] if before else None, order=order, limit=limit
    )
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [line_said(each) for each in page.items], "next": following})

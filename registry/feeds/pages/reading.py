"""Where programs read: the secret in the address says whose feed it is, and what it holds is what they may know at that moment."""

from hashlib import sha256

from flask import Blueprint, Response, current_app, request

from registry.accounts.queries import actor_for
from registry.audit.queries.revisions import revisions
from registry.feeds import queries
from registry.feeds.models import FeedAddress
from registry.feeds.pages.dates import dates_of
from registry.feeds.pages.happened import entries_of
from registry.feeds.pages.shared import host
from registry.feeds.render import atom, icalendar
from registry.feeds.render.icalendar import Revision
from registry.feeds.rules import Due, FeedKind
from registry.kernel.actor import Actor, Token
from registry.kernel.errors import NotFound
from registry.kernel.scopes import READ_SCOPE
from registry.limits.rules import Budget
from registry.web import limiting
from registry.web.addresses import whole_url
from registry.web.doors import public
from registry.web.flask_app import made_by, request_id, session
from registry.web.security import DOWNLOAD_POLICY

pages = Blueprint("feeds", __name__)

_ETAG = 32


@pages.get("/feeds/<secret>/due.ics")
@public
def calendar(secret: str) -> Response:
    address, who = _opened(secret, FeedKind.CALENDAR)
    due = sorted(dates_of(session(), who), key=lambda each: (f"{each.on:%Y%m%d}", each.uid))
    name = f"Due dates of {who.name}, {current_app.config['ORGANISATION']}"
    return _reply(icalendar.calendar(name, host(), due, _revised(address, due)), icalendar.MEDIA)


@pages.get("/feeds/<secret>/changes.atom")
@public
def changes(secret: str) -> Response:
    address, who = _opened(secret, FeedKind.CHANGES)
    title = f"AI systems of {current_app.config['ORGANISATION']}: what happened"
    about = atom.Feed(address.id or 0, title, host(), whole_url("portfolio.desk"), address.made_at)
    return _reply(atom.feed(about, entries_of(session(), who)), atom.MEDIA)


def _opened(secret: str, kind: FeedKind) -> tuple[FeedAddress, Actor]:
    """The address and whoever it belongs to, who may only read through it. Raises NotFound, and TooManyTries."""
    found = queries.opened(session(), secret, kind)
    if found is None:
        limiting.failed(Budget.TOKEN)
        raise NotFound
    address, person = found
    narrowed = Token(0, frozenset({READ_SCOPE}))
    who = actor_for(session(), person, via=f"feed:{address.id}", request_id=request_id(), token=narrowed)
    made_by(who)
    limiting.spend(Budget.FEED)
    return address, who


def _revised(address: FeedAddress, due: list[Due]) -> dict[str, Revision]:
    """Which revision of itself each duty is: as often as the records it follows from were changed, the first time not counted."""
    known = revisions(session(), {thing for each in due for thing in each.rests_on})
    found = {}
    for each in due:
        told = [known[thing] for thing in each.rests_on if thing in known]
        number = sum(count - 1 for count, _ in told)
        found[each.uid] = Revision(number, max((at for _, at in told), default=address.made_at))
    return found


def _reply(body: bytes, media: str) -> Response:
    reply = Response(body, content_type=f"{media}; charset=utf-8")
    reply.set_etag(sha256(body).hexdigest()[:_ETAG])
    # What is linked to is never told the address.
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    reply.make_conditional(request)
    return reply

"""GET /systems/<key>/card: the canonical facts, or the card in one of the formats that others read."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from registry.cards import queries
from registry.cards.render.exports import FORMS
from registry.cards.rules.canonical import card_json, content_hash
from registry.cards.rules.facts import CardStopped
from registry.cards.rules.schema import PATH
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.systems import queries as systems
from registry.web.describing import Asked, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.refusals import said

api = Blueprint("cards_api", __name__)


@api.errorhandler(CardStopped)
def no_card(stopped: CardStopped) -> ResponseReturnValue:
    """A card that cannot be made is no fault of the request."""
    return said(503, stopped.says)


@api.get("/systems/<key>/card")
@needs(Permission.CARD_READ)
@described(
    {"type": "object", "description": f"card.json: its schema is {PATH}"},
    Asked("format", "A form that others read, in place of card.json.", words=("json", *FORMS)),
    status=(200, 304),
    media=("application/json", *sorted({form.media_type.partition(";")[0] for form in FORMS.values()})),
    refuses=(503,),
)
def card(key: str) -> ResponseReturnValue:
    """The card of one system: card.json byte for byte, its SHA-256 as ETag; with ?format= one of the formats of `FORMS`."""
    wanted = request.args.get("format", "json")
    if wanted != "json" and wanted not in FORMS:
        raise RuleBroken([Problem("format", f"Choose json, {', '.join(FORMS)}.")])
    facts = queries.card_facts(session(), actor(), systems.by_key(session(), actor(), key))
    if wanted in FORMS:
        form = FORMS[wanted]
        return Response(form.make(facts), content_type=form.media_type)
    reply = Response(card_json(facts), mimetype="application/json")
    reply.set_etag(content_hash(facts))
    return reply.make_conditional(request)

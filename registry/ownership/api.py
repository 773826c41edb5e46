"""POST /systems/<key>/handover: offer a system to somebody. Whoever is asked answers in person, never through this door."""

from flask import Blueprint, Response

from registry.kernel.actor import Permission, require
from registry.ownership.actions import offer_handover
from registry.ownership.schemas import OfferIn, OfferOut, offer_out
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("ownership_api", __name__)


@api.post("/systems/<key>/handover")
@needs(Permission.HANDOVER_OFFER)
@described(
    OfferOut, status=201, body=OfferIn, example={"to_id": 12, "reason": "The team moves to Claims in May."}
)
def offer(key: str) -> Response:
    """Offer the accountable seat to somebody; nothing moves until they accept."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.HANDOVER_OFFER, system.id)
    sent = jsonkit.parsed(OfferIn)
    made = offer_handover(session(), actor(), system.id or 0, sent.to_id, sent.reason)
    session().flush()
    return jsonkit.reply(offer_out(made), 201)

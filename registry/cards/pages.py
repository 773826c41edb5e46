"""The card on screen, as PDF and as card.json."""

import logging

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from registry.cards import actions, queries
from registry.cards.render import rendering_hash, shown, to_pdf
from registry.cards.rules.canonical import card_json, content_hash
from registry.cards.rules.facts import CardFacts, CardStopped
from registry.kernel.actor import Permission, may
from registry.kernel.errors import Refusal
from registry.output.pdf import PdfRefused
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, database, session
from registry.web.refusals import said
from registry.web.security import as_download
from registry.web.systemkit import frame

log = logging.getLogger("registry.cards")

pages = Blueprint("cards", __name__)


@pages.errorhandler(CardStopped)
@pages.errorhandler(PdfRefused)
def no_card(refusal: Refusal) -> ResponseReturnValue:
    """A card that cannot be made is no fault of the request: the page says what is amiss."""
    log.warning("no card: %s", refusal.says)
    return said(503, refusal.says)


@pages.get("/systems/<key>/card")
@needs(Permission.CARD_READ)
def show(key: str) -> ResponseReturnValue:
    system, facts = _found(key)
    framed = frame(session(), actor(), system)
    download = {"label": "Download the PDF", "url": url_for(".card_pdf", key=system.key), "icon": "download"}
    may_export = may(actor(), Permission.CARD_EXPORT, system.id)
    return render_template(
        "cards/show.html",
        **framed,
        shown=shown(facts),
        main_action=download if may_export else None,
        facts_url=url_for(".card_facts", key=system.key) if may_export else None,
    )


@pages.get("/systems/<key>/card.pdf")
@needs(Permission.CARD_EXPORT)
def card_pdf(key: str) -> ResponseReturnValue:
    system, facts = _found(key)
    return _download(_pdf(system, facts), "application/pdf", f"{system.key}-card-draft.pdf")


@pages.get("/systems/<key>/card.json")
@needs(Permission.CARD_EXPORT)
def card_facts(key: str) -> ResponseReturnValue:
    system, facts = _found(key)
    return _download(card_json(facts), "application/json", f"{system.key}-card.json")


def _found(key: str) -> tuple[System, CardFacts]:
    system = systems.by_key(session(), actor(), key)
    return system, queries.card_facts(session(), actor(), system)


def _pdf(system: System, facts: CardFacts) -> bytes:
    facts_sha256, rendering_sha256, number = content_hash(facts), rendering_hash(), system.id
    kept = queries.kept_preview(session(), facts_sha256, rendering_sha256)
    if kept is not None:
        return kept
    # Laying out takes seconds and the facts are frozen: the connection goes back for others to use meanwhile.
    session().rollback()
    pdf = to_pdf(facts)
    try:
        with database().transaction() as own:
            actions.keep_preview(
                own, actor(), number, facts_sha256, rendering_sha256=rendering_sha256, pdf=pdf
            )
    except SQLAlchemyError:
        # Another request may have kept the same, or the database may be busy. The PDF is good all the same.
        log.info("the preview of %s was not kept", facts.identity.key, exc_info=True)
    return pdf


def _download(content: bytes, mimetype: str, filename: str) -> Response:
    return as_download(Response(content, mimetype=mimetype), filename)

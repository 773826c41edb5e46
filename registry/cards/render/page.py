"""The printed card: HTML for paper, and the PDF with card.json inside."""

from typing import Final

from registry.cards.render.shown import Shown, shown
from registry.cards.rules.canonical import card_json
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.words import day, line
from registry.kernel.text import shortened
from registry.output.html import render
from registry.output.pdf import Attached, PdfIdentity, Relationship, from_html

TEMPLATE: Final = "cards/card_pdf.html"
ATTACHMENT: Final = "card.json"
_TITLE_LENGTH: Final = 90


def to_html(facts: CardFacts) -> str:
    """The card as the page the PDF engine is given; its stylesheet is css/print.css."""
    card = shown(facts)
    return render(TEMPLATE, shown=card, running=_running(card), status=facts.edition.status)


def to_pdf(facts: CardFacts) -> bytes:
    """The card as PDF/A-3a and PDF/UA-1 with card.json attached. Raises PdfRefused with the reason when it cannot be made.

    The file's date and identifier are those of the record, not of the making: the same facts, software and fonts
    give the same bytes.
    """
    what, card = facts.identity, shown(facts)
    identity = PdfIdentity(
        title=f"{what.key} {line(what.name)}: AI system card, {facts.edition.name}",
        author=line(facts.ownership.unit) or "AI registry",
        subject=line(what.summary) or f"The record of {what.key}",
        language="en",
        created=facts.origin.at,
        identifier=card.card.sha256,
    )
    attached = Attached(
        ATTACHMENT,
        "application/json",
        card_json(facts),
        Relationship.SOURCE,
        f"Everything this card states, as canonical JSON; SHA-256 {card.card.sha256}",
    )
    return from_html(to_html(facts), identity=identity, attachments=[attached])


def _running(card: Shown) -> dict[str, str]:
    """What stands at the edge of every page: name, id with edition, date of the record, hash."""
    what = card.facts.identity
    restricted = "RESTRICTED · " if card.facts.is_restricted else ""
    return {
        "title": restricted + shortened(line(what.name) or what.key, _TITLE_LENGTH),
        "key": f"{what.key} · edition {card.facts.edition.number}, draft",
        "date": f"Record of {day(card.facts.origin.at.date())}",
        "hash": f"SHA-256 {card.card.sha256[:16]}…",
    }

"""The printed card: HTML for paper, and the PDF with card.json inside."""

import re
from datetime import date
from typing import Final

from registry.cards.render.exports import FORMS
from registry.cards.render.sealing import shown_seal
from registry.cards.render.shown import Shown, shown
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.frozen import Frozen, rendering_as_of
from registry.cards.rules.seal import seal_json
from registry.cards.rules.words import day, line
from registry.kernel.canonical import sha256_hex
from registry.kernel.text import shortened
from registry.output.html import render
from registry.output.pdf import Attached, PdfIdentity, Relationship, from_html

TEMPLATE: Final = "cards/card_pdf.html"
ATTACHMENT: Final = "card.json"
SEAL: Final = "seal.json"
CYCLONEDX: Final = "card.cdx.json"
_JSON: Final = "application/json"
_CYCLONEDX: Final = "application/vnd.cyclonedx+json"
_TITLE_LENGTH: Final = 90
_DAY_TOLD: Final = re.compile(r", as of (\d{4}-\d\d-\d\d)\Z", re.ASCII)


def to_html(facts: CardFacts) -> str:
    """The card of the record as it is now, as the page the PDF engine is given; its stylesheet is css/print.css."""
    return document_html(Frozen.draft(facts))


def to_pdf(facts: CardFacts) -> bytes:
    """The card of the record as it is now as PDF, a draft. Raises as edition_pdf does."""
    return edition_pdf(Frozen.draft(facts))


def edition_pdf(frozen: Frozen) -> bytes:
    """The card as PDF/A-3a and PDF/UA-1 with card.json attached. Raises PdfRefused with the reason when it cannot be made.

    The file's date and identifier are those of the record, not of the making: the same facts, software and fonts
    give the same bytes. An edition that was approved has seal.json attached as well.
    """
    page, identity, attached = document_of(frozen)
    return from_html(page, identity=identity, attachments=attached)


def title_of(frozen: Frozen) -> str:
    """The PDF's title: the system, the edition, and where it stood as the file was made."""
    what, named = frozen.facts.identity, frozen.facts.edition.name
    if frozen.state:
        named = f"{named}, {frozen.said}"
    as_of = f", as of {frozen.as_of.isoformat()}" if frozen.as_of else ""
    return f"{what.key} {line(what.name)}: AI system card, {named}{as_of}"


def day_in_title(title: str) -> date | None:
    """The past day that a title says the card is of; None where it says none."""
    found = _DAY_TOLD.search(title)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def document_html(frozen: Frozen) -> str:
    """The page of an edition, or of a draft."""
    card = shown(frozen.facts, frozen.sha256)
    status = frozen.state.watermark if frozen.state else frozen.facts.edition.status
    listed = frozen.facts.since is not None
    sealed = shown_seal(frozen.seal, lists_changes=not listed) if frozen.seal else None
    as_of, running = day(frozen.as_of), _running(card, frozen)
    return render(TEMPLATE, shown=card, running=running, status=status, seal=sealed, as_of=as_of)


def document_of(frozen: Frozen) -> tuple[str, PdfIdentity, list[Attached]]:
    """What a printer makes the PDF of: the page, its identity, what is attached."""
    facts, what = frozen.facts, frozen.facts.identity
    identity = PdfIdentity(
        title=title_of(frozen),
        author=line(facts.ownership.unit) or "AI registry",
        subject=line(what.summary) or f"The record of {what.key}",
        language="en",
        created=facts.origin.at,
        # Of one record there is a print for each day it stood so.
        identifier=rendering_as_of(frozen.sha256, frozen.as_of),
    )
    says = f"Everything this card states, as canonical JSON; SHA-256 {frozen.sha256}"
    attached = [Attached(ATTACHMENT, _JSON, frozen.written, Relationship.SOURCE, says)]
    if frozen.seal is not None:
        written = seal_json(frozen.seal)
        says = (
            f"Who approved it and the proof in the ledger, as canonical JSON; SHA-256 {sha256_hex(written)}"
        )
        attached.append(Attached(SEAL, _JSON, written, Relationship.SUPPLEMENT, says))
    if frozen.state is not None:
        described = FORMS["cyclonedx"].make(facts)
        says = f"The system as a CycloneDX 1.6 ML-BOM; SHA-256 {sha256_hex(described)}"
        attached.append(Attached(CYCLONEDX, _CYCLONEDX, described, Relationship.DATA, says))
    return document_html(frozen), identity, attached


def _running(card: Shown, frozen: Frozen) -> dict[str, str]:
    """What stands at the edge of every page: name, id with edition, date of the record and the past day it is of, hash."""
    what, number = card.facts.identity, card.facts.edition.number
    restricted = "RESTRICTED · " if card.facts.is_restricted else ""
    as_of = f", as of {day(frozen.as_of)}" if frozen.as_of else ""
    return {
        "title": restricted + shortened(line(what.name) or what.key, _TITLE_LENGTH),
        "key": f"{what.key} · {f'edition {number}, ' if number else ''}{frozen.said}",
        "date": f"Record of {day(card.facts.origin.at.date())}{as_of}",
        "hash": f"SHA-256 {card.card.sha256[:16]}…",
    }

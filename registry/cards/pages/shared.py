"""What the pages of cards share: the blueprint, what is said where no card can be made, the password given again."""

import logging
from typing import Final, TypeVar

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from registry.cards.rules.facts import CardStopped
from registry.kernel.errors import Refusal
from registry.output.at_once import AtOnce
from registry.output.pdf import PdfRefused
from registry.web.refusals import said
from registry.web.security import as_download

Done = TypeVar("Done")

LAYING_OUT: Final = AtOnce(
    2, "Other cards are being laid out just now. Ask for this one again in ten seconds.", again_after=10
)
"""Of the threads of a server so many lay out cards for who waits for them, of which each may take twenty seconds."""

log = logging.getLogger("registry.cards")

pages = Blueprint("cards", __name__)


@pages.errorhandler(CardStopped)
@pages.errorhandler(PdfRefused)
def no_card(refusal: Refusal) -> ResponseReturnValue:
    """A card that cannot be made is no fault of the request: the page says what is amiss."""
    log.warning("no card: %s", refusal.says)
    return said(503, refusal.says)


def download(content: bytes, media_type: str, filename: str) -> Response:
    """The bytes as an attachment; the media type with its parameters, as it is sent."""
    return as_download(Response(content, content_type=media_type), filename)

"""What the pages of cards share: the blueprint, what is said where no card can be made, the password given again."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from registry.accounts.actions import confirm_identity
from registry.accounts.queries import confirmed_at
from registry.accounts.rules import is_confirmed
from registry.cards.rules.facts import CardStopped
from registry.kernel import clock
from registry.kernel.errors import Refusal
from registry.output.pdf import PdfRefused
from registry.web import confirming
from registry.web.confirming import browser_secret
from registry.web.flask_app import actor, session
from registry.web.refusals import said
from registry.web.security import as_download

Done = TypeVar("Done")

log = logging.getLogger("registry.cards")

pages = Blueprint("cards", __name__)


@pages.errorhandler(CardStopped)
@pages.errorhandler(PdfRefused)
def no_card(refusal: Refusal) -> ResponseReturnValue:
    """A card that cannot be made is no fault of the request: the page says what is amiss."""
    log.warning("no card: %s", refusal.says)
    return said(503, refusal.says)


def bound(form: Any, act: Callable[[datetime], Done]) -> Done | None:
    """Carry out what binds, with the instant the password was given again; asks for it where that is too long ago."""
    given = confirmed_at(session(), browser_secret())
    return confirming.bound(
        form,
        act,
        given=given if is_confirmed(given, clock.now()) else None,
        confirm=lambda password: confirm_identity(session(), actor(), browser_secret(), password),
    )


def download(content: bytes, mimetype: str, filename: str) -> Response:
    """The bytes as an attachment."""
    return as_download(Response(content, mimetype=mimetype), filename)

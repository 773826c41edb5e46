"""press_of(): what documents are made with in this installation."""

from pathlib import Path
from typing import Protocol

from registry.cards.render.page import edition_pdf
from registry.cards.render.rendering import rendering_hash
from registry.cards.render.signing import OwnKey, signing_with
from registry.cards.rules.frozen import Press


class Installation(Protocol):
    """The part of the settings a press is made from."""

    @property
    def signing_key(self) -> Path:
        """The file of the ledger's own key."""

    @property
    def ledger_origin(self) -> str:
        """What the ledger is called."""

    @property
    def base_url(self) -> str:
        """Where readers reach the registry."""

    @property
    def card_key_file(self) -> Path | None:
        """The organisation's key for the PDFs themselves, where it has given one."""

    @property
    def card_key_password_file(self) -> Path | None:
        """What opens that key."""

    @property
    def timestamp_url(self) -> str:
        """Who says when a PDF was signed; "" for nobody."""


def press_of(settings: Installation) -> Press:
    """The press that signs with the ledger's key and, where the organisation has given one, with its own."""
    key = settings.card_key_file
    own = OwnKey(key, settings.card_key_password_file, settings.timestamp_url) if key else None
    return Press(
        settings.signing_key,
        settings.ledger_origin,
        settings.base_url,
        edition_pdf,
        rendering_hash(),
        signing_with(own),
    )

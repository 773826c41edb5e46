"""press_of(): what documents are made with in this installation."""

from pathlib import Path

from registry.cards.render.page import edition_pdf
from registry.cards.render.rendering import rendering_hash
from registry.cards.render.signing import OwnKey, signing_with
from registry.cards.rules.frozen import Press


def press_of(key: Path, origin: str, base_url: str, own: OwnKey | None = None) -> Press:
    """The press that signs with the key in this file, for the ledger of that name, for who reaches us at this address.

    `own` is the organisation's key for the PDFs themselves, where it has given one.
    """
    return Press(key, origin, base_url, edition_pdf, rendering_hash(), signing_with(own))


def own_key(file: Path | None, password_file: Path | None, timestamps: str) -> OwnKey | None:
    """The organisation's key as the settings name it, or None."""
    return OwnKey(file, password_file, timestamps) if file else None

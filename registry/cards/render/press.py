"""press_of(): what documents are made with in this installation."""

from pathlib import Path

from registry.cards.render.page import edition_pdf
from registry.cards.render.rendering import rendering_hash
from registry.cards.rules.frozen import Press


def press_of(key: Path, origin: str, base_url: str) -> Press:
    """The press that signs with the key in this file, for the ledger of that name, for who reaches us at this address."""
    return Press(key, origin, base_url, edition_pdf, rendering_hash())

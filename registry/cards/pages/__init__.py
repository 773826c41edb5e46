"""The pages of cards: the draft, its editions, many of them as one file, and the check of a file that was handed in."""

from registry.cards.pages import bundles, card, editions, verifying  # noqa: F401 - each adds its own to them
from registry.cards.pages.shared import pages

__all__ = ["pages"]

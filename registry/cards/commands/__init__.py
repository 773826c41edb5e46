"""registry card: the cards of systems, made, checked, gathered and read in."""

from registry.cards.commands import bulk, importing, one
from registry.cards.commands.shared import card

__all__ = ["bulk", "card", "importing", "one"]

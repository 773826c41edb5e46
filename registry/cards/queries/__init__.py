"""What a card states, read from the register; and the previews that are kept."""

from registry.cards.queries.gathering import card_facts
from registry.cards.queries.previews import kept_preview, preview_sizes

__all__ = ["card_facts", "kept_preview", "preview_sizes"]

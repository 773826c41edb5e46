"""Putting a card forward, deciding on it, issuing it; keeping a finished PDF for a while."""

from registry.cards.actions.previews import MOST_KEPT_BYTES, keep_preview

__all__ = ["MOST_KEPT_BYTES", "keep_preview"]

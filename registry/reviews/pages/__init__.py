"""The queue; one review with its checklist and decision; what stands of a system; attesting, signing and waiving."""

from registry.reviews.pages import compliance, deciding, one, queue, steps, waivers
from registry.reviews.pages.shared import pages

__all__ = ["compliance", "deciding", "one", "pages", "queue", "steps", "waivers"]

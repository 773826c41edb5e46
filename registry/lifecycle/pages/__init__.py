"""The gate of a system and its stages; stopping it and letting it go on; what it may decide by itself."""

from registry.lifecycle.pages import autonomy, gate, stopping
from registry.lifecycle.pages.shared import pages

__all__ = ["autonomy", "gate", "pages", "stopping"]

"""One's own passkeys, the sign-in by one, and saying by one who one is."""

from registry.passkeys.pages import keeping, proving
from registry.passkeys.pages.proving import BESIDE
from registry.passkeys.pages.shared import pages, terms_of

__all__ = ["BESIDE", "keeping", "pages", "proving", "terms_of"]

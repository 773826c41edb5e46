"""The log, filtered; one entry with its hashes; what verification last found, and the checkpoints to take away."""

from registry.audit.pages import log, one, verifying
from registry.audit.pages.shared import pages

__all__ = ["log", "one", "pages", "verifying"]

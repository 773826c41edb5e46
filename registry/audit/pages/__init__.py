"""The log, filtered; one entry with its hashes, and its erasure; what verification last found, and the checkpoints to take away."""

from registry.audit.pages import erasing, log, one, verifying
from registry.audit.pages.shared import pages

__all__ = ["erasing", "log", "one", "pages", "verifying"]

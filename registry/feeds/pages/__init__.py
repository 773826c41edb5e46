"""What programs read at somebody's own addresses: their calendar of due dates, and what happened on systems they may see."""

from registry.feeds.pages.reading import pages

__all__ = ["pages"]

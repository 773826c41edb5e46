"""What a system relies on and what relies on it; one dependency with its tests; what a change touches; settling."""

from registry.dependencies.pages import one, reconsider, touches
from registry.dependencies.pages.system import pages

__all__ = ["one", "pages", "reconsider", "touches"]

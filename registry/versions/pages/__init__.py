"""The versions of a system; one version; approving, putting live and withdrawing it; two of them compared."""

from registry.versions.pages import comparing, moves, version
from registry.versions.pages.system import pages

__all__ = ["comparing", "moves", "pages", "version"]

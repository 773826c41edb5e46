"""How a system is classified and was; the questions, section by section; what another edition would change."""

from registry.classification.pages import changes, wizard
from registry.classification.pages.system import pages

__all__ = ["changes", "pages", "wizard"]

"""The public door and the answer behind it; a system's feedback and the inbox across systems; sorting and answering."""

from registry.feedback.pages import keeping, lists, one
from registry.feedback.pages.public import pages

__all__ = ["keeping", "lists", "one", "pages"]

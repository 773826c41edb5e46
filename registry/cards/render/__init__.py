"""A card as HTML, PDF and Markdown, from its frozen facts alone: for a page, a command or a job."""

from registry.cards.render.markdown import to_markdown
from registry.cards.render.page import document_of, edition_pdf, to_html, to_pdf
from registry.cards.render.rendering import rendering_hash
from registry.cards.render.shown import Shown, shown

__all__ = [
    "Shown",
    "document_of",
    "edition_pdf",
    "rendering_hash",
    "shown",
    "to_html",
    "to_markdown",
    "to_pdf",
]

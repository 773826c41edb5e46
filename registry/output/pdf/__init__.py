"""HTML to PDF/A-3a and PDF/UA-1 in a limited child process that fetches nothing from outside."""

from collections.abc import Sequence

from registry.output.pdf.document import Attached, Limits, PdfIdentity, PdfRefused, Relationship, programs_of
from registry.output.pdf.printer import Printed, Printer

__all__ = [
    "Attached",
    "Limits",
    "PdfIdentity",
    "PdfRefused",
    "Printed",
    "Printer",
    "Relationship",
    "from_html",
    "programs_of",
]


def from_html(
    html: str, *, identity: PdfIdentity, attachments: Sequence[Attached] = (), limits: Limits | None = None
) -> bytes:
    """The page as a PDF, laid out with the packaged print stylesheet in a child started for it alone.

    The same page, identity, attachments, software and fonts give the same bytes, in any process. Raises PdfRefused,
    whose message says why and what to do, when the document is too large, takes too long, or PDFs cannot be made on
    this machine; ValueError for a mistake in the identity or the attachments.
    """
    with Printer(limits, renders_per_child=1) as printer:
        return printer.make(html, identity=identity, attachments=attachments).pdf

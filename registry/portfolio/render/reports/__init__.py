"""The reports on paper and as a workbook, from the same tables."""

from registry.portfolio.render.reports.paper import board_pdf, document_of, full_pdf
from registry.portfolio.render.reports.workbook import to_workbook

__all__ = ["board_pdf", "document_of", "full_pdf", "to_workbook"]

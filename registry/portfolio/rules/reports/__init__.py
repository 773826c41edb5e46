"""The reports on the portfolio: which there are, for whom and of which period; and the tables they are made of."""

from registry.portfolio.rules.reports.shapes import Column, Frame, Held, Measure, Report, Table
from registry.portfolio.rules.reports.tables import tables_of

__all__ = ["Column", "Frame", "Held", "Measure", "Report", "Table", "tables_of"]

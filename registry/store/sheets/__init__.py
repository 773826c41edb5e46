"""A file to rows: CSV, XLSX, XLS, ODS, JSON, JSON lines and YAML, whatever the encoding and wherever the headings."""

from registry.store.sheets.reading import read
from registry.store.sheets.shapes import Limits, Row, Sheet, SheetRefused, Trouble

__all__ = ["Limits", "Row", "Sheet", "SheetRefused", "Trouble", "read"]

"""A file whose name says it is of another kind than its bytes are."""

from collections.abc import Mapping
from typing import Final

from registry.store.sheets.shapes import Sheet

_SHEETS: Final[Mapping[str, str]] = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xltx": "xlsx",
    ".xlsb": "xlsb",
    ".xls": "xls",
    ".ods": "ods",
}
_TEXTS: Final = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".psv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml"}
)
_DOCUMENTS: Final[Mapping[str, str]] = {"json": "JSON", "jsonl": "JSON lines", "yaml": "YAML"}


def misnamed(suffix: str, sheet: Sheet) -> tuple[str, ...]:
    """A sentence for a workbook named as text, text named as a workbook, or one kind of workbook named as another.

    Such a file is read by what it holds. Whoever chose it may have meant another, so they are told. `suffix` is the end
    of the name in small letters.
    """
    is_workbook = sheet.kind in _SHEETS.values()
    if _SHEETS.get(suffix, sheet.kind) == sheet.kind and not (suffix in _TEXTS and is_workbook):
        return ()
    if is_workbook:
        return (
            f"The file is named {suffix}, but it is a workbook ({sheet.kind.upper()}) and is read as one.",
        )
    return (f"The file is named {suffix}, but it is no workbook. It is {_said(sheet)} and is read as that.",)


def _said(sheet: Sheet) -> str:
    if sheet.kind in _DOCUMENTS:
        return f"text in {_DOCUMENTS[sheet.kind]}"
    return f"plain text with a {sheet.dialect} between the cells"

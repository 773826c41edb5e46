"""Which tool a report is of, by what it holds and, where that says nothing, by its name"""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final

from registry.kernel.text import listed
from registry.monitoring.rules.reports import evidently, great_expectations, mlflow, prometheus
from registry.monitoring.rules.reports.loading import fields_of, items_of, loaded, text_in
from registry.monitoring.rules.reports.shapes import Kind, Report, ReportRefused

_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".ods"})
_ARCHIVE: Final = b"PK\x03\x04"
_READERS: Final[dict[Kind, Callable[[bytes, datetime | None], Report]]] = {
    Kind.EVIDENTLY: evidently.read,
    Kind.GREAT_EXPECTATIONS: great_expectations.read,
    Kind.MLFLOW: mlflow.read,
    Kind.PROMETHEUS: prometheus.read,
}
_TOOLS: Final = ("a report of Evidently", "of Great Expectations", "of MLflow", "of Prometheus", "a table")


def recognise(data: bytes, name: str = "") -> Kind:
    """The kind of report these bytes are; `name` is the file's, where there is one.

    Raises ReportRefused, saying what it is instead as far as that can be seen.
    """
    suffix = PurePath(name).suffix.lower()
    if data.startswith(_ARCHIVE) or suffix in _TABLES:
        return Kind.TABLE
    text = text_in(data)
    if text.lstrip()[:1] in {"{", "["} or suffix == ".json":
        return _of_document(loaded(data))
    if prometheus.is_prometheus(text):
        return Kind.PROMETHEUS
    raise ReportRefused(f"Nothing in this says which tool made it. It can be {listed(_TOOLS, 'or')}.")


def read_report(data: bytes, name: str = "", made_at: datetime | None = None) -> Report:
    """The numbers of a report by whichever tool; `made_at` serves where it tells no time itself.

    Raises ReportRefused as the readers do, and for a table: its cells are read by `tabular` once they are rows.
    """
    kind = recognise(data, name)
    if kind is Kind.TABLE:
        raise ReportRefused("This is a table. Its columns are chosen before it is read.")
    return _READERS[kind](data, made_at)


def _of_document(document: Any) -> Kind:
    for kind, holds in (
        (Kind.EVIDENTLY, evidently.is_evidently),
        (Kind.GREAT_EXPECTATIONS, great_expectations.is_great_expectations),
        (Kind.MLFLOW, mlflow.is_mlflow),
    ):
        if holds(document):
            return kind
    if {"passed", "failed"} <= fields_of(next(iter(items_of(document)), None)).keys():
        raise ReportRefused(
            "These are results of whylogs constraints, which say passed or failed and hold no numbers to follow."
        )
    raise ReportRefused(f"This JSON is no report that is known here. It can be {listed(_TOOLS, 'or')}.")

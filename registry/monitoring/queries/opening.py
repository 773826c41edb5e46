"""A file that holds readings, opened: our own JSON or JSON lines, a table, or the report of another tool."""

from datetime import datetime
from pathlib import PurePath

from sqlmodel import Session

from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.rules.decoding import Batch, batch_of, batch_of_lines
from registry.monitoring.rules.reports import tabular
from registry.monitoring.rules.reports.loading import fields_of, loaded
from registry.monitoring.rules.reports.matching import Matched, matched
from registry.monitoring.rules.reports.recognising import read_report, recognise
from registry.monitoring.rules.reports.shapes import Kind, Remark, Report, ReportRefused, Taking
from registry.objectives.queries import metrics_of
from registry.store.sheets import Limits, SheetRefused, read

_LINES = frozenset({".jsonl", ".ndjson"})


def batch_in(
    session: Session, system_id: int, data: bytes, name: str, at: datetime, *, source: str = ""
) -> tuple[Batch, tuple[Remark, ...]]:
    """The readings in a file, for the metrics of this system, and what of it was not taken and why.

    `at` is when a number holds where the file does not say. Raises RuleBroken for a file that is not read or that
    holds nothing for this system.
    """
    if PurePath(name).suffix.lower() in _LINES:
        return batch_of_lines(data, source=source), ()
    try:
        if _is_ours(data, name):
            batch = batch_of(data)
            return Batch(batch.version, source or batch.source, batch.supersedes, batch.points), ()
        report = _report(data, name, at)
    except (ReportRefused, SheetRefused) as refused:
        raise RuleBroken([Problem("file", refused.says)]) from refused
    found = matched(report, [metric.slug for metric in metrics_of(session, system_id)], at)
    if not found.points:
        raise RuleBroken([Problem("file", f"Nothing in it could be taken. {_why(found)}".strip())])
    return Batch("", source or report.kind.value.replace("_", " "), "", found.points), found.remarks


def _is_ours(data: bytes, name: str) -> bool:
    if PurePath(name).suffix.lower() not in {"", ".json"} or data.lstrip()[:1] != b"{":
        return False
    return "snapshots" in fields_of(loaded(data))


def _report(data: bytes, name: str, at: datetime) -> Report:
    if recognise(data, name) is not Kind.TABLE:
        return read_report(data, name, at)
    opened, left = read(data, name, limits=Limits()), Taking()
    rows = []
    for row in opened.rows:
        if row.refused:
            left.leave("The row cannot be read.", f"row {row.number}")
        else:
            rows.append(row.cells)
    report = tabular.read(rows, at)
    return Report(
        report.kind, report.made_at, report.points, (*report.remarks, *left.report(Kind.TABLE, None).remarks)
    )


def _why(found: Matched) -> str:
    return " ".join(f"{each.says} ({each.count:,}: {', '.join(each.examples)})" for each in found.remarks[:5])

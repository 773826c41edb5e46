"""Readings in the rows of a table, under the headings people give them"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from registry.kernel.text import listed
from registry.monitoring.rules.fields import MOST_CASES, instant_of, named
from registry.monitoring.rules.reports.shapes import Kind, Report, ReportPoint, ReportRefused, Taking

_HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "metric": ("metric", "metric name", "metric key", "measure", "kpi", "name"),
    "window_end": (
        "window end", "end", "period end", "end date", "to", "until", "timestamp", "time", "at", "as of", "date", "day",
    ),
    "window_start": ("window start", "start", "period start", "start date", "from", "since"),
    "value": ("value", "metric value", "result", "reading", "score"),
    "n": ("n", "count", "cases", "sample size", "samples", "support"),
    "low": ("low", "lower", "lower bound", "ci low", "ci lower", "low bound"),
    "high": ("high", "upper", "upper bound", "ci high", "ci upper", "high bound"),
    "key": ("key", "id", "reading id", "run", "run id"),
}  # fmt: skip
_NEEDED: Final = ("metric", "window_end", "value")
_FIELD_OF: Final = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?", re.ASCII)
_BLANK: Final = frozenset({"", "-", "n/a", "na", "null", "none"})

_NOT_READ: Final = "There is no such field of a reading, so the column was not read."
_EMPTY: Final = "The row is empty."
_LACKS: Final = "The row lacks its metric, its value or its time."
_NO_NUMBER: Final = "The number cannot be read. Write it as 0.912, with a point and without a unit."
_NO_TIME: Final = "The time cannot be read. Write it as 2026-11-02 or 2026-11-02T08:00:00Z."
_NO_CASES: Final = "The number of cases is not a whole number."
_ZONE_GIVEN: Final = "The time states no zone; it was taken as one in {zone}."
_BACKWARDS: Final = "The window begins after it ends, or the lower end lies above the upper."


class _Unreadable(Exception):
    """A cell that cannot be read; says why its row is left out."""


def read(rows: Iterable[Mapping[str, str]], made_at: datetime | None = None, zone: tzinfo = UTC) -> Report:
    """The readings in rows of cells by heading; `group.site` and the like hold what group a reading is about.

    A time without its zone is one in `zone`; a bare day begins a window at its beginning and ends one at its end.
    Raises ReportRefused when the headings do not say where metric, time and value are.
    """
    taking = Taking()
    columns: dict[str, str] | None = None
    for number, row in enumerate(rows, 1):
        if columns is None:
            columns = _columns(row, taking)
        if all(_blank(cell) for cell in row.values()):
            taking.leave(_EMPTY, f"row {number}")
            continue
        try:
            _take(taking, row, columns, zone)
        except _Unreadable as unreadable:
            taking.leave(str(unreadable), f"row {number}")
    if columns is None:
        raise ReportRefused("The table has no rows.")
    return taking.report(Kind.TABLE, made_at)


def _columns(row: Mapping[str, str], taking: Taking) -> dict[str, str]:
    """The headings to read, each with the field it stands for. An exact name goes before its other spellings."""
    columns: dict[str, str] = {}
    for field, headings in _HEADINGS.items():
        for spelling in headings:
            found = [heading for heading in row if _plain(heading) == spelling]
            if len(found) > 1:
                raise ReportRefused(
                    f"The columns {listed([named(each) for each in found])} say the same. Keep one."
                )
            if found and field not in columns.values():
                columns[found[0]] = field
    lacking = [field for field in _NEEDED if field not in columns.values()]
    if lacking:
        raise ReportRefused(
            f"The table lacks {'a column' if len(lacking) == 1 else 'columns'} named {listed(lacking)}. "
            f"It has {listed([named(heading) for heading in [*row][:12]]) or 'no columns'}."
        )
    for heading in row:
        if re.match(r"group[. ]", _plain(heading)):
            group = f"group.{heading.strip()[6:].strip()}"
            if group in columns.values():
                raise ReportRefused(f"Two columns are named {named(group)}. Keep one.")
            columns[heading] = group
        elif heading not in columns:
            taking.leave(_NOT_READ, heading)
    return columns


def _take(taking: Taking, row: Mapping[str, str], columns: Mapping[str, str], zone: tzinfo) -> None:
    cells = {
        field: cell.strip()
        for heading, field in columns.items()
        if not _blank(cell := row.get(heading) or "")
    }
    if any(field not in cells for field in _NEEDED):
        raise _Unreadable(_LACKS)
    name = cells["metric"]
    numbers = {field: _number(cells[field]) for field in ("value", "low", "high") if field in cells}
    end = _instant(cells["window_end"], zone, taking, name, timedelta(days=1))
    start = _instant(cells["window_start"], zone, taking, name) if "window_start" in cells else None
    low, high = numbers.get("low"), numbers.get("high")
    if (start and start > end) or (low is not None and high is not None and low > high):
        raise _Unreadable(_BACKWARDS)
    recordable = {field: taking.number(name, number) for field, number in numbers.items()}
    if None in recordable.values():
        return
    value = recordable["value"] or Decimal(0)
    labels = tuple((field[6:], cell) for field, cell in cells.items() if field.startswith("group."))
    taking.add(
        ReportPoint(
            name,
            value,
            end,
            _cases(cells["n"]) if "n" in cells else None,
            labels,
            start,
            recordable.get("low"),
            recordable.get("high"),
            cells.get("key", ""),
        )
    )


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[_\-]+", " ", heading).lower().split())


def _blank(cell: str | None) -> bool:
    return not cell or cell.strip().lower() in _BLANK


def _number(cell: str) -> Decimal:
    if cell.lower() in {"nan", "inf", "+inf", "-inf", "infinity", "-infinity"}:
        return Decimal(cell)
    if not _NUMBER.fullmatch(cell):
        raise _Unreadable(_NO_NUMBER)
    return Decimal(cell)


def _cases(cell: str) -> int:
    # A spreadsheet keeps every number as a fraction, and writes 5000 as 5000.0.
    number = _NUMBER.fullmatch(cell) and Decimal(cell)
    if (
        not isinstance(number, Decimal)
        or not 0 <= number <= MOST_CASES
        or number != number.to_integral_value()
    ):
        raise _Unreadable(_NO_CASES)
    return int(number)


def _instant(cell: str, zone: tzinfo, taking: Taking, name: str, day: timedelta = timedelta()) -> datetime:
    read = instant_of(cell)
    if isinstance(read, datetime):
        return read
    try:
        if _DAY.fullmatch(cell):
            local = datetime.fromisoformat(cell).replace(tzinfo=zone) + day
        elif _LOCAL.fullmatch(cell):
            local = datetime.fromisoformat(cell).replace(tzinfo=zone)
        else:
            raise _Unreadable(_NO_TIME)
        taking.leave(_ZONE_GIVEN.format(zone=zone), name)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Unreadable(_NO_TIME) from None

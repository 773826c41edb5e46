"""Workbooks of several sheets with typed cells, from which nothing is ever calculated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any, Final

from xlsxwriter import Workbook

Value = str | int | float | Decimal | date | timedelta | None

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}
_NARROW, _WIDE = 12, 60


class Shape(StrEnum):
    """How the numbers of a column are shown; the cell keeps them whole."""

    TEXT = "@"
    COUNT = "#,##0"
    AMOUNT = "#,##0.00"
    SHARE = "0.0%"
    SPAN = "[h]:mm"
    DAY = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name (at most 31 characters), the headings with the shape of what is below them, and the rows.

    Text in a column of numbers says why there is none.
    """

    name: str
    columns: Sequence[tuple[str, Shape]]
    rows: Sequence[Sequence[Value]]


def write_book(file: IO[bytes], sheets: Sequence[Sheet], *, title: str, created: datetime) -> None:
    """Write the sheets, each with a heading row that stays in view. The same sheets and date give the same bytes.

    Text stays text: it never becomes a formula, a number or a link. A span of time is written in days, as spreadsheets keep it.
    """
    with Workbook(file, _OPTIONS) as book:
        book.set_properties(
            {"title": title, "author": "AI registry", "created": created.astimezone(UTC).replace(tzinfo=None)}
        )
        shapes = {each: book.add_format({"num_format": each.value, "valign": "top"}) for each in Shape}
        wraps = book.add_format({"text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, shapes, (wraps, bold))


def _write(page: Any, sheet: Sheet, shapes: dict[Shape, Any], text: tuple[Any, Any]) -> None:
    wraps, bold = text
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for place, (heading, shape) in enumerate(sheet.columns):
        page.write_string(0, place, heading, bold)
        texts = (row[place] for row in sheet.rows)
        lengths = [len(each) for each in texts if isinstance(each, str)]
        longest = max([len(heading) if shape is Shape.TEXT else 0, *lengths], default=0)
        page.set_column(place, place, min(max(longest + 2, _NARROW), _WIDE))
        for number, row in enumerate(sheet.rows, start=1):
            _put(page, (number, place), row[place], shapes[shape], wraps)


def _put(page: Any, at: tuple[int, int], value: Value, shape: Any, wraps: Any) -> None:
    if isinstance(value, str):
        page.write_string(*at, value, wraps)
    elif isinstance(value, timedelta):
        page.write_number(*at, value / timedelta(days=1), shape)
    elif isinstance(value, date):
        page.write_datetime(*at, value, shape)
    elif value is not None:
        page.write_number(*at, float(value) if isinstance(value, Decimal) else value, shape)

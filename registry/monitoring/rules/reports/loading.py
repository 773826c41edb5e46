"""JSON as other tools write it: NaN and infinity are let in to be counted, what cannot be read is refused with its place"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from registry.monitoring.rules.reports.shapes import ReportRefused

MOST_BYTES: Final = 32 * 1024 * 1024
_MOST_VALUES: Final = 3_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def text_in(data: bytes) -> str:
    """The text of a report. Raises ReportRefused for what is too large, no UTF-8, or a web page."""
    if len(data) > MOST_BYTES:
        raise ReportRefused(f"The report is larger than {MOST_BYTES // 1024 // 1024} MiB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportRefused(
            f"The report is not UTF-8: byte {error.start + 1:,} belongs to no character."
        ) from None
    if text.lstrip()[:1] == "<":
        raise ReportRefused(
            "This is a web page or XML and no report. A server answers so when the address is wrong or nobody is signed in."
        )
    return text


def loaded(data: bytes) -> Any:
    """The decoded JSON, its fractions exact decimals. Raises ReportRefused with the place where it breaks off."""
    text = text_in(data)
    if not text.strip():
        raise ReportRefused("The report is empty.")
    if text.count(",") + text.count("[") + text.count("{") > _MOST_VALUES:
        raise ReportRefused(f"The report holds more than {_MOST_VALUES:,} values.")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ReportRefused(
            f"The report is broken JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    except RecursionError:
        raise ReportRefused("The JSON of the report is nested far too deeply.") from None
    except ValueError as error:
        raise ReportRefused(f"The JSON of the report cannot be read: {error}.") from None


def fields_of(value: object) -> dict[str, Any]:
    """The value if it is an object, else one without fields: whatever a report lacks, it lacks quietly."""
    return value if isinstance(value, dict) else {}


def items_of(value: object) -> list[Any]:
    """The value if it is a list, else one without items."""
    return value if isinstance(value, list) else []


def words_in(value: object) -> str:
    """The value if it is text, else none."""
    return value if isinstance(value, str) else ""


def instant_in(value: object) -> datetime | None:
    """The instant in a text such as 2026-11-02T00:00:00Z or 20261102T000000.000000Z; None without a zone."""
    try:
        read = datetime.fromisoformat(words_in(value))
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def instant_at(milliseconds: object) -> datetime | None:
    """The instant so many milliseconds after 1970 began, also where they are written as text."""
    if isinstance(milliseconds, str) and milliseconds.isascii() and milliseconds.isdigit():
        milliseconds = int(milliseconds[:20])
    if type(milliseconds) is not int:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        # An exponent of twenty digits: what it means is as good as infinite, or as nothing.
        return Decimal("Infinity" if "-" not in text[1:] else 0)


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= 20 else _number(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("one object states the same field twice")
    return found


_DECODER: Final = json.JSONDecoder(
    parse_float=_number, parse_int=_whole, parse_constant=Decimal, object_pairs_hook=_object
)

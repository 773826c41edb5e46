"""What reading a report gives: its numbers under the names the tool gave them, and what was not taken and why"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Refusal
from registry.kernel.text import clean
from registry.monitoring.rules.fields import LONGEST_NUMBER, MOST_CASES, MOST_WHOLE_DIGITS, named

MOST_POINTS: Final = 100_000
LONGEST_NAME: Final = 200
_MOST_EXAMPLES: Final = 3
_WIDE: Final = Context(prec=2 * LONGEST_NUMBER)


class Kind(StrEnum):
    """Which tool made a report."""

    EVIDENTLY = "evidently"
    GREAT_EXPECTATIONS = "great_expectations"
    MLFLOW = "mlflow"
    PROMETHEUS = "prometheus"
    TABLE = "table"


class ReportRefused(Refusal):
    """A whole report that is not read; `says` tells what it is instead and what to do."""


@dataclass(frozen=True, slots=True)
class ReportPoint:
    """One number of a report, under the name the tool gave it.

    `at` is the end of its window in UTC, None where the report does not say; `start` its beginning, None for a
    number of one moment; `labels` tell apart numbers of one name, sorted; `n` counts the cases behind the number;
    `key` is the tool's own for this number, "" where it has none.
    """

    name: str
    value: Decimal
    at: datetime | None = None
    n: int | None = None
    labels: tuple[tuple[str, str], ...] = ()
    start: datetime | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Why something was not taken as it stands, how often, and where it was met first."""

    says: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What one report holds. `made_at` is when the tool made it, in UTC; None where it does not say."""

    kind: Kind
    made_at: datetime | None
    points: tuple[ReportPoint, ...]
    remarks: tuple[Remark, ...]


NOT_A_NUMBER: Final = "It is not a single number."
IS_NAN: Final = "It is NaN: the tool had nothing to compute it from."
IS_INFINITE: Final = "It is infinite."
IS_TOO_LARGE: Final = f"It has more than {MOST_WHOLE_DIGITS} digits before the point."
IS_ROUNDED: Final = f"It was taken, rounded to the {LONGEST_NUMBER} characters a number may take."
IS_MISNAMED: Final = f"Its name or a label is longer than {LONGEST_NAME} characters, or cannot be stored."


class Taking:
    """Takes the numbers of a report one by one and counts what it leaves out."""

    def __init__(self) -> None:
        self._points: list[ReportPoint] = []
        self._left: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def leave(self, says: str, name: str, count: int = 1) -> None:
        """Count something as left out, or as taken otherwise than it stands."""
        self._counts[says] = self._counts.get(says, 0) + count
        examples = self._left.setdefault(says, [])
        if len(examples) < _MOST_EXAMPLES and (shown := named(name)) not in examples:
            examples.append(shown)

    def number(self, name: str, raw: object) -> Decimal | None:
        """The number as it can be recorded, or None with the reason counted."""
        value = number_in(raw)
        if isinstance(value, str):
            self.leave(value, name)
            return None
        fitted = _fitted(value)
        if fitted != value:
            self.leave(IS_ROUNDED, name)
        return fitted

    def take(
        self,
        name: str,
        raw: object,
        *,
        at: datetime | None = None,
        n: object = None,
        labels: Mapping[str, str] | None = None,
        key: str = "",
    ) -> None:
        """Take one number, or count why not."""
        value = self.number(name, raw)
        if value is not None:
            cases = n if type(n) is int and 0 <= n <= MOST_CASES else None
            self.add(ReportPoint(name, value, at, cases, tuple((labels or {}).items()), key=key))

    def add(self, point: ReportPoint) -> None:
        """Take a finished point. Raises ReportRefused when there are more than a report can hold."""
        name, key = _storable(point.name), _storable(point.key)
        labels = [(_storable(one), _storable(other)) for one, other in point.labels if other]
        if not name or key is None or any(not one or other is None for one, other in labels):
            self.leave(IS_MISNAMED, point.name)
            return
        if len(self._points) >= MOST_POINTS:
            raise ReportRefused(
                f"The report holds more than {MOST_POINTS:,} numbers. Ask the tool for fewer."
            )
        tidy = tuple(sorted((one or "", other or "") for one, other in labels))
        self._points.append(
            ReportPoint(name, point.value, point.at, point.n, tidy, point.start, point.low, point.high, key)
        )

    def report(self, kind: Kind, made_at: datetime | None) -> Report:
        """What was taken and what was left."""
        remarks = (Remark(says, count, tuple(self._left[says])) for says, count in self._counts.items())
        return Report(kind, made_at, tuple(self._points), tuple(remarks))


def number_in(raw: object) -> Decimal | str:
    """The number a decoded value is, or the sentence that says why it is none that can be recorded."""
    if type(raw) is int:
        raw = Decimal(raw)
    if not isinstance(raw, Decimal):
        return NOT_A_NUMBER
    if raw.is_nan():
        return IS_NAN
    # Where a tool cannot write infinity it writes the largest number of its kind.
    if raw.is_infinite() or raw.adjusted() >= 308:
        return IS_INFINITE
    return IS_TOO_LARGE if raw and raw.adjusted() >= MOST_WHOLE_DIGITS else raw


def _fitted(value: Decimal) -> Decimal:
    first = value.adjusted()
    if not value:
        return Decimal(0)
    if first > -LONGEST_NUMBER and len(f"{value:f}") <= LONGEST_NUMBER:
        return value
    decimals = LONGEST_NUMBER - 2 - max(first + 1, 1)
    return value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE) or Decimal(0)


def _storable(text: str) -> str | None:
    try:
        tidy = clean(text[: LONGEST_NAME + 1])
    except ValueError:
        return None
    return tidy if len(text) <= LONGEST_NAME else None

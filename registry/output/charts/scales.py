"""Scales and ticks: from values and dates to positions, and back to words. Pure and the same on every machine."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values from `low` to `high` evenly onto positions from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The position of a value; one outside the range stays at the nearer edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def span_of(values: Iterable[float], padding: float = 0.08) -> tuple[float, float]:
    """The lowest and highest value with some air on both sides; never empty, even for one value or none."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    air = (high - low) * padding or abs(high) * 0.1 or 0.5
    return low - air, high + air


def ticks_within(low: float, high: float, about: int = 5) -> list[float]:
    """Round values between the two ends, one, two or five times a power of ten apart, about as many as asked."""
    rough = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [round(index * step, digits) + 0.0 for index in range(first, last + 1)]


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """The ticks as text, all with the same number of decimals."""
    decimals = max((_decimals(tick) for tick in ticks), default=0)
    return [f"{tick:,.{decimals}f}" for tick in ticks]


def _decimals(value: float) -> int:
    text = f"{value:.10f}".rstrip("0")
    return len(text) - text.index(".") - 1


def figure(value: float, unit: str = "") -> str:
    """A value as a person writes it, to four significant digits, with its unit: "0.912", "1,204 ms", "7.5 %"."""
    if not math.isfinite(value):
        return "not measured"
    if value == 0:
        text = "0"
    else:
        digits = min(max(0, 3 - math.floor(math.log10(abs(value)))), 10)
        text = f"{value:,.{digits}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    return f"{text}\u00a0{unit}" if unit else text


def thousandths(value: float) -> str:
    """A share, ratio or difference to three decimals, so that a list of them lines up: "0.800"."""
    return f"{value:z.3f}"


_DATE_STEPS: Final = (1, 2, 7, 14)
_MONTH_STEPS: Final = (1, 2, 3, 6, 12, 24, 60)
_DAYS_IN_MONTH: Final = 30.6


def moment(when: date | datetime) -> float:
    """Seconds since 1970 in UTC, by which dates and instants share one scale. A date counts from its midnight."""
    if isinstance(when, datetime):
        return when.astimezone(UTC).timestamp()
    return datetime.combine(when, time(), UTC).timestamp()


def date_ticks(low: float, high: float, about: int = 6) -> list[tuple[float, str]]:
    """Round dates between two moments with their labels: days within a season, months and years beyond."""
    first, last = (datetime.fromtimestamp(edge, UTC).date() for edge in (low, high))
    wanted = max((last - first).days / max(about, 1), 1)
    days = next((step for step in _DATE_STEPS if step >= wanted), None)
    found = _every_days(first, last, days) if days else _every_months(first, last, wanted)
    within = [day for day in found if low <= moment(day) <= high]
    return [(moment(day), day_label(day) if days else f"{day:%b %Y}") for day in within]


def _every_days(first: date, last: date, step: int) -> list[date]:
    start = first + timedelta(days=-first.toordinal() % step)
    return [start + timedelta(days=offset) for offset in range(0, (last - start).days + 1, step)]


def _every_months(first: date, last: date, wanted_days: float) -> list[date]:
    step = next((step for step in _MONTH_STEPS if step * _DAYS_IN_MONTH >= wanted_days), _MONTH_STEPS[-1])
    start = -(-(first.year * 12 + first.month - 1) // step) * step
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, last.year * 12 + last.month, step)]


def day_label(day: date) -> str:
    """A day without its year: "3 Nov"."""
    return f"{day.day} {day:%b}"


def full_day(when: date | datetime) -> str:
    """A day in full: "3 Nov 2026". An instant counts by its day in UTC."""
    day = when.astimezone(UTC).date() if isinstance(when, datetime) else when
    return f"{day.day} {day:%b %Y}"

"""Invented readings of a metric: from one value to another, with the unrest real ones have; the same on every run."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from registry.monitoring.rules.points import PointIn


def readings_of(slug: str, told: Mapping[str, Any], today: date) -> list[PointIn]:
    """`count` readings, each over `every_days`, the last ending `ends_days_ago`; from `start` to `end` in even steps
    plus a wobble of at most `wobble`, each from about `n` cases.
    """
    draw = random.Random(slug)  # noqa: S311 - variety, not secrecy
    start, end, wobble = (Decimal(told[name]) for name in ("start", "end", "wobble"))
    count, step = told["count"], timedelta(days=told["every_days"])
    last = datetime.combine(today - timedelta(days=told["ends_days_ago"]), time(), UTC)
    found = []
    for number in range(count):
        share = Decimal(number) / Decimal(max(count - 1, 1))
        value = start + (end - start) * share + wobble * Decimal(draw.randint(-100, 100)) / 100
        ends = last - (count - 1 - number) * step
        cases = None if told["n"] is None else round(told["n"] * draw.uniform(0.9, 1.1))
        found.append(PointIn(slug, ends - step, ends, value.quantize(wobble / 10), cases))
    return found

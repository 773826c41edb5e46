"""Invented distributions of a feature: from one spread to another over some weeks; the same on every run."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from registry.drift.rules.decoding import DistributionIn


def baseline_of(told: Mapping[str, Any], today: date) -> DistributionIn:
    """How the feature spread when its system was approved: the shares it starts from, over the quarter before that."""
    end = datetime.combine(today - timedelta(days=told["approved_days_ago"]), time(), UTC)
    return _spread(told, told["start"], end - timedelta(days=91), end, 12 * told["n"])


def windows_of(told: Mapping[str, Any], today: date) -> list[DistributionIn]:
    """`weeks` windows of about `n` cases, the last ending `ends_days_ago`; the shares move from `start` to `end`."""
    last, weeks = today - timedelta(days=told["ends_days_ago"]), told["weeks"]
    found = []
    for place in range(weeks):
        share = place / max(weeks - 1, 1)
        now = [a + (b - a) * share for a, b in zip(told["start"], told["end"], strict=True)]
        end = datetime.combine(last - timedelta(days=7 * (weeks - 1 - place)), time(), UTC)
        found.append(_spread(told, now, end - timedelta(days=7), end, told["n"]))
    return found


def _spread(
    told: Mapping[str, Any], shares: Sequence[float], start: datetime, end: datetime, cases: int
) -> DistributionIn:
    draw = random.Random(f"{told['feature']} {end:%j}")  # noqa: S311 - variety, not secrecy
    counts = tuple(round(cases * share * draw.uniform(0.97, 1.03) / sum(shares)) for share in shares)
    edges = tuple(Decimal(str(each)) for each in told.get("edges", ()))
    names = tuple(told.get("categories", ()))
    ordered = sorted(zip(names, counts, strict=True)) if names else []
    if ordered:
        names, counts = tuple(name for name, _ in ordered), tuple(count for _, count in ordered)
    missing = round(cases * draw.uniform(0, 0.004))
    return DistributionIn(told["feature"], start, end, counts, edges, names, missing)

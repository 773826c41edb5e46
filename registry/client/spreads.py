"""How the cases of a window spread over one feature: counts between edges or by category, made where the data is"""

import json
import math
import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, SupportsFloat, SupportsIndex

from .bins import bin_counts
from .points import instant_json, number_json

MOST_CATEGORIES: Final = 200
OTHERS: Final = "other values"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One window of one feature. Instants carry a zone; `window_start` may be left out for cases of one moment.

    `counts` lie between `edges`, one more than they, or are named by category where there are none. `missing` counts
    the cases without a value; `mean` and `variance`, both or neither, are those of the values. Raises ValueError for
    an instant without a zone, and for counts that fit no edges.
    """

    feature: str
    window_end: datetime
    counts: Sequence[SupportsIndex] | Mapping[str, SupportsIndex]
    edges: Sequence[SupportsFloat] | None = None
    window_start: datetime | None = None
    missing: int = 0
    mean: SupportsFloat | None = None
    variance: SupportsFloat | None = None
    group: Mapping[str, str] | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        for name in ("window_start", "window_end"):
            if (instant := getattr(self, name)) is not None and instant.utcoffset() is None:
                raise ValueError(f"{name} of {self.feature} has no time zone; give it one, such as UTC")
        if isinstance(self.counts, Mapping) != (self.edges is None):
            raise ValueError(
                f"{self.feature} needs counts with edges, or counts by the name of each category"
            )
        if self.edges is not None and len(self.edges) != len(self.counts) + 1:
            raise ValueError(
                f"{self.feature} has {len(self.counts)} counts, which lie between one more edges"
            )

    @classmethod
    def of(
        cls, feature: str, values: Iterable[Any], window_end: datetime, edges: Sequence[float] | None = None,
        **more: Any,
    ) -> "Distribution":  # fmt: skip
        """Count raw values between edges, or by category where none are given. None and NaN count as missing.

        Between edges, mean and variance are told too. Of more than 200 categories the rare ones are counted together.
        """
        given = list(values)
        kept = [each for each in given if each is not None and each == each]  # noqa: PLR0124 - NaN is unlike itself
        missing = len(given) - len(kept)
        if edges is None:
            return cls(feature, window_end, _by_category(kept), missing=missing, **more)
        numbers = [float(each) for each in kept]
        mean, variance = _moments(numbers)
        counts = bin_counts(numbers, edges)
        return cls(feature, window_end, counts, edges, missing=missing, mean=mean, variance=variance, **more)

    def as_json(self) -> str:
        """The distribution as the registry takes it, its numbers as exact as they are here."""
        start, group, key, counts = self.window_start, self.group, self.key, self.counts
        by_name = isinstance(counts, Mapping)
        edges = None if self.edges is None else f"[{', '.join(map(number_json, self.edges))}]"
        parts = {
            "feature": json.dumps(self.feature),
            "window_start": None if start is None else instant_json(start),
            "window_end": instant_json(self.window_end),
            "edges": edges,
            "counts": None if by_name else json.dumps([operator.index(each) for each in _listed(counts)]),
            "categories": json.dumps(_whole(counts)) if isinstance(counts, Mapping) else None,
            "missing": str(operator.index(self.missing)),
            "mean": None if self.mean is None else number_json(self.mean),
            "variance": None if self.variance is None else number_json(self.variance),
            "group": json.dumps(dict(group)) if group else None,
            "key": json.dumps(key) if key else None,
        }
        return "{" + ", ".join(f'"{name}": {text}' for name, text in parts.items() if text) + "}"


def _by_category(values: list[Any]) -> dict[str, int]:
    counted = Counter(map(str, values)).most_common()
    if len(counted) <= MOST_CATEGORIES:
        return dict(counted)
    common = dict(counted[: MOST_CATEGORIES - 1])
    rare = sum(count for _, count in counted[MOST_CATEGORIES - 1 :])
    return {**common, OTHERS: common.get(OTHERS, 0) + rare}


def _moments(numbers: list[float]) -> tuple[float | None, float | None]:
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        return None, None
    mean = math.fsum(numbers) / len(numbers)
    return mean, math.fsum((each - mean) ** 2 for each in numbers) / (len(numbers) - 1)


def _listed(counts: Any) -> Sequence[SupportsIndex]:
    return () if isinstance(counts, Mapping) else tuple(counts)


def _whole(counts: Mapping[str, SupportsIndex]) -> dict[str, int]:
    return {name: operator.index(count) for name, count in counts.items()}

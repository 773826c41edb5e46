"""Distributions and baselines from bytes: for each feature its counts, in bins between edges or by category"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.rules.bodies import (
    BROKEN,
    decoded,
    known_only,
    opened,
    opened_lines,
    text_in,
    told_of,
)
from registry.monitoring.rules.fields import LONGEST_KEY, Fields, Twice, named

MOST_DISTRIBUTIONS: Final = 1_000
MOST_BINS: Final = 200
LONGEST_FEATURE: Final = 200
LONGEST_CATEGORY: Final = 100

_KNOWN: Final = frozenset(
    {
        "feature", "window_start", "window_end", "edges", "counts", "categories", "missing", "mean", "variance",
        "group", "key",
    }
)  # fmt: skip
_KNOWN_BASELINE: Final = frozenset({"name", "reason", "distribution", "window"})
_KNOWN_WINDOW: Final = frozenset({"feature", "group", "window_start", "window_end", "key"})
LONGEST_NAME: Final = 120
LONGEST_REASON: Final = 2_000


@dataclass(frozen=True, slots=True)
class DistributionIn:
    """How the cases of one window spread over one feature. Instants are aware and in UTC.

    Either `edges` rise and stand one more than the `counts` between them, or each of the `categories`, sorted, has
    its count. `missing` counts the cases without a value; `mean` and `variance`, both or neither, are those of the
    values themselves; `group` and `key` are as for a reading.
    """

    feature: str
    window_start: datetime
    window_end: datetime
    counts: tuple[int, ...]
    edges: tuple[Decimal, ...] = ()
    categories: tuple[str, ...] = ()
    missing: int = 0
    group: str = ""
    key: str = ""
    mean: Decimal | None = None
    variance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class WindowIn:
    """A window of a feature that the registry holds, as it was named when it was sent."""

    feature: str
    window_start: datetime
    window_end: datetime
    group: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class BaselineIn:
    """What a feature is to be compared with from now on: counts sent for it, or those of a window that is held."""

    name: str
    reason: str
    source: DistributionIn | WindowIn


@dataclass(frozen=True, slots=True)
class DistributionBatch:
    """Distributions sent together, with what holds for all of them, as for readings."""

    version: str
    source: str
    supersedes: str
    distributions: tuple[DistributionIn, ...]


def distributions_of(body: bytes) -> DistributionBatch:
    """The batch in a JSON document of `version`, `source`, `supersedes` and `distributions`.

    Read as strictly as readings are. Raises RuleBroken with a problem for each bad field
    ("distributions.3.counts.1"), a hundred of them and the number of the others; never anything else.
    """
    fields = Fields("distributions")
    told, raw = opened(body, fields)
    return _batch(told, raw, fields)


def distributions_of_lines(
    body: bytes, *, version: str = "", source: str = "", supersedes: str = ""
) -> DistributionBatch:
    """The batch in JSON lines, one distribution in each; what holds for all of them is told beside the body.

    Problems are named as in a document, and raised as distributions_of does.
    """
    fields = Fields("distributions")
    raw = opened_lines(body, fields, MOST_DISTRIBUTIONS)
    told = told_of({"version": version, "source": source, "supersedes": supersedes}, fields)
    return _batch(told, raw, fields)


def _batch(told: dict[str, str], raw: list[Any], fields: Fields) -> DistributionBatch:
    if not raw:
        fields.object_to("distributions", "There are no distributions in it.")
    if len(raw) > MOST_DISTRIBUTIONS:
        fields.object_to(
            "distributions", f"Send at most {MOST_DISTRIBUTIONS:,} at once; make several batches."
        )
        raw = []
    taken = []
    for fields.place, each in enumerate(raw):
        one = _distribution(each, fields)
        if one:
            taken.append(one)
    fields.place = None
    fields.refuse()
    return DistributionBatch(**told, distributions=tuple(taken))


def baseline_of(body: bytes) -> BaselineIn:
    """The baseline in a JSON document of `name`, `reason`, and either `distribution` or `window`.

    A distribution is what a batch holds one of; a window names one that was sent before. Raises RuleBroken with a
    problem for each bad field ("distribution.counts"); never anything else.
    """
    raw = decoded(text_in(body), "The baseline")
    if not isinstance(raw, dict):
        raise RuleBroken([Problem("", 'A baseline is an object: {"name": "…", "window": {…}}.')])
    fields = Fields("")
    known_only(raw, _KNOWN_BASELINE, fields)
    name = fields.text("name", raw.get("name"), LONGEST_NAME)
    reason = fields.text("reason", raw.get("reason"), LONGEST_REASON)
    inside = Inside(fields, "window" if raw.get("distribution") is None else "distribution")
    source: DistributionIn | WindowIn | None = None
    if inside.name == "window":
        source = _window(raw.get("window"), inside)
    else:
        source = _distribution(raw["distribution"], inside)
        if raw.get("window") is not None:
            fields.object_to("window", "Give either a distribution or a window, not both.")
    fields.refuse()
    if source is None:
        raise RuleBroken([Problem(inside.name, "This cannot be read.")])
    return BaselineIn(name, reason, source)


class Inside(Fields):
    """The fields of one thing inside a document; objections are noted with those of the whole."""

    def __init__(self, whole: Fields, name: str) -> None:
        super().__init__(name)
        self._whole, self.name = whole, name

    def object_to(self, field: str, message: str) -> None:
        """Note one objection, under the name of what it is inside of."""
        self.count += 1
        self._whole.object_to(f"{self.name}.{field}" if field else self.name, message)


def _window(raw: Any, fields: Fields) -> WindowIn | None:
    if not isinstance(raw, dict):
        fields.object_to("", "Give a window that was sent, by its feature and window_end; or a distribution.")
        return None
    before = fields.count
    known_only(raw, _KNOWN_WINDOW, fields)
    feature, start, end = _placed(raw, fields)
    group = fields.group("group", raw.get("group"))
    key = fields.text("key", raw.get("key"), LONGEST_KEY)
    if fields.count > before or start is None or end is None:
        return None
    return WindowIn(feature, start, end, group, key)


def _placed(raw: dict[str, Any], fields: Fields) -> tuple[str, datetime | None, datetime | None]:
    """The feature, and the start and end of its window."""
    before = fields.count
    feature = fields.text("feature", raw.get("feature"), LONGEST_FEATURE)
    if not feature and fields.count == before:
        fields.object_to("feature", "Say which feature is meant.")
    end = fields.instant("window_end", raw.get("window_end"))
    start = end if raw.get("window_start") is None else fields.instant("window_start", raw["window_start"])
    if start and end and start > end:
        fields.object_to("window_start", "The window begins after it ends.")
    return feature, start, end


def _distribution(raw: Any, fields: Fields) -> DistributionIn | None:
    if not isinstance(raw, dict):
        if raw is not BROKEN:
            fields.object_to("", "A distribution is an object with feature, window_end and counts.")
        return None
    before = fields.count
    known_only(raw, _KNOWN, fields)
    feature, start, end = _placed(raw, fields)
    edges: tuple[Decimal, ...] = ()
    categories: tuple[str, ...] = ()
    if raw.get("categories") is None:
        counts = _counts(raw.get("counts"), fields)
        edges = _edges(raw.get("edges"), len(counts), fields)
    else:
        if raw.get("edges") is not None or raw.get("counts") is not None:
            fields.object_to("categories", "Give either categories or edges with counts, not both.")
        categories, counts = _categories(raw["categories"], fields)
    missing = fields.cases("missing", raw.get("missing"))
    mean, variance = _moments(raw, fields)
    group = fields.group("group", raw.get("group"))
    key = fields.text("key", raw.get("key"), LONGEST_KEY)
    if fields.count > before or start is None or end is None:
        return None
    return DistributionIn(
        feature, start, end, counts, edges, categories, missing or 0, group, key, mean, variance
    )


def _moments(raw: dict[str, Any], fields: Fields) -> tuple[Decimal | None, Decimal | None]:
    given = [name for name in ("mean", "variance") if raw.get(name) is not None]
    if len(given) == 1:
        fields.object_to(given[0], "Give the mean and the variance together, or neither.")
    if given and raw.get("categories") is not None:
        fields.object_to(given[0], "Categories have no mean.")
    mean, variance = (
        fields.number(name, raw[name]) if name in given else None for name in ("mean", "variance")
    )
    if variance is not None and variance < 0:
        fields.object_to("variance", "A variance is never negative.")
    return mean, variance


def _counts(raw: object, fields: Fields) -> tuple[int, ...]:
    if not isinstance(raw, list) or not raw:
        fields.object_to(
            "counts", "Give the counts between the edges as a list, or the categories with theirs."
        )
        return ()
    if len(raw) > MOST_BINS:
        fields.object_to("counts", f"Use at most {MOST_BINS} bins; these are {len(raw):,}.")
        return ()
    return tuple(_count(f"counts.{place}", each, fields) for place, each in enumerate(raw))


def _count(field: str, raw: object, fields: Fields) -> int:
    found = fields.cases(field, raw)
    if raw is None:
        fields.object_to(field, "Give a whole number; where there was no case, 0.")
    return found or 0


def _edges(raw: object, bins: int, fields: Fields) -> tuple[Decimal, ...]:
    if not isinstance(raw, list):
        fields.object_to("edges", "Give the edges of the bins as a list of rising numbers.")
        return ()
    if len(raw) != bins + 1:
        if bins:
            fields.object_to("edges", f"{bins} counts lie between {bins + 1} edges; {len(raw):,} were given.")
        return ()
    before = fields.count
    edges = [fields.number(f"edges.{place}", each) for place, each in enumerate(raw)]
    known = tuple(edge for edge in edges if edge is not None)
    if fields.count == before and any(low >= high for low, high in pairwise(known)):
        fields.object_to("edges", "Each edge lies above the one before it.")
    return known


def _categories(raw: object, fields: Fields) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if not isinstance(raw, dict) or not raw:
        fields.object_to("categories", 'Give the count of each category by its name, such as {"north": 812}.')
        return (), ()
    if len(raw) > MOST_BINS:
        fields.object_to(
            "categories",
            f"Give at most {MOST_BINS} categories; count the rare ones together. These are {len(raw):,}.",
        )
        return (), ()
    for name in raw.names if isinstance(raw, Twice) else ():
        fields.object_to(f"categories.{named(name)}", "It is stated twice.")
    found: dict[str, int] = {}
    for name, count in raw.items():
        tidy = fields.text("categories", name, LONGEST_CATEGORY)
        if tidy in found:
            fields.object_to("categories", f"Two of the names are the same: {named(tidy)}.")
        found[tidy] = _count(f"categories.{named(name)}", count, fields)
    ordered = sorted(found.items())
    return tuple(name for name, _ in ordered), tuple(count for _, count in ordered)

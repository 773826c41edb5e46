"""A batch of readings from bytes: strict JSON or JSON lines, every bad point named; what the metrics say comes later"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.monitoring.rules.bodies import BROKEN, known_only, opened, opened_lines, told_of
from registry.monitoring.rules.columns import points_of
from registry.monitoring.rules.fields import LONGEST_KEY, Fields
from registry.monitoring.rules.points import PointIn

MOST_POINTS: Final = 10_000


_KNOWN: Final = frozenset(PointIn._fields)


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings sent together: the model version they are of, the tool that sent them, and why they replace others."""

    version: str
    source: str
    supersedes: str
    points: Sequence[PointIn]


def batch_of(body: bytes) -> Batch:
    """The batch in a JSON document of `version`, `source`, `supersedes` and `snapshots`.

    UTF-8 only; no NaN, no field twice, no unknown field, nothing nested deeper than the group of a reading.
    Raises RuleBroken with a problem for each bad field ("snapshots.3.value", counted from 0), a hundred of them
    and the number of the others; never anything else.
    """
    fields = Fields("snapshots")
    told, raw = opened(body, fields)
    return _batch(told, raw, fields)


def batch_of_lines(body: bytes, *, version: str = "", source: str = "", supersedes: str = "") -> Batch:
    """The batch in JSON lines, one reading in each; what holds for all of them is told beside the body.

    Empty lines are passed over. Problems are named as in a document, and raised as batch_of does.
    """
    fields = Fields("snapshots")
    raw = opened_lines(body, fields, MOST_POINTS)
    told = told_of({"version": version, "source": source, "supersedes": supersedes}, fields)
    return _batch(told, raw, fields)


def _batch(told: dict[str, str], raw: Sequence[Any], fields: Fields) -> Batch:
    if not raw:
        fields.object_to("snapshots", "There are no readings in it.")
    if len(raw) > MOST_POINTS:
        fields.object_to("snapshots", f"Send at most {MOST_POINTS:,} readings at once; make several batches.")
        raw = ()
    points: Sequence[PointIn] | None = points_of(raw) if raw else None
    if points is None:
        points = _one_by_one(raw, fields)
    fields.refuse()
    return Batch(**told, points=points)


def _one_by_one(raw: Sequence[Any], fields: Fields) -> tuple[PointIn, ...]:
    points = []
    for fields.place, each in enumerate(raw):
        point = _point(each, fields)
        if point:
            points.append(point)
    fields.place = None
    return tuple(points)


def _point(raw: Any, fields: Fields) -> PointIn | None:
    """The reading, or None with what is wrong noted. What is BROKEN was objected to where it was decoded."""
    if not isinstance(raw, dict):
        if raw is not BROKEN:
            fields.object_to("", "A reading is an object with metric, window_end and value.")
        return None
    before, get = fields.count, raw.get
    known_only(raw, _KNOWN, fields)
    metric = fields.slug("metric", get("metric"))
    end = fields.instant("window_end", get("window_end"))
    start = end if (each := get("window_start")) is None else fields.instant("window_start", each)
    value = fields.number("value", get("value"))
    n = fields.cases("n", get("n"))
    low = None if (each := get("low")) is None else fields.number("low", each)
    high = None if (each := get("high")) is None else fields.number("high", each)
    group = "" if (each := get("group")) is None else fields.group("group", each)
    key = "" if (each := get("key")) is None else fields.text("key", each, LONGEST_KEY)
    if start and end and start > end:
        fields.object_to("window_start", "The window begins after it ends.")
    if low is not None and high is not None and low > high:
        fields.object_to("low", "The lower end lies above the upper.")
    if fields.count > before or start is None or end is None or value is None:
        return None
    return PointIn(metric, start, end, value, n, low, high, group, key)

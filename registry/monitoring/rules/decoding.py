"""A batch of readings from bytes: strict JSON or JSON lines, every bad point named; what the metrics say comes later"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import listed
from registry.monitoring.rules.fields import LONGEST_KEY, Fields, Odd, Twice, named

MOST_POINTS: Final = 10_000
LONGEST: Final = {"version": 100, "source": 120, "supersedes": 1_000}

_BATCH_FIELDS: Final = frozenset({*LONGEST, "snapshots"})
_POINT_FIELDS: Final = (
    "metric", "window_start", "window_end", "value", "n", "low", "high", "group", "key",
)  # fmt: skip
_KNOWN: Final = frozenset(_POINT_FIELDS)
# Stands where a reading could not even be decoded, which was objected to there.
_BROKEN: Final = object()

# What a full batch can need, with room. Beyond it, decoding would cost memory only to refuse what is no batch.
_MOST_BRACKETS: Final = 250_000
_MOST_COMMAS: Final = 1_000_000


# A named tuple and no frozen dataclass: making one of those costs as much as all its fields (2.7 against 0.4 µs).
class PointIn(NamedTuple):
    """One reading as it was sent. Instants are aware and in UTC; `window_start` equals `window_end` for one moment.

    `value`, `low` and `high` are the numbers exactly as written; `n` counts the cases behind the value; `group`
    is canonical JSON of the subgroup ("" for everybody); `key` is the sender's own ("" for the window).
    """

    metric: str
    window_start: datetime
    window_end: datetime
    value: Decimal
    n: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    group: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings sent together: the model version they are of, the tool that sent them, and why they replace others."""

    version: str
    source: str
    supersedes: str
    points: tuple[PointIn, ...]


def batch_of(body: bytes) -> Batch:
    """The batch in a JSON document of `version`, `source`, `supersedes` and `snapshots`.

    UTF-8 only; no NaN, no field twice, no unknown field, nothing nested deeper than the group of a reading.
    Raises RuleBroken with a problem for each bad field ("snapshots.3.value", counted from 0), a hundred of them
    and the number of the others; never anything else.
    """
    fields = Fields()
    whole = _decoded(_text(body), "The batch")
    if not isinstance(whole, dict):
        raise RuleBroken(
            [Problem("", 'A batch is an object: {"source": "…", "snapshots": [{"metric": "…"}]}.')]
        )
    for name in sorted(whole.keys() - _BATCH_FIELDS):
        fields.object_to(named(name), f"A batch has no such field. It has {listed(sorted(_BATCH_FIELDS))}.")
    for name in whole.names if isinstance(whole, Twice) else ():
        fields.object_to(named(name), "It is stated twice.")
    raw = whole.get("snapshots")
    if not isinstance(raw, list):
        fields.object_to("snapshots", "Give the readings as a list, even if there is only one.")
        raw = [_BROKEN]
    return _batch(whole, raw, fields)


def batch_of_lines(body: bytes, *, version: str = "", source: str = "", supersedes: str = "") -> Batch:
    """The batch in JSON lines, one reading in each; what holds for all of them is told beside the body.

    Empty lines are passed over. Problems are named as in a document, and raised as batch_of does.
    """
    fields = Fields()
    raw: list[Any] = []
    for number, line in enumerate(_text(body).split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw.append(_decoded(line, f"Line {number}"))
        except RuleBroken as refusal:
            fields.place = len(raw)
            fields.object_to("", refusal.says)
            raw.append(_BROKEN)
        if len(raw) > MOST_POINTS:
            break
    fields.place = None
    return _batch({"version": version, "source": source, "supersedes": supersedes}, raw, fields)


def _batch(told: dict[str, Any], raw: Sequence[Any], fields: Fields) -> Batch:
    texts = {name: fields.text(name, told.get(name), longest) for name, longest in LONGEST.items()}
    if not raw:
        fields.object_to("snapshots", "There are no readings in it.")
    if len(raw) > MOST_POINTS:
        fields.object_to("snapshots", f"Send at most {MOST_POINTS:,} readings at once; make several batches.")
        raw = ()
    points = []
    for fields.place, each in enumerate(raw):
        point = _point(each, fields)
        if point:
            points.append(point)
    fields.place = None
    fields.refuse()
    return Batch(**texts, points=tuple(points))


def _point(raw: Any, fields: Fields) -> PointIn | None:
    """The reading, or None with what is wrong noted. What is _BROKEN was objected to where it was decoded."""
    if not isinstance(raw, dict):
        if raw is not _BROKEN:
            fields.object_to("", "A reading is an object with metric, window_end and value.")
        return None
    before, get = fields.count, raw.get
    if not raw.keys() <= _KNOWN:
        for name in sorted(raw.keys() - _KNOWN):
            fields.object_to(named(name), f"A reading has no such field. It has {listed(_POINT_FIELDS)}.")
    if type(raw) is Twice:
        for name in raw.names:
            fields.object_to(named(name), "It is stated twice.")
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


def _text(body: bytes) -> str:
    opened = body.count(b"{") + body.count(b"[")
    if opened > _MOST_BRACKETS or body.count(b",") > _MOST_COMMAS:
        raise RuleBroken(
            [Problem("", f"This holds more than {MOST_POINTS:,} readings can. Make several batches.")]
        )
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        says = f"The batch is not UTF-8: byte {error.start + 1:,} belongs to no character."
        raise RuleBroken([Problem("", says)]) from None


def _decoded(text: str, what: str) -> Any:
    try:
        return _QUICK.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise RuleBroken([Problem("", f"{what} is not JSON: {error.msg} ({where}).")]) from None
    except RecursionError:
        raise RuleBroken([Problem("", f"{what} is nested far too deeply.")]) from None
    except (ArithmeticError, ValueError):
        # An exponent no decimal can have, or thousands of digits. Read again with care, so that it can be named.
        return _CAREFUL.decode(text)


def _fraction(text: str) -> Decimal | Odd:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Odd(text)


def _whole(text: str) -> int | Odd:
    return int(text) if len(text) <= 20 else Odd(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Twice(found)
    counts = Counter(name for name, _ in pairs)
    twice.names = tuple(name for name in found if counts[name] > 1)
    return twice


_QUICK: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=Odd, object_pairs_hook=_object)
_CAREFUL: Final = json.JSONDecoder(
    parse_float=_fraction, parse_int=_whole, parse_constant=Odd, object_pairs_hook=_object
)

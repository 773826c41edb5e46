"""Counts by group and forecasts in bins from bytes: strict JSON or JSON lines, every bad item named"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Generic, NamedTuple, TypeVar

from registry.fairness.rules.bounds import ATTRIBUTE_LIMIT, GROUP_LIMIT
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.windows import Table
from registry.kernel.errors import RuleBroken
from registry.monitoring.rules.bodies import BROKEN, decoded, known_only, opened, text_in, told_of
from registry.monitoring.rules.fields import LONGEST_KEY, Fields, Twice, named

COUNTS: Final = "counts"
WINDOWS: Final = "windows"
MOST_ITEMS: Final = {COUNTS: 10_000, WINDOWS: 500}
MOST_BINS: Final = 100
_CELLS: Final = ("tp", "fp", "fn", "tn")
_OF_COUNT: Final = frozenset(
    {"attribute", "group", "window_start", "window_end", "n", "selected", "key", *_CELLS}
)
_OF_WINDOW: Final = frozenset({"window_start", "window_end", "scheme", "count", "bins", "key"})
_OF_BIN: Final = frozenset({"low", "high", "n", "mean", "positives"})
_TAKEN: Final = "Give n and selected, or the four cells tp, fp, fn and tn; with the four, n and selected follow from them."

Item = TypeVar("Item")


class CountIn(NamedTuple):
    """The counts of one group in one window, as they were sent. `group` is "" for cases whose group is not known."""

    attribute: str
    group: str
    window_start: datetime
    window_end: datetime
    n: int
    selected: int
    table: Table | None = None
    key: str = ""


class BinSent(NamedTuple):
    """One bin of forecasts, its numbers exactly as written."""

    low: Decimal
    high: Decimal
    n: int
    mean: Decimal
    positives: int


class WindowIn(NamedTuple):
    """The forecasts of one window in bins, as they were sent; bins without a case are left out."""

    window_start: datetime
    window_end: datetime
    scheme: Scheme
    bin_count: int
    bins: tuple[BinSent, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[Item]):
    """Items sent together: the model version they are of, the tool that sent them, and why they replace others."""

    version: str
    source: str
    supersedes: str
    items: tuple[Item, ...]


def counts_of(body: bytes) -> Delivery[CountIn]:
    """The counts in a JSON document of `version`, `source`, `supersedes` and `counts`.

    Raises RuleBroken with a problem for each bad field ("counts.3.n", counted from 0); never anything else.
    """
    return _document(body, COUNTS, _count)


def counts_of_lines(body: bytes, **told: str) -> Delivery[CountIn]:
    """The counts in JSON lines, one group in each; `told` is what holds for all of them. Raises as counts_of does."""
    return _lines(body, told, COUNTS, _count)


def windows_of(body: bytes) -> Delivery[WindowIn]:
    """The forecasts in a JSON document of `version`, `source`, `supersedes` and `windows`. Raises as counts_of does."""
    return _document(body, WINDOWS, _window)


def windows_of_lines(body: bytes, **told: str) -> Delivery[WindowIn]:
    """The forecasts in JSON lines, one window in each. Raises as counts_of does."""
    return _lines(body, told, WINDOWS, _window)


def _document(body: bytes, kind: str, read: Callable[[Any, Fields], Item | None]) -> Delivery[Item]:
    fields = Fields(kind)
    told, raw = opened(body, fields)
    return _delivery(told, raw, fields, read)


def _lines(
    body: bytes, told: dict[str, str], kind: str, read: Callable[[Any, Fields], Item | None]
) -> Delivery[Item]:
    fields = Fields(kind)
    raw: list[Any] = []
    for number, line in enumerate(text_in(body).split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw.append(decoded(line, f"Line {number}"))
        except RuleBroken as refusal:
            fields.place = len(raw)
            fields.object_to("", refusal.says)
            raw.append(BROKEN)
        if len(raw) > MOST_ITEMS[kind]:
            break
    fields.place = None
    return _delivery(told_of(told, fields), raw, fields, read)


def _delivery(
    told: dict[str, str], raw: list[Any], fields: Fields, read: Callable[[Any, Fields], Item | None]
) -> Delivery[Item]:
    most = MOST_ITEMS[fields.kind]
    if not raw:
        fields.object_to(fields.kind, "There is nothing in it.")
    if len(raw) > most:
        fields.object_to(fields.kind, f"Send at most {most:,} at once; make several batches.")
        raw = []
    items = []
    for fields.place, each in enumerate(raw):
        if isinstance(each, dict):
            item = read(each, fields)
            if item is not None:
                items.append(item)
        elif each is not BROKEN:
            fields.object_to("", "Each of them is an object.")
    fields.place = None
    fields.refuse()
    return Delivery(**told, items=tuple(items))


def _count(raw: dict[str, Any], fields: Fields) -> CountIn | None:
    before = fields.count
    known_only(raw, _OF_COUNT, fields)
    attribute = fields.text("attribute", raw.get("attribute"), ATTRIBUTE_LIMIT)
    if not attribute and fields.count == before:
        fields.object_to("attribute", "Say by what people are grouped, such as sex.")
    objections = fields.count
    group = fields.text("group", raw.get("group"), GROUP_LIMIT)
    if not group and raw.get("group", "") is not None and fields.count == objections:
        fields.object_to("group", "Name the group; null stands for the cases whose group nobody recorded.")
    start, end = _span(raw, fields)
    n, selected, table = _numbers(raw, fields)
    key = fields.text("key", raw.get("key"), LONGEST_KEY)
    if fields.count > before or start is None or end is None:
        return None
    return CountIn(attribute, group, start, end, n, selected, table, key)


def _numbers(raw: dict[str, Any], fields: Fields) -> tuple[int, int, Table | None]:
    given = {name for name in (*_CELLS, "n", "selected") if raw.get(name) is not None}
    if given not in ({"n", "selected"}, {*_CELLS}):
        fields.object_to("n", _TAKEN)
        return 0, 0, None
    if "n" in given:
        before = fields.count
        n, selected = (fields.cases(name, raw[name]) or 0 for name in ("n", "selected"))
        if selected > n and fields.count == before:
            fields.object_to("selected", f"{selected:,} of {n:,} are more than there are.")
        return n, selected, None
    tp, fp, fn, tn = (fields.cases(name, raw[name]) or 0 for name in _CELLS)
    return tp + fp + fn + tn, tp + fp, (tp, fp, fn, tn)


def _span(raw: dict[str, Any], fields: Fields) -> tuple[datetime | None, datetime | None]:
    end = fields.instant("window_end", raw.get("window_end"))
    start = end if (each := raw.get("window_start")) is None else fields.instant("window_start", each)
    if start and end and start > end:
        fields.object_to("window_start", "The window begins after it ends.")
    return start, end


def _window(raw: dict[str, Any], fields: Fields) -> WindowIn | None:
    before = fields.count
    known_only(raw, _OF_WINDOW, fields)
    start, end = _span(raw, fields)
    scheme = raw.get("scheme")
    if not isinstance(scheme, str) or scheme not in set(Scheme):
        fields.object_to("scheme", f"Say how the bins were made: {' or '.join(Scheme)}.")
    count, bins = fields.cases("count", raw.get("count")) or 0, raw.get("bins")
    if not 1 <= count <= MOST_BINS:
        fields.object_to("count", f"Say how many bins there are, empty ones too: from 1 to {MOST_BINS}.")
    if not isinstance(bins, list) or not bins:
        fields.object_to("bins", "Give the bins that hold a case.")
        bins = []
    elif count and len(bins) > count:
        fields.object_to("bins", "These are more bins than count says.")
        bins = bins[:MOST_BINS]
    read = [_bin(each, f"bins.{place}", fields) for place, each in enumerate(bins)]
    found = sorted(each for each in read if each is not None)
    if fields.count == before and any(one.high > other.low for one, other in pairwise(found)):
        fields.object_to("bins", "Two of the bins overlap.")
    key = fields.text("key", raw.get("key"), LONGEST_KEY)
    if fields.count > before or start is None or end is None:
        return None
    return WindowIn(start, end, Scheme(str(scheme)), count, tuple(found), key)


def _bin(raw: Any, field: str, fields: Fields) -> BinSent | None:
    if not isinstance(raw, dict):
        fields.object_to(field, "A bin is an object with low, high, n, mean and positives.")
        return None
    before = fields.count
    for name in sorted(raw.keys() - _OF_BIN):
        fields.object_to(f"{field}.{named(name)}", "A bin has no such field.")
    for name in raw.names if isinstance(raw, Twice) else ():
        fields.object_to(f"{field}.{named(name)}", "It is stated twice.")
    low, high, mean = (fields.number(f"{field}.{name}", raw.get(name)) for name in ("low", "high", "mean"))
    n, positives = (fields.cases(f"{field}.{name}", raw.get(name)) for name in ("n", "positives"))
    if fields.count > before or low is None or high is None or mean is None:
        return None
    if not 0 <= low <= mean <= high <= 1:
        fields.object_to(field, "A bin lies within 0 and 1, and the mean of its forecasts within the bin.")
    if not n:
        fields.object_to(f"{field}.n", "Say how many forecasts it holds; leave out a bin without any.")
    elif positives is None or positives > n:
        fields.object_to(f"{field}.positives", "Say how many of them came true; not more than there are.")
    if fields.count > before:
        return None
    return BinSent(low, high, n or 0, mean, positives or 0)

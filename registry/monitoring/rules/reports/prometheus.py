"""Samples in the text format of Prometheus (0.0.4) and in OpenMetrics (1.0), as a scrape or a textfile has them"""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from registry.monitoring.rules.fields import named
from registry.monitoring.rules.reports.loading import text_in
from registry.monitoring.rules.reports.shapes import Kind, Report, ReportRefused, Taking

_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_SAMPLE: Final = re.compile(
    rf"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]*\{{(?P<labels>(?:[^\"}}]|{_QUOTED})*)\}}[ \t]*|[ \t]+)"
    r"(?P<value>[^\s{}\"#]+)(?:[ \t]+(?P<at>[-+0-9.eE]+))?(?:[ \t]+# \{.*)?",
    re.ASCII,
)
_LABEL: Final = re.compile(
    rf"[ \t]*(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*(?P<value>{_QUOTED})[ \t]*(?:,|$)", re.ASCII
)
_TYPE: Final = re.compile(
    r"#[ \t]+TYPE[ \t]+(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+(?P<type>[a-z]+)[ \t]*", re.ASCII
)
_SPREAD: Final = frozenset({"histogram", "gaugehistogram", "summary"})
_PARTS: Final = ("_bucket", "_count", "_sum", "_gcount", "_gsum", "_created", "")
_ESCAPES: Final = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_UNASKED: Final = "It was not asked for."
_PART_OF_SPREAD: Final = "It is part of a histogram or summary. Ask for it by name to take it."
_TWICE: Final = "The same sample stands there twice; the first was taken."
_UNDATED: Final = "Its time lies outside the calendar."


def is_prometheus(text: str) -> bool:
    """Whether the first line that says something is a sample or tells of one."""
    first = next((line.strip() for line in text[:100_000].splitlines() if line.strip()), "")
    if re.match(r"# (?:HELP|TYPE|UNIT) \S", first):
        return True
    found = _SAMPLE.fullmatch(first)
    return found is not None and _value(found["value"]) is not None


def read(data: bytes, made_at: datetime | None = None, wanted: Collection[str] = ()) -> Report:
    """The samples named in `wanted`, or all but the parts of histograms and summaries.

    `made_at` is when the scrape was made: the time of every sample that states none. Raises ReportRefused
    with the number of the first line that is against the format, as Prometheus itself would.
    """
    text = text_in(data)
    lines = text.split("\n")
    is_open = any(line.strip() == "# EOF" for line in lines[-3:])
    taking, types, seen, ended = Taking(), dict[str, str](), set[object](), False
    for number, raw in enumerate(lines, 1):
        line = raw.strip(" \t\r")
        if not line:
            continue
        if ended:
            raise ReportRefused(f"Line {number} follows the end of the samples (# EOF).")
        if line.startswith("#"):
            ended = is_open and line == "# EOF"
            if told := _TYPE.fullmatch(line):
                types[told["name"]] = told["type"]
            continue
        _take(taking, line, number, types, seen, wanted, made_at, 1 if is_open else 1_000)
    if not seen:
        raise ReportRefused("There are no samples in it.")
    return taking.report(Kind.PROMETHEUS, made_at)


def _take(
    taking: Taking,
    line: str,
    number: int,
    types: dict[str, str],
    seen: set[object],
    wanted: Collection[str],
    made_at: datetime | None,
    ticks: int,
) -> None:
    found = _SAMPLE.fullmatch(line)
    if not found:
        raise ReportRefused(
            f"Line {number} is no sample: {named(line)}. Expected a name, labels in braces, a value."
        )
    name, labels = found["name"], _labels(found["labels"] or "", number)
    value = _value(found["value"])
    if value is None:
        raise ReportRefused(f"Line {number} has a value that is no number: {named(found['value'])}.")
    at = made_at if found["at"] is None else _instant(found["at"], ticks, number)
    series = (name, tuple(sorted(labels.items())), found["at"])
    if series in seen:
        taking.leave(_TWICE, name)
    elif wanted and name not in wanted:
        taking.leave(_UNASKED, name)
    elif not wanted and _is_part(name, types):
        taking.leave(_PART_OF_SPREAD, name)
    elif found["at"] and at is None:
        taking.leave(_UNDATED, name)
    else:
        taking.take(name, value, at=at, labels=labels)
    seen.add(series)


def _labels(text: str, number: int) -> dict[str, str]:
    labels: dict[str, str] = {}
    place = 0
    while place < len(text.rstrip(" \t")):
        found = _LABEL.match(text, place)
        if not found:
            raise ReportRefused(f"Line {number} has labels that cannot be read: {named(text)}.")
        if found["name"] in labels:
            raise ReportRefused(f"Line {number} states the label {named(found['name'])} twice.")
        value = found["value"][1:-1]
        labels[found["name"]] = re.sub(r'\\[\\"n]', lambda escape: _ESCAPES[escape[0]], value)
        place = found.end()
    return labels


def _value(text: str) -> Decimal | None:
    """A value as Go reads it: decimal or hexadecimal, NaN, or infinity under several names."""
    try:
        if "x" in text.lower():
            return Decimal(float.fromhex(text))
        plain = text.isascii() and "_" not in text and "snan" not in text.lower()
        return Decimal(text) if plain else None
    except (ArithmeticError, ValueError):
        return None


def _instant(text: str, ticks: int, number: int) -> datetime | None:
    try:
        stated = Decimal(text) * (1_000 // ticks)
        return _EPOCH + timedelta(milliseconds=float(stated))
    except OverflowError:
        return None
    except ArithmeticError:
        raise ReportRefused(f"Line {number} has a time that is no number: {named(text)}.") from None


def _is_part(name: str, types: dict[str, str]) -> bool:
    return any(types.get(name.removesuffix(part)) in _SPREAD for part in _PARTS if name.endswith(part))

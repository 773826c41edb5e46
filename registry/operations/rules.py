"""Measures of the running registry in the text form that Prometheus reads (exposition format 0.0.4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number: under the name of its family and `suffix`, told apart from its fellows by labels."""

    value: float
    labels: Labels = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Numbers of one kind. Raises ValueError for a name that is none, and for a counter that is not named as one."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    says: str
    samples: tuple[Sample, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a measure")
        if (self.kind == "counter") != self.name.endswith("_total"):
            raise ValueError(f"{self.name} must end in _total exactly where it is a counter")


def histogram(
    bounds: Iterable[float], counts: Iterable[int], seconds: float, labels: Labels
) -> tuple[Sample, ...]:
    """The samples of one histogram: `counts` holds one more than `bounds`, each for itself; the buckets told add up."""
    samples, running = [], 0
    for bound, count in zip((*bounds, float("inf")), counts, strict=True):
        running += count
        samples.append(Sample(running, {**labels, "le": _number(bound)}, "_bucket"))
    return (*samples, Sample(seconds, labels, "_sum"), Sample(running, labels, "_count"))


def exposed(families: Iterable[Family]) -> str:
    """All families as one text; of a family without samples only what it would be."""
    return "".join(line + "\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    yield f"# HELP {family.name} {_escaped(family.says, quoted=False)}"
    yield f"# TYPE {family.name} {family.kind}"
    for each in family.samples:
        inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in each.labels.items())
        labels = f"{{{inside}}}" if inside else ""
        yield f"{family.name}{each.suffix}{labels} {_number(each.value)}"


def _escaped(text: str, *, quoted: bool = True) -> str:
    escaped = text.replace("\\", r"\\").replace("\n", r"\n")
    return escaped.replace('"', r"\"") if quoted else escaped


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))

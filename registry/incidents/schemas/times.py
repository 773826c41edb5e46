"""The times of incidents as JSON, out."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from registry.incidents.rules.times import By, Spread, Times
from registry.web.describing import Words


class SpreadOfTimes(TypedDict):
    """How long something took, in seconds: of `n`; `open` are not there yet, of `unknown` nobody knows."""

    n: int
    open: int
    unknown: int
    mean: float | None
    median: float | None
    p90: float | None


class TimesOut(TypedDict):
    """The times of some incidents."""

    incidents: int
    noticed_by_ourselves: int
    detect: SpreadOfTimes
    acknowledge: SpreadOfTimes
    mitigate: SpreadOfTimes
    resolve: SpreadOfTimes


class TimesOfGroup(TimesOut):
    """The times of those that have one value in common."""

    value: str
    name: str


class TimesCompared(TypedDict):
    """The times of all that fit, and by the dimension asked for; `left_out` groups are beyond what is listed."""

    all: TimesOut
    by: Annotated[str, Words(By)]
    groups: list[TimesOfGroup]
    left_out: int


def times_said(times: Times) -> dict[str, Any]:
    """The times of some incidents in seconds, each with how many say so and how many do not."""
    spreads = ("detect", "acknowledge", "mitigate", "resolve")
    return {
        "incidents": times.counted,
        "noticed_by_ourselves": times.by_ourselves,
        **{name: _spread_said(getattr(times, name)) for name in spreads},
    }


def _spread_said(spread: Spread) -> dict[str, Any]:
    said = {name: getattr(spread, name) for name in ("mean", "median", "p90")}
    seconds = {name: None if span is None else span.total_seconds() for name, span in said.items()}
    return {"n": spread.n, "open": spread.open, "unknown": spread.unknown, **seconds}

"""How the alerts about slow slides do on real series whose anomalies and changes people have marked.

    python -m benchmarks.alerts [FOLDER] [--json]

FOLDER holds `nab` and `river` as the folder drift of the real data does (default: that of REGISTRY_REAL_DATA). Every
series is taken in one point at a time, as deliveries of one reading are: the first good values become the baseline, the
chart looks back over as many points as it does in service, and an alert opens, is counted and ends by the same rules.
All values count as within their guard-rails, so that the charts alone speak, and both sides are heeded. Nobody calls an
alert over: what moves away and stays keeps its one alert.

A window is detected when an alert opens in it; its delay is counted in points from its first. An alert that is already
open hides a window. An alert that opens outside every window, or in one that has its alert already, is false.
"""

import argparse
import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from registry.monitoring.rules.alerts import State, Step, next_change
from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.slides import Chart, Point, as_slides, calm_with, points_with, sliding
from registry.monitoring.rules.trend import FEWEST_POINTS
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Direction

# Only the order of readings matters to the rules; some series tell no time that a computer reads.
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
EVERY = timedelta(hours=1)

# People who marked the same change lie a few points apart (as in the benchmark these series are from).
MARGIN = 5
# A shift of one deviation is found after ten points on average; after twice as many it counts as overlooked.
IN_TIME = 20


@dataclass(frozen=True)
class Series:
    """Values in their order, and the windows people marked: first and last place, from 0."""

    name: str
    values: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Score:
    """What one chart found in one series. `watched` are the points outside all windows and after the baseline."""

    series: str
    chart: str
    points: int
    windows: int
    detected: int
    hidden: int
    delays: tuple[int, ...]
    false_alarms: int
    watched: int

    @property
    def delay(self) -> float | None:
        """The median delay of the windows detected, in points."""
        return median(self.delays) if self.delays else None

    @property
    def per_thousand(self) -> float | None:
        """False alarms for a thousand points watched."""
        return 1000 * self.false_alarms / self.watched if self.watched else None


def alerts_in(values: Sequence[float], chart: Chart = Chart.CUSUM) -> Iterator[tuple[int, int]]:
    """The places at which an alert opens and at which it ends, the latter the number of points where it never does."""
    calm: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    state, opened = State(), None
    for place, value in enumerate(values):
        at = FIRST + place * EVERY
        readings = [Reading(1, "", at, at, Decimal(repr(value)), None, Verdict.MET)]
        calm, points = calm_with(calm, readings), points_with(points, readings)
        slid = sliding(calm, points, Direction.RANGE, chart)
        if slid is None:
            continue
        step, state = next_change(state, as_slides(readings, slid))
        if step is Step.OPEN:
            opened = place
        elif step is Step.RESOLVE and opened is not None:
            yield opened, place
            opened = None
    if opened is not None:
        yield opened, len(values)


def scored(series: Series, chart: Chart) -> Score:
    """What the chart found of the windows, and what beside them."""
    alerts = list(alerts_in(series.values, chart))
    delays, hidden, true = [], 0, set[int]()
    for first, last in series.windows:
        inside = [opened for opened, _ in alerts if first <= opened <= last and opened not in true]
        if inside:
            true.add(inside[0])
            delays.append(inside[0] - first)
        else:
            hidden += any(opened < first < ended for opened, ended in alerts)
    marked = {place for first, last in series.windows for place in range(first, last + 1)}
    watched = len(set(range(FEWEST_POINTS, len(series.values))) - marked)
    false = len(alerts) - len(true)
    return Score(
        series.name,
        chart.value,
        len(series.values),
        len(series.windows),
        len(delays),
        hidden,
        tuple(delays),
        false,
        watched,
    )


def nab(folder: Path) -> Iterator[Series]:
    """The series of the Numenta Anomaly Benchmark in this folder, with the windows it gives."""
    told = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    for name, windows in told.items():
        file = folder / Path(name).name
        if not file.exists():
            continue
        rows = _rows(file)
        times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
        spans = [tuple(datetime.fromisoformat(each) for each in window) for window in windows]
        places = [[place for place, at in enumerate(times) if low <= at <= high] for low, high in spans]
        yield Series(
            f"nab {file.stem}",
            tuple(float(row["value"]) for row in rows),
            tuple((inside[0], inside[-1]) for inside in places if inside),
        )


def river(folder: Path) -> Iterator[Series]:
    """The series with change points in this folder, one for each column of numbers."""
    told = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))["annotations"]
    for name, about in told.items():
        file = folder / f"{name}.csv"
        if not file.exists():
            continue
        rows = _rows(file)
        windows = agreed([*about["annotations_by_annotator"].values()], len(rows))
        for column in [*rows[0]][1:]:
            yield Series(f"river {name} {column}", tuple(float(row[column]) for row in rows), windows)


def agreed(marks: Sequence[Sequence[int]], count: int) -> tuple[tuple[int, int], ...]:
    """The changes that at least half of those who looked marked, as windows of so many of `count` points.

    Marks that follow one another within the margin are of one change, which lies where their median does.
    """
    groups: list[list[tuple[int, int]]] = []
    for place, who in sorted((place, who) for who, each in enumerate(marks) for place in each):
        if groups and place - groups[-1][-1][0] <= MARGIN:
            groups[-1].append((place, who))
        else:
            groups.append([(place, who)])
    changes = [
        int(median(place for place, _ in group))
        for group in groups
        if 2 * len({who for _, who in group}) >= len(marks)
    ]
    return tuple((max(0, each - MARGIN), min(each + IN_TIME, count - 1)) for each in changes)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def total(scores: Sequence[Score]) -> Score:
    """All series together, as if they were one."""
    sums = Counter[str]()
    for each in scores:
        sums.update(points=each.points, windows=each.windows, detected=each.detected, hidden=each.hidden)
        sums.update(false_alarms=each.false_alarms, watched=each.watched)
    delays = tuple(delay for each in scores for delay in each.delays)
    counts = {
        name: sums[name] for name in ("points", "windows", "detected", "hidden", "false_alarms", "watched")
    }
    return Score("all", scores[0].chart, delays=delays, **counts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, run every series under both charts, print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    real = os.environ.get("REGISTRY_REAL_DATA")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(real) / "drift" if real else None)
    parser.add_argument("--json", action="store_true", help="one JSON object for each line of the table")
    given = parser.parse_args(arguments)
    if given.folder is None:
        parser.error("name the folder of the series, or set REGISTRY_REAL_DATA")
    found = [
        series
        for name, read in (("nab", nab), ("river", river))
        if (given.folder / name).is_dir()
        for series in read(given.folder / name)
    ]
    if not found:
        sys.exit(f"There is no series in {given.folder}.")
    for chart in Chart:
        scores = [scored(series, chart) for series in found]
        _print([*scores, total(scores)], as_json=given.json)


def _print(scores: Sequence[Score], *, as_json: bool) -> None:
    if as_json:
        for each in scores:
            print(json.dumps(asdict(each) | {"delay": each.delay, "per_thousand": each.per_thousand}))
        return
    print(
        f"{scores[0].chart:42}{'points':>8}{'windows':>9}{'detected':>10}{'hidden':>8}{'delay':>8}{'false':>7}{'per 1,000':>11}"
    )
    for each in scores:
        delay = "-" if each.delay is None else f"{each.delay:g}"
        rate = "-" if each.per_thousand is None else f"{each.per_thousand:.1f}"
        print(
            f"{each.series:42}{each.points:8,}{each.windows:9}{each.detected:10}{each.hidden:8}{delay:>8}"
            f"{each.false_alarms:7}{rate:>11}"
        )
    print()


if __name__ == "__main__":
    main()

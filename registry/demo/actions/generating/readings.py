"""Readings by the million: drawn series by series, judged and digested as deliveries are, and written past the objects."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, groupby
from typing import Any

from registry.demo.actions.generating.house import DOOR
from registry.demo.actions.generating.loading import Loader, Values, write
from registry.demo.actions.generating.metrics import Series
from registry.demo.actions.generating.telling import Chronicle
from registry.demo.rules.wanted import shares
from registry.kernel.events import Event
from registry.monitoring.actions.storing import make_months
from registry.monitoring.models.snapshots import SNAPSHOT, FrozenRail, LatestSnapshot, SnapshotBatch
from registry.monitoring.rules.points import written
from registry.monitoring.rules.rails import Rails, digest_of, lines_of
from registry.objectives.rules.judging import Verdict

_STEPS = tuple(timedelta(minutes=each) for each in (30 * 1_440, 7 * 1_440, 1_440, 360, 60, 15, 5))
_AT_ONCE = 100_000
_LATE = timedelta(minutes=10)
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a series: its newest verdict, since when it is so, and the ends of windows that were bad before."""

    series: Series
    verdict: Verdict
    since: datetime
    newest_id: int
    bad_before: Sequence[datetime]
    ends: datetime


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The readings of a series as columns."""

    starts: Sequence[datetime]
    ends: Sequence[datetime]
    values: Sequence[str]
    cases: Sequence[int]
    verdicts: Sequence[Verdict]


class Readings:
    """Takes series after series and writes their readings, deliveries and newest readings."""

    def __init__(self, loader: Loader, chronicle: Chronicle, draw: random.Random) -> None:
        self.count = 0
        self._loader, self._chronicle, self._draw = loader, chronicle, draw
        self._rails: dict[str, int] = {}
        self._rows: list[Iterable[Values]] = []
        self._waiting: list[str] = []

    def send(self, series: Sequence[Series], count: int, progress: Callable[[str], None]) -> Iterator[Heard]:
        """So many readings, dealt out by the weights of the series; a series too short for its share leaves the rest to others."""
        left = 0
        for each, share in zip(series, shares(count, [one.weight for one in series]), strict=True):
            most = int(each.days * timedelta(days=1) / _STEPS[-1])
            taken = min(share + left, most)
            left += share - taken
            if taken:
                yield self._of(each, taken)
            if len(self._waiting) >= _AT_ONCE:
                self.flush()
                progress(f"{self.count:,} of {count:,} readings")
        self.flush()

    def flush(self) -> None:
        """Write what has been drawn so far."""
        self._loader.flush()
        with self._loader.database.transaction() as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                # Instants are handed over without their zone.
                connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
            make_months(connection, self._waiting)
            rows = chain.from_iterable(self._rows)
            write(connection, SNAPSHOT, [column.name for column in SNAPSHOT.columns], rows)
        self._rows, self._waiting = [], []

    def _of(self, series: Series, count: int) -> Heard:
        drawn = _drawn(series, count, self._draw)
        first = self._loader.number_for(SNAPSHOT, count)
        rail = self._rail(series.rails)
        starts, ends = list(map(written, drawn.starts)), list(map(written, drawn.ends))
        verdicts = [each.value for each in drawn.verdicts]
        batches: list[int] = []
        received = drawn.ends[-1]
        # A pipeline sends what it has once a month.
        for _, places in groupby(range(count), key=lambda place: ends[place][:7]):
            some = list(places)
            part = slice(some[0], some[-1] + 1)
            received = drawn.ends[part.stop - 1] + _LATE
            columns = (starts[part], ends[part], drawn.values[part], drawn.cases[part], verdicts[part])
            batch = _delivery(series, received, columns)
            self._loader.add(batch)
            self._chronicle.note(
                received, DOOR, Event.SNAPSHOTS_RECORDED, batch, batch, system_id=series.system_id
            )
            batches += [batch.id or 0] * len(some)
        nothing, none, zero = [None] * count, [""] * count, [0] * count
        metric, rails = [series.metric_id] * count, [rail] * count
        ids = range(first, first + count)
        told = (ids, batches, metric, none, starts, ends, none, zero, drawn.values, drawn.cases)
        self._rows.append(zip(*told, nothing, nothing, verdicts, rails, strict=True))
        self._waiting += ends
        self.count += count
        self._loader.add(_newest(series, drawn, ids[-1], received))
        return _heard(series, drawn, ids[-1])

    def _rail(self, rails: Rails | None) -> int | None:
        if rails is None:
            return None
        if rails.sha256 not in self._rails:
            told: dict[str, Any] = {"sha256": rails.sha256, "minimum_sample": rails.minimum_sample}
            for name, rail in (("warn", rails.warn), ("breach", rails.breach)):
                if rail is not None:
                    told |= {f"{name}_bound": rail.bound, f"{name}_low": rail.low, f"{name}_high": rail.high}
            row = FrozenRail(**told)
            self._loader.add(row)
            self._rails[rails.sha256] = row.id or 0
        return self._rails[rails.sha256]


def _drawn(series: Series, count: int, draw: random.Random) -> _Drawn:
    step = next((each for each in _STEPS if each * count <= timedelta(days=series.days)), _STEPS[-1])
    last = series.ends.replace(second=0, microsecond=0)
    ends = [last - step * back for back in range(count - 1, -1, -1)]
    # Most wobble around where they lie; some slide the wrong way towards the end.
    unrest = [round(draw.gauss(0, series.reach * 18)) for _ in range(64)]
    slides = series.reach * _HUNDRED * draw.uniform(0.3, 1.2) * (1 if draw.random() < 0.12 else 0)
    turn = max(1, count // 3)
    side = -1 if series.usual >= 80 else 1
    level, noise = series.usual * _HUNDRED, draw.choices(unrest, k=count)
    cents = [
        max(0, level + each + round(side * slides * max(0, place - count + turn) / turn))
        for place, each in enumerate(noise)
    ]
    values = [f"{each // _HUNDRED}.{each % _HUNDRED:02}" for each in cents]
    cases = [round(draw.lognormvariate(5, 1)) + 1] * count
    if series.rails is None:
        verdicts = [Verdict.NO_GUARD_RAIL] * count
    else:
        verdicts = series.rails.judge_each(list(map(Decimal, values)), cases)
    return _Drawn([ends[0] - step, *ends[:-1]], ends, values, cases, verdicts)


def _delivery(series: Series, received: datetime, columns: tuple[Sequence[Any], ...]) -> SnapshotBatch:
    starts, ends, values, cases, verdicts = columns
    count = len(starts)
    nothing: list[None] = [None] * count
    metric, none = [series.metric_id] * count, [""] * count
    judged_by = [series.rails.sha256 if series.rails else ""] * count
    lines = lines_of(
        *(metric, ends, none, starts, none, [0] * count, values, cases, nothing, nothing, verdicts, judged_by)
    )
    return SnapshotBatch(
        system_id=series.system_id,
        received_at=received,
        source="pipeline",
        points=count,
        sha256=digest_of(lines),
    )


def _newest(series: Series, drawn: _Drawn, number: int, received: datetime) -> LatestSnapshot:
    return LatestSnapshot(
        metric_id=series.metric_id,
        snapshot_id=number,
        window_start=drawn.starts[-1],
        window_end=drawn.ends[-1],
        value=Decimal(drawn.values[-1]),
        n=drawn.cases[-1],
        verdict=drawn.verdicts[-1],
        received_at=received,
    )


def _heard(series: Series, drawn: _Drawn, newest_id: int) -> Heard:
    bad = {Verdict.WARN, Verdict.BREACH}
    newest, place = drawn.verdicts[-1], len(drawn.verdicts) - 1
    while place and drawn.verdicts[place - 1] is newest:
        place -= 1
    before = [
        end for end, each in zip(drawn.ends[:place], drawn.verdicts[:place], strict=True) if each in bad
    ]
    return Heard(series, newest, drawn.ends[place], newest_id, before, drawn.ends[-1])

"""Which readings of a good delivery tell its alerts as much as all of them do: the first of a series, and the newest."""

from collections.abc import Sequence

from registry.monitoring.rules.alerts import GOOD_NEEDED
from registry.monitoring.rules.slides import MOST_POINTS
from registry.monitoring.rules.trend import FEWEST_POINTS
from registry.objectives.rules.judging import Verdict

_BAD = frozenset({Verdict.WARN, Verdict.BREACH})
# A recovery looks at the newest good windows and a chart at the newest judged ones; the chart looks further back.
_NEWEST = max(GOOD_NEEDED, MOST_POINTS)


def telling(
    series: Sequence[tuple[int, str]],
    ends: Sequence[str],
    verdicts: Sequence[Verdict],
    revisions: Sequence[int],
) -> list[int]:
    """The positions of the readings that must be weighed, given all of a delivery as columns.

    `series` are metric and group, `ends` the ends of the windows as texts that sort as the instants do. Every one, where
    any is bad or corrects another: an alert counts them and looks between them. Where none is, nothing opens by the
    guard-rails, and what is remembered of a series are its first good values and its newest windows.
    """
    if any(revisions) or not _BAD.isdisjoint(verdicts):
        return list(range(len(ends)))
    return [place for some in apart(series) for place in _of_series(some, ends, verdicts)]


def apart(series: Sequence[tuple[int, str]]) -> list[Sequence[int]]:
    """The positions of the readings of each series, in their order."""
    if series.count(series[0]) == len(series):
        return [range(len(series))]
    positions: dict[tuple[int, str], list[int]] = {}
    for place, each in enumerate(series):
        positions.setdefault(each, []).append(place)
    return list(positions.values())


def _of_series(positions: Sequence[int], ends: Sequence[str], verdicts: Sequence[Verdict]) -> list[int]:
    if len(positions) <= FEWEST_POINTS + _NEWEST:
        return list(positions)
    in_order = sorted(positions, key=ends.__getitem__)
    # Compared by identity: to look a verdict up costs more than that, and these may be thousands.
    met = Verdict.MET
    good = [place for place in in_order if verdicts[place] is met]
    # How far the series was heard of is told by its last reading, whether that could be judged or not.
    return sorted({*good[:FEWEST_POINTS], *_newest(good, ends), in_order[-1]})


def _newest(in_order: Sequence[int], ends: Sequence[str]) -> Sequence[int]:
    """The readings of the newest windows: of a window that several speak of, each."""
    windows: set[str] = set()
    for after, place in enumerate(reversed(in_order)):
        windows.add(ends[place])
        if len(windows) > _NEWEST:
            return in_order[len(in_order) - after :]
    return in_order

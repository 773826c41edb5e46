"""Drift as charts: the map of features by window, and one feature's baseline beside a window of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.queries.windows import is_own, spread_in
from registry.drift.rules.comparing import Compared, Standing, decided
from registry.kernel.calendar import last_day
from registry.monitoring.rules.saying import group_said
from registry.output.charts.chart import Chart
from registry.output.charts.heat import Field, Line, Tone, heat_map
from registry.output.charts.pairs import Pair, pair_chart
from registry.output.charts.scales import day_label, full_day

MOST_WINDOWS: Final = 12

_TONES: Final = {
    Standing.STEADY: Tone.GOOD,
    Standing.SLIGHT: Tone.SLIGHT,
    Standing.MODERATE: Tone.WARN,
    Standing.SIGNIFICANT: Tone.BAD,
    Standing.TOO_FEW: Tone.NONE,
    Standing.NOT_COMPARED: Tone.NONE,
}


def named(feature: Feature) -> str:
    """What a feature is called, with the group it is watched for."""
    return f"{feature.name} ({group_said(feature.group_key)})" if feature.group_key else feature.name


def drift_map(
    features: Sequence[Feature],
    windows: Mapping[int, Sequence[Distribution]],
    baselines: Mapping[int, Baseline],
) -> Chart:
    """The map of features that have a baseline, by the newest windows of any of them, oldest on the left."""
    kept = [each for each in features if each.id in baselines]
    ends = sorted({one.window_end for each in kept for one in windows[each.id or 0]})[-MOST_WINDOWS:]
    lines = [
        Line(named(each), _fields(windows[each.id or 0], baselines[each.id or 0], ends)) for each in kept
    ]
    days = {
        one.window_end: last_day(one.window_start, one.window_end)
        for each in kept
        for one in windows[each.id or 0]
    }
    columns = [day_label(days[end]) for end in ends]
    return heat_map("drift-map", "Drift by feature and window", columns=columns, lines=lines)


def _fields(
    windows: Sequence[Distribution], baseline: Baseline, ends: Sequence[datetime]
) -> list[Field | None]:
    before = spread_in(baseline)
    found: dict[datetime, Field] = {}
    for each in windows:
        if is_own(baseline, each):
            found[each.window_end] = Field("B", Tone.NONE, "is the baseline")
            continue
        standing, drift = decided(before, spread_in(each))
        note = "" if drift is None else f"{drift.value:.3f}"
        found[each.window_end] = Field(standing.letter, _TONES[standing], standing.said, note)
    return [found.get(end) for end in ends]


def beside(baseline: Baseline, window: Distribution, compared: Compared) -> Chart | None:
    """The shares of the baseline and of a window, bin by bin; None where they are counted in different bins."""
    if not compared.labels:
        return None
    pairs = [Pair(*each) for each in zip(compared.labels, compared.before, compared.now, strict=True)]
    names = (baseline.name, f"window up to {full_day(last_day(window.window_start, window.window_end))}")
    return pair_chart("drift-beside", "Baseline and window", names=names, pairs=pairs)

"""The weekly figures of feedback as readings of the metrics that ask for them: which metrics those are, and each reading."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from registry.feedback.rules.figures import Figures, Share
from registry.monitoring.rules.points import PointIn
from registry.objectives.rules.metric import Kind, MetricFacts

# As far back as the figures of a system are shown; a metric stated today begins with that much of a past.
WEEKS: Final = 12
SOURCE: Final = "Feedback on this system"
CORRECTED: Final = "Feedback of that week was judged anew, as spam or as none."

_SCALES: Final[Mapping[str, int]] = {
    "": 1,
    "share": 1,
    "ratio": 1,
    "fraction": 1,
    "%": 100,
    "percent": 100,
    "per cent": 100,
}
_NAMES: Final[Mapping[Kind, str]] = {
    Kind.USER_SATISFACTION: "User satisfaction",
    Kind.OVERRIDE_RATE: "Override rate",
}
FED: Final = tuple(_NAMES)
# A hundredth of a percent either way: finer than any number of answers tells apart.
_FINEST: Final[Mapping[int, Decimal]] = {1: Decimal("0.0001"), 100: Decimal("0.01")}


def takes_figures(metric: MetricFacts) -> bool:
    """Whether the weekly figure of feedback is written to this metric.

    It is of a kind that feedback gives, in a unit a share can be told in, and does not name another origin.
    """
    return metric.kind in FED and _scale(metric) is not None and not _comes_from_elsewhere(metric)


def _scale(metric: MetricFacts) -> int | None:
    return _SCALES.get(metric.unit.strip().casefold())


def _comes_from_elsewhere(metric: MetricFacts) -> bool:
    return bool(metric.origin.strip()) and "feedback" not in metric.origin.casefold()


def points_of(slug: str, metric: MetricFacts, weeks: Sequence[Figures]) -> list[PointIn]:
    """A reading of the metric for each of these weeks in which somebody answered; of the others nothing is known.

    A week is its window, Monday to Monday in UTC, and gives the reading its key; `n` counts the answers. None for a
    metric that takes no figures.
    """
    scale = _scale(metric)
    if scale is None or not takes_figures(metric):
        return []
    return [
        _point(slug, week, share, interval, scale)
        for week in weeks
        for share in [week.satisfaction if metric.kind is Kind.USER_SATISFACTION else week.override_rate]
        if (interval := share.interval)
    ]


def _point(slug: str, week: Figures, share: Share, interval: tuple[float, float], scale: int) -> PointIn:
    value = _short(Decimal(share.counted * scale) / share.among, scale)
    low, high = (_short(Decimal(end * scale), scale) for end in interval)
    return PointIn(
        slug,
        _midnight(week.first),
        _midnight(week.last + timedelta(days=1)),
        value,
        share.among,
        # Of a great many answers the interval is narrower than the digits that are kept.
        min(low, value),
        max(high, value),
        key=key_of(week.first),
    )


def _short(number: Decimal, scale: int) -> Decimal:
    """To a hundredth of a percent, without the noughts at its end."""
    return Decimal(f"{number.quantize(_FINEST[scale]):f}".rstrip("0").rstrip("."))


def key_of(monday: date) -> str:
    """The key of a week's reading: "feedback-2026-W48"."""
    year, number, _ = monday.isocalendar()
    return f"feedback-{year}-W{number:02}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def how_figures_come(metrics: Sequence[MetricFacts]) -> list[str]:
    """For satisfaction and override rate, a sentence each: what is written by itself, or what has to be stated for it."""
    return [
        _said(name, [metric for metric in metrics if metric.kind is kind]) for kind, name in _NAMES.items()
    ]


def _said(name: str, metrics: Sequence[MetricFacts]) -> str:
    if not metrics:
        return f"{name}: state a metric of this kind in %, and every week's figure from the feedback becomes a reading of it."
    fed = next((metric for metric in metrics if takes_figures(metric)), None)
    if fed is not None:
        return f"{name}: every Monday the figure of the week before, from the feedback, becomes a reading of {fed.name}."
    other = next((metric for metric in metrics if _comes_from_elsewhere(metric)), None)
    if other is not None:
        return (
            f"{name}: {other.name} says that its number comes from elsewhere ({other.origin}), so nothing from the"
            " feedback is written to it."
        )
    return (
        f"{name}: {metrics[0].name} is stated in {metrics[0].unit}, and feedback gives a share. State it in %, and every"
        " week's figure becomes a reading of it."
    )

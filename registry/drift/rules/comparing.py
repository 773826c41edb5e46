"""A window against its baseline: every measure that can be taken, which of them decides, and what is said of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from registry.drift.rules.measures import (
    Band,
    Drift,
    Measure,
    Moments,
    Verdict,
    jensen_shannon,
    kolmogorov_smirnov,
    mean_shift,
    psi,
    wasserstein,
)
from registry.drift.rules.spreads import Kind, Spread
from registry.monitoring.rules.refusals import NotMeasurable, Reason

ADDED: Final = 0.5
"""What is put into every bin when one of them is empty on one side only, where the index would be infinite."""


class Standing(StrEnum):
    """How a feature stands in one window, by the measure that decides."""

    STEADY = "steady"
    SLIGHT = "slight"
    MODERATE = "moderate"
    SIGNIFICANT = "significant"
    TOO_FEW = "too_few"
    NOT_COMPARED = "not_compared"

    @property
    def said(self) -> str:
        """The standing in words."""
        return _SAID[self][1]

    @property
    def letter(self) -> str:
        """The letter it has in a heat map."""
        return _SAID[self][0]

    @property
    def is_drift(self) -> bool:
        """Whether somebody is to look at it: beyond chance, and more than little by custom."""
        return self in {Standing.MODERATE, Standing.SIGNIFICANT}


_SAID: Final = {
    Standing.STEADY: ("·", "as chance has it"),
    Standing.SLIGHT: ("L", "a little moved"),
    Standing.MODERATE: ("M", "moved moderately"),
    Standing.SIGNIFICANT: ("S", "moved significantly"),
    Standing.TOO_FEW: ("?", "too few cases to say"),
    Standing.NOT_COMPARED: ("x", "not compared"),
}
_MODERATE_FROM: Final = {Measure.PSI: 0.1, Measure.MEAN_SHIFT: 0.2}
_NAMES: Final = {
    Measure.PSI: ("Population stability index", "natural logarithm", "0.1 moderate, above 0.25 significant"),
    Measure.JS_DISTANCE_NAT: ("Jensen-Shannon distance", "base e", "0.1 significant"),
    Measure.JS_DISTANCE_BIT: ("Jensen-Shannon distance", "base 2", "0.1 in base e significant"),
    Measure.JS_DIVERGENCE_NAT: ("Jensen-Shannon divergence", "in nats", "0.01 significant"),
    Measure.JS_DIVERGENCE_BIT: ("Jensen-Shannon divergence", "in bits", "0.01 nats significant"),
    Measure.KS_BINNED: (
        "Kolmogorov-Smirnov D",
        "seen at the ends of bins only, so never larger than on the values themselves",
        "a p-value of 0.05 significant",
    ),
    Measure.WASSERSTEIN: (
        "Wasserstein-1 distance",
        "in the feature's unit",
        "0.1 standard deviations significant",
    ),
    Measure.WASSERSTEIN_NORMALISED: (
        "Wasserstein-1 distance",
        "in standard deviations of the baseline",
        "0.1 significant",
    ),
    Measure.MEAN_SHIFT: (
        "Shift of the mean",
        "in standard deviations of the baseline",
        "0.2 moderate, above 0.5 significant",
    ),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A measure that could not be taken, and why as a sentence."""

    measure: Measure
    because: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A window against a baseline. `labels` name the bins both are counted in, none where they differ."""

    measured: tuple[Drift, ...]
    refused: tuple[Refused, ...]
    labels: tuple[str, ...] = ()
    before: tuple[int, ...] = ()
    now: tuple[int, ...] = ()

    @property
    def decides(self) -> Drift | None:
        """The measure alerts go by: the stability index, or the shift of the mean where bins cannot be compared.

        One and not the worst of all: with each further measure chance would have a further try.
        """
        by = {each.measure: each for each in self.measured}
        return by.get(Measure.PSI) or by.get(Measure.MEAN_SHIFT)

    @property
    def standing(self) -> Standing:
        """How the feature stands in this window."""
        found = self.decides
        if found is None:
            return Standing.NOT_COMPARED
        if found.verdict is Verdict.WITHHELD:
            return Standing.TOO_FEW
        if found.verdict is Verdict.CHANCE:
            return Standing.STEADY
        if found.verdict is Verdict.SLIGHT:
            return Standing.SLIGHT
        return Standing.SIGNIFICANT if found.band is Band.SIGNIFICANT else Standing.MODERATE


def compare(before: Spread, now: Spread) -> Compared:
    """Every measure of drift that two spreads allow, each with its band and critical value; the others with the reason.

    Between edges, both must be counted between the same ones; by category, one that only one side names holds none on
    the other. Nothing is raised.
    """
    try:
        labels, e, a = _aligned(before, now)
    except NotMeasurable as differ:
        measured, refused = _taken([(Measure.MEAN_SHIFT, lambda: _mean_shift(before, now))])
        kept = [each for each in _of_kind(now.kind) if each is not Measure.MEAN_SHIFT]
        return Compared(measured, (*(Refused(each, str(differ)) for each in kept), *refused))
    edges = before.edges
    ways: dict[Measure, Callable[[], Drift]] = {
        Measure.PSI: lambda: _psi(e, a),
        Measure.JS_DISTANCE_NAT: lambda: jensen_shannon(e, a, Measure.JS_DISTANCE_NAT),
        Measure.JS_DIVERGENCE_BIT: lambda: jensen_shannon(e, a, Measure.JS_DIVERGENCE_BIT),
        Measure.KS_BINNED: lambda: kolmogorov_smirnov(e, a),
        Measure.WASSERSTEIN: lambda: wasserstein(e, a, edges),
        Measure.WASSERSTEIN_NORMALISED: lambda: wasserstein(e, a, edges, normalised=True),
        Measure.MEAN_SHIFT: lambda: _mean_shift(before, now),
    }
    measured, refused = _taken([(each, ways[each]) for each in _of_kind(now.kind)])
    return Compared(measured, refused, labels, e, a)


def decided(before: Spread, now: Spread) -> tuple[Standing, Drift | None]:
    """Only how the feature stands and the measure that says so, for whoever asks about thousands of windows."""
    try:
        _, e, a = _aligned(before, now)
        ways = [(Measure.PSI, lambda: _psi(e, a))]
    except NotMeasurable:
        ways = []
    found = Compared(_taken(ways)[0], ())
    if found.decides is None:
        found = Compared(_taken([(Measure.MEAN_SHIFT, lambda: _mean_shift(before, now))])[0], ())
    return found.standing, found.decides


def measure_said(measure: Measure) -> tuple[str, str, str]:
    """A measure's name, its variant, and from where on custom calls it what."""
    return _NAMES[measure]


def verdict_said(drift: Drift) -> str:
    """What band and critical value of one measure say together, as a sentence."""
    if drift.verdict is Verdict.WITHHELD:
        return drift.withheld
    if drift.verdict is Verdict.CHANCE:
        if drift.band is Band.LITTLE:
            return "No more than chance alone gives with so many cases."
        return (
            f"With so few cases chance alone gives as much, though custom would call it {drift.band.value}."
        )
    if drift.verdict is Verdict.SLIGHT:
        return "More than chance explains, yet little by custom."
    return f"More than chance explains, and {drift.band.value} by custom."


def drift_said(feature: str, baseline: str, on: date, drift: Drift) -> str:
    """A feature that has left its baseline: by which measure, when, and which bounds it passed."""
    name, variant, _ = measure_said(drift.measure)
    bound = _bound(drift)
    return (
        f"{feature} has moved away from “{baseline}”: in the window up to {on.day} {on:%b %Y} the {_lower(name)} "
        f"({variant}) was {drift.value:.3f}. Custom calls {bound} {drift.band.value}, and chance alone explains at most "
        f"{drift.critical:.3f}."
    )


def is_back(standing: Standing, drift: Drift | None) -> bool:
    """Whether a window shows that a feature is like its baseline again.

    One so small that chance could have hidden a drift in it shows nothing.
    """
    quiet = standing in {Standing.STEADY, Standing.SLIGHT}
    return quiet and drift is not None and drift.critical < _MODERATE_FROM[drift.measure]


def problems_with_baseline(spread: Spread) -> str:
    """Why nothing could ever be compared with these counts, as a sentence; empty where something could."""
    if not spread.n:
        return "It holds no cases, so nothing can be compared with it."
    if sum(1 for each in spread.counts if each) < 2:
        return "All its cases lie in one bin, so no window could be seen to differ. Choose finer bins."
    return ""


def _bound(drift: Drift) -> str:
    if drift.measure is Measure.MEAN_SHIFT:
        return "more than 0.5" if drift.band is Band.SIGNIFICANT else "0.2 to 0.5"
    return "more than 0.25" if drift.band is Band.SIGNIFICANT else "0.1 to 0.25"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _aligned(before: Spread, now: Spread) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    if before.kind is not now.kind:
        says = f"The baseline is counted {before.kind.said} and this window {now.kind.said}."
        raise NotMeasurable(Reason.BINS_DIFFER, says)
    if before.kind is Kind.CATEGORICAL:
        names = tuple(dict.fromkeys((*before.bins, *now.bins)))
        e, a = (dict(zip(each.bins, each.counts, strict=True)) for each in (before, now))
        return names, tuple(e.get(each, 0) for each in names), tuple(a.get(each, 0) for each in names)
    if before.bins != now.bins:
        says = (
            "This window is counted between other edges than its baseline; count it between the baseline's."
        )
        raise NotMeasurable(Reason.BINS_DIFFER, says)
    return before.labels, before.counts, now.counts


def _of_kind(kind: Kind) -> list[Measure]:
    nominal = [Measure.PSI, Measure.JS_DISTANCE_NAT, Measure.JS_DIVERGENCE_BIT]
    if kind is Kind.CATEGORICAL:
        return nominal
    ordered = [Measure.KS_BINNED, Measure.WASSERSTEIN, Measure.WASSERSTEIN_NORMALISED]
    return [*nominal, *ordered, Measure.MEAN_SHIFT]


def _taken(
    ways: Sequence[tuple[Measure, Callable[[], Drift]]],
) -> tuple[tuple[Drift, ...], tuple[Refused, ...]]:
    measured, refused = [], []
    for measure, take in ways:
        try:
            measured.append(take())
        except NotMeasurable as none:
            refused.append(Refused(measure, str(none)))
    return tuple(measured), tuple(refused)


def _psi(e: Sequence[int], a: Sequence[int]) -> Drift:
    lone = any((one == 0) != (other == 0) for one, other in zip(e, a, strict=True))
    return psi(e, a, added=ADDED if lone else 0.0)


def _mean_shift(before: Spread, now: Spread) -> Drift:
    return mean_shift(_moments("baseline", before), _moments("window", now))


def _moments(name: str, spread: Spread) -> Moments:
    if spread.mean is None or spread.variance is None:
        raise NotMeasurable(Reason.UNDEFINED, f"The {name} does not state its mean and variance.")
    return Moments(spread.n, float(spread.mean), float(spread.variance) ** 0.5)

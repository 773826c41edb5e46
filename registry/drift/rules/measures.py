"""Drift between a reference and a current window: five measures, each with its customary band and its critical value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.drift.rules.areas import area_between, area_by_chance, deviation, rising
from registry.monitoring.rules.quantiles import (
    chi_square_critical,
    kolmogorov_critical,
    kolmogorov_tail,
    normal_two_sided,
)
from registry.monitoring.rules.refusals import (
    NotMeasurable,
    Reason,
    between,
    counted,
    finite,
    paired,
    positive,
)

LEVEL: Final = 0.05
FEWEST_EXPECTED: Final = 5  # per bin, for the chi-square limit (Cochran 1954)
FEWEST_CASES: Final = 30  # per sample, for the limits of Kolmogorov, of areas and of means
ONE_BIN: Final = "Every case falls into the same bin, so these bins cannot show a drift."


class Measure(StrEnum):
    """A measure of drift in one named variant: numbers of different variants are never comparable."""

    PSI = "psi"  # natural logarithm
    JS_DIVERGENCE_NAT = "js_divergence_nat"
    JS_DIVERGENCE_BIT = "js_divergence_bit"
    JS_DISTANCE_NAT = "js_distance_nat"
    JS_DISTANCE_BIT = "js_distance_bit"
    KS_BINNED = "ks_binned"  # seen at the ends of bins only
    WASSERSTEIN = "wasserstein"  # in the unit of the edges, cases spread evenly inside each bin
    WASSERSTEIN_NORMALISED = "wasserstein_normalised"  # the same, in standard deviations of the reference
    MEAN_SHIFT = "mean_shift"  # signed, in standard deviations of the reference


class Band(StrEnum):
    """What custom calls a value. A rule of thumb: it knows nothing of how many cases there were."""

    LITTLE = "little"
    MODERATE = "moderate"
    SIGNIFICANT = "significant"


class Verdict(StrEnum):
    """What band and critical value say together."""

    CHANCE = "chance"  # equal distributions would give as much
    SLIGHT = "slight"  # more than chance, yet little by custom
    DRIFT = "drift"  # more than chance, and more than little
    WITHHELD = "withheld"  # too few cases to say


@dataclass(frozen=True, slots=True)
class Drift:
    """One measured drift. `critical` is what the value's size exceeds with probability `level` without any drift."""

    measure: Measure
    value: float
    band: Band
    critical: float
    level: float
    added: float = 0.0  # cases added to every bin against empty ones
    withheld: str = ""  # why there is no verdict, as a sentence

    @property
    def verdict(self) -> Verdict:
        """What the value means. Only a drift that passes both bars is called one."""
        if self.withheld:
            return Verdict.WITHHELD
        if abs(self.value) <= self.critical:
            return Verdict.CHANCE
        return Verdict.SLIGHT if self.band is Band.LITTLE else Verdict.DRIFT


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, mean and standard deviation of one sample."""

    cases: int
    mean: float
    deviation: float


def psi(
    reference: Sequence[int], current: Sequence[int], *, added: float = 0.0, level: float = LEVEL
) -> Drift:
    """Population stability index: sum (a - e) ln(a / e) over the bins' shares a of the current, e of the reference.

    Bands: below 0.10 little, up to 0.25 moderate, above significant (custom of credit scoring; no error rate
    stands behind it). Without drift PSI / (1/n + 1/m) is about chi-square with one degree less than bins
    (Yurdakul and Naranjo 2020): the critical value. `added` cases, none or 1e-6 to 1, go into every bin of both.
    Raises NotMeasurable for bins that do not match and for a bin empty on one side while nothing is added.
    """
    sizes = paired(reference, current)
    extra = between("number of added cases", added, 1e-6, 1) if added else 0.0
    if not extra:
        _refuse_lone_empty(reference, current)
    shares = [_shares(each, extra) for each in (reference, current)]
    value = math.fsum((a - e) * (math.log(a) - math.log(e)) for e, a in zip(*shares, strict=True) if a)
    critical, withheld = _chance(reference, current, sizes, level)
    return Drift(Measure.PSI, value, _band(value, 0.10, 0.25), critical, level, extra, withheld)


def jensen_shannon(
    reference: Sequence[int],
    current: Sequence[int],
    variant: Measure = Measure.JS_DISTANCE_NAT,
    *,
    level: float = LEVEL,
) -> Drift:
    """Jensen-Shannon divergence (Lin 1991), or the distance that is its root (Endres and Schindelin 2003).

    The divergence is (KL(a, m) + KL(e, m)) / 2 with m = (a + e) / 2, in nats or bits as the variant says. Band:
    a distance of 0.1 in base e is significant (Evidently), put into the unit of the variant. Without drift
    8 JSD / (1/n + 1/m) in nats is about chi-square, as for every smooth divergence (Pardo 2006). Raises
    NotMeasurable for bins that do not match and ValueError for a variant of another measure.
    """
    if variant not in _JS_UNITS:
        raise ValueError(f"{variant} is no variant of Jensen-Shannon")
    sizes = paired(reference, current)
    pairs = zip(_shares(reference), _shares(current), strict=True)
    nats = math.fsum((e + a) / 4 * _bent((a - e) / (a + e)) for e, a in pairs if e or a)
    chance, withheld = _chance(reference, current, sizes, level)
    unit, root = _JS_UNITS[variant]
    value, critical, customary = (
        math.sqrt(each / unit) if root else each / unit
        for each in (min(max(nats, 0.0), math.log(2)), chance / 8, 0.1**2)
    )
    return Drift(variant, value, _band(value, customary), critical, level, withheld=withheld)


def kolmogorov_smirnov(reference: Sequence[int], current: Sequence[int], *, level: float = LEVEL) -> Drift:
    """Two-sample Kolmogorov-Smirnov D on counts in ordered bins: the largest gap between the two running shares.

    Band: significant where the p-value of D is at most 0.05 (Evidently, which tests so up to 1,000 cases and looks at
    distances beyond). Critical value and p-value are those of the limit of sqrt(nm / (n + m)) D (Smirnov 1948). Gaps
    inside bins go unseen, which makes both cautious: the false alarms are at most as many as stated. Raises
    NotMeasurable for bins that do not match.
    """
    n, m = paired(reference, current)
    value, behind, ahead = 0.0, 0, 0
    for e, a in zip(reference, current, strict=True):
        behind, ahead = behind + e, ahead + a
        value = max(value, abs(behind * m - ahead * n) / (n * m))
    scale = math.sqrt(1 / n + 1 / m)
    band = Band.SIGNIFICANT if kolmogorov_tail(value / scale) <= 0.05 else Band.LITTLE
    critical = kolmogorov_critical(level) * scale
    pooled = [e + a for e, a in zip(reference, current, strict=True)]
    return Drift(Measure.KS_BINNED, value, band, critical, level, withheld=_few_cases(pooled, n, m))


def wasserstein(
    reference: Sequence[int],
    current: Sequence[int],
    edges: Sequence[float],
    *,
    normalised: bool = False,
    level: float = LEVEL,
) -> Drift:
    """Wasserstein-1: the area between the two running shares (Vallender 1974), cases spread evenly inside bins.

    In the unit of the edges, one more than bins and rising; or `normalised` by the larger of the reference's
    standard deviation and 0.001. Band: 0.1 normalised is significant (Evidently). The critical value depends on
    the distribution and is taken from both windows together, as area_by_chance tells. Raises NotMeasurable for bins
    or edges that do not match, and for edges that are not finite or do not rise.
    """
    n, m = paired(reference, current)
    ends = rising(edges, len(reference))
    area, spread = area_between(reference, current, ends), max(deviation(reference, ends), 0.001)
    unit = spread if normalised else 1.0
    pooled = [e + a for e, a in zip(reference, current, strict=True)]
    critical = area_by_chance(pooled, ends, level) * math.sqrt(1 / n + 1 / m) / unit
    measure = Measure.WASSERSTEIN_NORMALISED if normalised else Measure.WASSERSTEIN
    band = _band(area / spread, 0.1)
    return Drift(measure, area / unit, band, critical, level, withheld=_few_cases(pooled, n, m))


def mean_shift(reference: Moments, current: Moments, *, level: float = LEVEL) -> Drift:
    """The current mean less the reference mean, in standard deviations of the reference (Glass 1976).

    Bands: a size of 0.2 is moderate, above 0.5 significant (small and medium in Cohen 1988). The critical value is
    two-sided and normal, from both samples' own variances (Welch 1947). Raises NotMeasurable for numbers that
    are not finite, for no cases, and for a reference without spread.
    """
    for name, each in (("reference", reference), ("current window", current)):
        if counted(f"number of cases in the {name}", each.cases) == 0:
            raise NotMeasurable(Reason.NO_CASES, f"The {name} holds no cases.")
        finite(f"mean of the {name}", each.mean)
    unit = positive("standard deviation of the reference", reference.deviation)
    other = between("standard deviation of the current window", current.deviation, 0, math.inf)
    value = finite("shift of the mean", (current.mean - reference.mean) / unit)
    ratio = finite("ratio of the deviations", other / unit)
    error = math.hypot(1 / math.sqrt(reference.cases), ratio / math.sqrt(current.cases))
    critical = normal_two_sided(level) * error
    withheld = _small(reference.cases, current.cases)
    return Drift(Measure.MEAN_SHIFT, value, _band(abs(value), 0.2, 0.5), critical, level, withheld=withheld)


# The size of each variant's unit in nats, and whether the variant is the root.
_JS_UNITS: Final = {
    Measure.JS_DIVERGENCE_NAT: (1.0, False),
    Measure.JS_DIVERGENCE_BIT: (math.log(2), False),
    Measure.JS_DISTANCE_NAT: (1.0, True),
    Measure.JS_DISTANCE_BIT: (math.log(2), True),
}


def _refuse_lone_empty(reference: Sequence[int], current: Sequence[int]) -> None:
    for place, (e, a) in enumerate(zip(reference, current, strict=True), 1):
        if (e == 0) != (a == 0):
            raise NotMeasurable(
                Reason.EMPTY_BIN,
                f"Bin {place} is empty on one side only, which makes the index infinite; "
                "merge bins, or add a share of a case to each.",
            )


def _shares(counts: Sequence[int], added: float = 0.0) -> list[float]:
    total = sum(counts) + added * len(counts)
    return [(each + added) / total for each in counts]


def _bent(lean: float) -> float:
    """(1 + d) ln(1 + d) + (1 - d) ln(1 - d): a bin's part of the divergence, exact where the shares nearly agree."""
    return math.fsum((1 + d) * math.log1p(d) for d in (lean, -lean) if d > -1)


def _chance(
    reference: Sequence[int], current: Sequence[int], sizes: tuple[int, int], level: float
) -> tuple[float, str]:
    """The critical PSI, and why nothing may be concluded from it. Bins empty on both sides tell nothing and do not count."""
    n, m = sizes
    held = [(i, e + a) for i, (e, a) in enumerate(zip(reference, current, strict=True), 1) if e + a]
    if len(held) < 2:
        return 0.0, ONE_BIN
    critical = chi_square_critical(level, len(held) - 1) * (1 / n + 1 / m)
    place, smallest = min(held, key=lambda each: each[1])
    expected = smallest * min(n, m) / (n + m)
    if expected >= FEWEST_EXPECTED:
        return critical, ""
    return critical, (
        f"Without drift bin {place} would hold {expected:.1f} of the {FEWEST_EXPECTED} cases "
        "that a verdict needs in the smaller sample."
    )


def _few_cases(pooled: Sequence[int], n: int, m: int) -> str:
    """Why a sample is too small, or its bins too coarse, for the limits of Kolmogorov and of areas; empty where neither."""
    if sum(1 for each in pooled if each) < 2:
        return ONE_BIN
    return _small(n, m)


def _small(n: int, m: int) -> str:
    if min(n, m) >= FEWEST_CASES:
        return ""
    return f"The smaller sample holds {min(n, m)} of the {FEWEST_CASES} cases that a verdict needs."


def _band(value: float, notable: float, alarming: float | None = None) -> Band:
    """The band of a value: from `notable` on it is more than little; where custom knows two steps, up to the second moderate."""
    if value < notable:
        return Band.LITTLE
    return Band.SIGNIFICANT if alarming is None or value > alarming else Band.MODERATE

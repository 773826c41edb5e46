"""What a card states of groups of people compared, of forecasts held against what happened, and of features that drift."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from registry.drift.rules.comparing import Standing
from registry.drift.rules.measures import Measure as DriftMeasure
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.measures import Measure
from registry.objectives.rules.judging import Verdict


@dataclass(frozen=True, slots=True)
class GroupCompared:
    """One group of a window, with its value and 95 % interval against `reference`, from `cases` of its `n` cases.

    `value` is None where the group was not compared; `withheld` says why.
    """

    group: str
    n: int
    verdict: Verdict
    reference: str = ""
    cases: int | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Groups by one attribute, in the newest window in which they can be compared, else in the newest there is.

    `limit` and `acceptable` are those of the bound in force, None and "" where there is none; `fewest` the cases below
    which a group is not compared. `newer` counts the windows after this one, none of which can be compared; `refused`
    says why this one cannot. Without a window nothing is counted yet.
    """

    attribute: str
    measure: Measure
    fewest: int
    limit: Decimal | None = None
    acceptable: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    groups: tuple[GroupCompared, ...] = ()
    furthest: str = ""
    unknown: int = 0
    newer: int = 0
    refused: str = ""

    @property
    def compared(self) -> tuple[GroupCompared, ...]:
        """The groups that have a value."""
        return tuple(each for each in self.groups if each.value is not None)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Forecasts of the newest window held against what happened, in `bins` bins of one scheme.

    `brier` is the score of forecasts taken at the mean of their bin; `withheld` says why the error is no judgement.
    """

    window_start: datetime
    window_end: datetime
    scheme: Scheme
    bins: int
    n: int
    error: Decimal
    brier: Decimal
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """The newest window of a feature against its baseline, by the measure that decides. `group` is "" for everybody.

    `by_chance` is the most that chance alone explains. Without a window nothing has come yet, without a measure the
    two cannot be compared.
    """

    feature: str
    baseline: str
    group: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    n: int | None = None
    standing: Standing | None = None
    measure: DriftMeasure | None = None
    value: Decimal | None = None
    by_chance: Decimal | None = None

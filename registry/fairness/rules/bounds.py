"""What a bound on fairness must state, what it accepts, and how a comparison stands to it"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from registry.fairness.rules.comparing import FEWEST_IN_GROUP
from registry.fairness.rules.measures import Compared, Comparison, Groups, Measure, compare
from registry.kernel.errors import Problem
from registry.kernel.guard_rails import number_said
from registry.objectives.rules.judging import Verdict

ATTRIBUTE_LIMIT: Final = 60
GROUP_LIMIT: Final = 100
WORDS_LIMIT: Final = 2_000
MOST_FEWEST: Final = 1_000_000
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class BoundFacts:
    """What is acceptable between the groups of one attribute.

    `limit` is the least a ratio may be, or the most a difference may be either way; `reference` the group others are
    compared with, "" for the one best off; `fewest` the cases below which a group is not compared; `why_groups` why
    these groups are looked at; `reason` why this bound.
    """

    attribute: str
    measure: Measure | None = None
    limit: Decimal | None = None
    reference: str = ""
    fewest: int | None = FEWEST_IN_GROUP
    why_groups: str = ""
    reason: str = ""

    @property
    def ends(self) -> tuple[Fraction | None, Fraction | None]:
        """The least and the most that is acceptable; None where a side is open."""
        if self.measure is None or self.limit is None:
            return None, None
        limit = Fraction(self.limit)
        if self.measure.is_ratio:
            return limit, 1 / limit if self.measure.needs_reference else None
        return (-limit if self.measure.needs_reference else None), limit

    @property
    def said(self) -> str:
        """What is acceptable, in words: "impact ratio at least 0.8"."""
        if self.measure is None or self.limit is None:
            return "no bound"
        name, limit = self.measure.said[0].lower() + self.measure.said[1:], number_said(self.limit)
        if not self.measure.needs_reference:
            return f"{name} {'at least' if self.measure.is_ratio else 'at most'} {limit}"
        least, most = (f"{float(end):.3g}" if end is not None else "" for end in self.ends)
        return f"{name} from {least} to {most}, against {self.reference}"


def moved_without_reason(before: BoundFacts, after: BoundFacts) -> bool:
    """Whether what is acceptable changes while its reason stays: a loosened bound turns old breaches into good windows."""
    same = all(
        getattr(before, name) == getattr(after, name) for name in ("measure", "limit", "reference", "fewest")
    )
    return not same and before.reason == after.reason


def problems_with(facts: BoundFacts) -> list[Problem]:
    """Every objection to a bound."""
    return [Problem(field, message) for field, message in _objections(facts)]


def _objections(facts: BoundFacts) -> Iterable[tuple[str, str]]:
    if not facts.attribute:
        yield "attribute", "Say by what people are grouped, such as sex."
    elif len(facts.attribute) > ATTRIBUTE_LIMIT:
        yield "attribute", f"Use at most {ATTRIBUTE_LIMIT} characters."
    if facts.measure is None:
        yield "measure", "Choose how groups are compared."
    else:
        yield from _limit_refused(facts.limit, is_ratio=facts.measure.is_ratio)
        if facts.measure.needs_reference and not facts.reference:
            yield "reference", "This measure compares with a group that is fixed in advance. Name it."
        if not facts.measure.needs_reference and facts.reference:
            yield "reference", "This measure compares with the group best off. Leave this empty."
    if len(facts.reference) > GROUP_LIMIT:
        yield "reference", f"Use at most {GROUP_LIMIT} characters."
    if facts.fewest is None or not 1 <= facts.fewest <= MOST_FEWEST:
        yield "fewest", f"Give a whole number from 1 to {MOST_FEWEST:,}."
    for name, text, missing in (
        (
            "why_groups",
            facts.why_groups,
            "Say why these groups are looked at: a law, a complaint, what is known.",
        ),
        ("reason", facts.reason, "Say why this bound: the rule it comes from, or who agreed to it."),
    ):
        if not text:
            yield name, missing
        elif len(text) > WORDS_LIMIT:
            yield name, f"Use at most {WORDS_LIMIT:,} characters."


def _limit_refused(limit: Decimal | None, *, is_ratio: bool) -> Iterable[tuple[str, str]]:
    if limit is None:
        yield "limit", "Give the bound, such as 0.8 for a ratio or 0.1 for a difference."
    elif is_ratio and not 0 < limit <= 1:
        yield "limit", "A ratio's bound lies above 0 and is at most 1. Four fifths are 0.8."
    elif not is_ratio and not 0 <= limit < 1:
        yield "limit", "A difference's bound lies from 0 to below 1. Ten percentage points are 0.1."
    elif -int(limit.as_tuple().exponent) > _DIGITS:
        yield "limit", f"Use at most {_DIGITS} digits after the point."


@dataclass(frozen=True, slots=True)
class Judged:
    """A comparison of one group with its verdict: a warning where its interval still reaches what is acceptable."""

    compared: Compared
    verdict: Verdict


def judge(compared: Compared, facts: BoundFacts) -> Verdict:
    """Met at the bound itself. Outside of it a breach, and a warning where the interval still reaches the bound."""
    least, most = facts.ends
    if least is not None and compared.value < least:
        return Verdict.WARN if compared.high >= least else Verdict.BREACH
    if most is not None and compared.value > most:
        return Verdict.WARN if compared.low <= most else Verdict.BREACH
    return Verdict.MET


def judged(groups: Groups, facts: BoundFacts) -> tuple[Comparison, tuple[Judged, ...]]:
    """Every group of one window by the measure of the bound, each with its verdict. The bound is whole (problems_with)."""
    if facts.measure is None or facts.fewest is None:
        raise ValueError("a bound without a measure judges nothing")
    found = compare(groups, facts.measure, reference=facts.reference, fewest=facts.fewest)
    return found, tuple(Judged(each, judge(each, facts)) for each in found.groups)

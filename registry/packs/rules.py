"""What a rule pack is, which edition is in force on a day, and what a pack must satisfy to be loaded."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

UNCLASSIFIED = "unclassified"
_MOST_MONTHS, _MOST_DAYS = 120, 366

PATTERNS: dict[str, str] = {
    "F1": "Data drift and model degradation",
    "F2": "Poor problem definition",
    "F3": "Over-automation without human oversight",
    "F4": "Integration and system failure",
    "F5": "No monitoring or feedback loop",
    "F6": "Bias and compliance",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a record must state: the fact asked for, the failure it prevents, and where it is mended.

    `when` names a condition of the record under which it is asked for at all ("" for always).
    """

    id: str
    pattern: str
    fact: str
    says: str
    tab: str
    field: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmationRule:
    """How often owners say again that a system is theirs, and who is told when they do not.

    `months` maps a risk tier, or UNCLASSIFIED, to the months between two confirmations; the rest are days before or
    after the day it is due.
    """

    months: Mapping[str, int]
    remind_days_before: int
    deputy_days_after: int
    head_days_after: int

    def months_for(self, tier: str | None) -> int:
        """The months between two confirmations for a system of that tier (None: not classified)."""
        return self.months[tier or UNCLASSIFIED]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """How long an alert may wait for an answer.

    `answer_days` maps a risk tier, or UNCLASSIFIED, to the days after which the deputy is told; after twice as many the
    head of the unit is.
    """

    answer_days: Mapping[str, int]

    def days_for(self, tier: str | None) -> int:
        """The days for a system of that tier (None: not classified)."""
        return self.answer_days[tier or UNCLASSIFIED]


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty to tell an authority of an incident: of which incidents, within how many calendar days, by which article.

    The days are counted from the day after somebody responsible became aware of it.
    """

    id: str
    says: str
    days: int
    article: str


@dataclass(frozen=True, slots=True)
class ReportingRule:
    """What authorities have to be told of an incident and until when. An incident may fall under several duties."""

    duties: tuple[Duty, ...]

    def duty(self, duty_id: str) -> Duty | None:
        """The duty of that id, or None where there is none."""
        return next((duty for duty in self.duties if duty.id == duty_id), None)


@dataclass(frozen=True, slots=True)
class Pack:
    """One edition of one set of rules, with where it comes from and from when it applies."""

    id: str
    edition: str
    title: str
    source: str
    as_of: date
    effective_from: date
    record: tuple[Criterion, ...]
    confirmation: ConfirmationRule | None = None
    alerts: AlertRule | None = None
    reporting: ReportingRule | None = None

    @property
    def said(self) -> str:
        """How a card names it: "baseline 2026.1"."""
        return f"{self.id} {self.edition}"


def current(packs: Sequence[Pack], pack_id: str, on: date) -> Pack:
    """The edition of a pack in force on that day: the latest that already applies.

    Raises LookupError when no edition applies yet.
    """
    applying = [pack for pack in packs if pack.id == pack_id and pack.effective_from <= on]
    if not applying:
        raise LookupError(f"no edition of the rule pack {pack_id} applies on {on.isoformat()}")
    return max(applying, key=lambda pack: (pack.effective_from, pack.edition))


def problems_with_pack(
    pack: Pack,
    known_facts: frozenset[str],
    known_conditions: frozenset[str],
    known_tiers: frozenset[str],
) -> list[str]:
    """Objections to a pack: criteria that ask for facts nobody computes, unknown patterns, equal ids; cadences of
    confirmation and of answers to alerts that leave a tier out or could not be kept; duties that could not be met.
    """
    problems = problems_with_confirmation(pack.confirmation, known_tiers) if pack.confirmation else []
    problems += problems_with_alerts(pack.alerts, known_tiers) if pack.alerts else []
    problems += problems_with_reporting(pack.reporting) if pack.reporting else []
    ids = [criterion.id for criterion in pack.record]
    problems += [f"{each} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1})]
    for criterion in pack.record:
        if criterion.pattern not in PATTERNS:
            problems.append(f"{criterion.id}: there is no failure pattern {criterion.pattern}")
        if criterion.fact not in known_facts:
            problems.append(f"{criterion.id}: no fact is called {criterion.fact}")
        if criterion.when and criterion.when not in known_conditions:
            problems.append(f"{criterion.id}: no condition is called {criterion.when}")
    return problems


def problems_with_confirmation(confirmation: ConfirmationRule, known_tiers: frozenset[str]) -> list[str]:
    """Objections to the cadences of confirmation."""
    problems = _tier_problems("confirmation", "months", confirmation.months, known_tiers, _MOST_MONTHS)
    steps = (confirmation.remind_days_before, confirmation.deputy_days_after, confirmation.head_days_after)
    if not all(_whole(days) and 0 <= days <= _MOST_DAYS for days in steps):
        problems.append(f"confirmation: its days are whole numbers between 0 and {_MOST_DAYS}")
    elif confirmation.head_days_after < confirmation.deputy_days_after:
        problems.append("confirmation: the head of the unit is told after the deputy, not before")
    return problems


def problems_with_alerts(alerts: AlertRule, known_tiers: frozenset[str]) -> list[str]:
    """Objections to how long alerts may wait."""
    return _tier_problems("alerts", "days", alerts.answer_days, known_tiers, _MOST_DAYS)


def problems_with_reporting(reporting: ReportingRule) -> list[str]:
    """Objections to the duties of telling authorities."""
    ids = [duty.id for duty in reporting.duties]
    problems = [] if ids else ["reporting: it names no duty"]
    problems += [
        f"reporting: {each} stands twice" for each in sorted({each for each in ids if ids.count(each) > 1})
    ]
    for duty in reporting.duties:
        if not (type(duty.id) is str and re.fullmatch(r"[a-z][a-z_]{0,39}", duty.id)):
            problems.append(f"reporting: {duty.id} is no name of at most 40 small letters and underscores")
        if not (_whole(duty.days) and 1 <= duty.days <= _MOST_DAYS):
            problems.append(f"reporting: {duty.days} days for {duty.id} is not between 1 and {_MOST_DAYS}")
        if not (duty.says and duty.article):
            problems.append(f"reporting: {duty.id} does not say what it is about and by which article")
    return problems


def _tier_problems(
    part: str, unit: str, by_tier: Mapping[str, int], known_tiers: frozenset[str], most: int
) -> list[str]:
    wanted = known_tiers | {UNCLASSIFIED}
    problems = [f"{part}: no {unit} for {tier}" for tier in sorted(wanted - by_tier.keys())]
    problems += [f"{part}: no tier is called {tier}" for tier in sorted(by_tier.keys() - wanted)]
    problems += [
        f"{part}: {count} {unit} for {tier} is not between 1 and {most}"
        for tier, count in by_tier.items()
        if not (_whole(count) and 1 <= count <= most)
    ]
    return problems


def _whole(value: object) -> bool:
    return type(value) is int

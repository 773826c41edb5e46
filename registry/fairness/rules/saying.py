"""What an alert says of groups treated unlike, in a sentence somebody can act on"""

from datetime import date

from registry.fairness.rules.bounds import BoundFacts, Judged
from registry.objectives.rules.judging import Verdict

OVER = "The group is within the bound again."
VOID = "By the counts and the bound as they stand now, no window it told of is outside."
UNCOMPARED = "By the bound as it stands now, this group is not compared any more."


def cause_of(attribute: str, group: str) -> str:
    """What of a system an alert is about: one group of one attribute, whatever measure is bound."""
    return f"{attribute}: {group}"


def breach_said(one: Judged, facts: BoundFacts, on: date) -> str:
    """Which group, by which measure, how far, from how many cases, when, and what would be acceptable."""
    each = one.compared
    told = (
        f"{each.measure.said} of {each.group} ({facts.attribute}) against {each.reference} was "
        f"{float(each.value):.3f} in the window to {on.day} {on:%b %Y}, from {each.cases:,} cases; "
        f"acceptable is {facts.said}."
    )
    if one.verdict is Verdict.WARN:
        told += f" Its 95 % interval, {each.low:.3f} to {each.high:.3f}, still reaches the bound: it may be chance."
    return told

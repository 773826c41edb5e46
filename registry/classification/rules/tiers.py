"""Which tier is set, and when it may stand: lower than the answers or the tier before only by a reviewer, with reasons."""

from dataclasses import dataclass

from registry.classification.rules.questionnaire import TIERS
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.errors import Problem
from registry.systems.rules.record import Tier

RATIONALE_LIMIT = 4_000
_CARRIED_OVER = "Carried over"


@dataclass(frozen=True, slots=True)
class Before:
    """The tier a system has when it is classified, where it came from in words, and why somebody set it, if they said."""

    tier: Tier
    said: str = ""
    rationale: str = ""


def may_set_lower(actor: Actor, system_id: int) -> bool:
    """Whether the actor may set a lower tier: a reviewer may, on systems they hold no seat on."""
    # Whoever has a seat answers for the system, in whatever part; a lower tier asks less of all of them.
    return may(actor, Permission.TIER_LOWER) and not actor.seats.get(system_id)


def is_lower(tier: Tier, than: Tier) -> bool:
    """Whether a tier stands below another."""
    return TIERS.index(tier) < TIERS.index(than)


def tier_set(proposed: Tier, before: Before | None, chosen: Tier | None, rationale: str) -> tuple[Tier, str]:
    """The tier that is set, and why. Where nobody chooses one, that of the answers, or the one before where it is higher.

    Other answers alone never lower a tier: it is carried over, with its reasons, until somebody who may chooses a lower.
    """
    if chosen is not None:
        return chosen, rationale
    if before is None or not is_lower(proposed, before.tier):
        return proposed, rationale
    return before.tier, rationale or _carried_over(before)


def waits_for_reviewer(proposed: Tier, tier: Tier, rationale: str, proposed_before: Tier | None) -> bool:
    """Whether the tier of a run stands above its answers only because whoever made it could not lower it.

    Somebody may also set a higher tier than the answers ask for, of their own will: then nothing waits.
    """
    fell = proposed_before is not None and is_lower(proposed, proposed_before)
    return is_lower(proposed, tier) and (fell or rationale.startswith(_CARRIED_OVER))


def _carried_over(before: Before) -> str:
    of = f"{_CARRIED_OVER} from {before.said}" if before.said else _CARRIED_OVER
    if not before.rationale:
        return f"{of}: other answers alone do not lower a tier."
    return before.rationale if before.rationale.startswith(_CARRIED_OVER) else f"{of}: {before.rationale}"


def problems_with_tier(
    proposed: Tier, before: Before | None, tier: Tier, rationale: str, *, may_lower: bool
) -> list[Problem]:
    """Objections to a tier, beside what the answers propose and the tier before."""
    floor = max((proposed, before.tier) if before else (proposed,), key=TIERS.index)
    stands = f"The answers come to {floor.value}." if floor is proposed else f"The tier is {floor.value}."
    problems = []
    if is_lower(tier, floor) and not may_lower:
        says = f"{stands} Only a reviewer who holds no seat on this system may set a lower tier; you may set a higher one."
        problems.append(Problem("tier", says))
    if (tier is not proposed or is_lower(tier, floor)) and not rationale.strip():
        problems.append(Problem("rationale", f"{stands} Say why it is {tier.value}."))
    return problems

"""When a tier may stand: higher than the answers propose with reasons, lower only by a reviewer with reasons."""

from registry.classification.rules.questionnaire import TIERS
from registry.kernel.actor import Actor, Permission, Seat, may
from registry.kernel.errors import Problem
from registry.systems.rules.record import Tier

RATIONALE_LIMIT = 4_000
_OWNS = frozenset({Seat.OWNER, Seat.DEPUTY})


def may_set_lower(actor: Actor, system_id: int) -> bool:
    """Whether the actor may set a tier below what the answers come to: a reviewer may, on systems they do not own."""
    return may(actor, Permission.TIER_LOWER) and not actor.seats.get(system_id, frozenset()) & _OWNS


def is_lower(tier: Tier, than: Tier) -> bool:
    """Whether a tier stands below another."""
    return TIERS.index(tier) < TIERS.index(than)


def problems_with_tier(proposed: Tier, chosen: Tier, rationale: str, *, may_lower: bool) -> list[Problem]:
    """Objections to a tier that was chosen where the answers propose another."""
    problems = []
    if is_lower(chosen, proposed) and not may_lower:
        says = (
            f"The answers come to {proposed.value}. Only a reviewer who does not own this system may set a lower tier; "
            "you may set a higher one."
        )
        problems.append(Problem("tier", says))
    if chosen is not proposed and not rationale.strip():
        problems.append(
            Problem("rationale", f"The answers come to {proposed.value}. Say why it is {chosen.value}.")
        )
    if len(rationale) > RATIONALE_LIMIT:
        problems.append(Problem("rationale", f"Use at most {RATIONALE_LIMIT:,} characters."))
    return problems

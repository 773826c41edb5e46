"""The offer of the accountable seat: when it may be made, answered, closed and read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.kernel.errors import Problem
from registry.ownership.rules.seats import text_problems

HANDOVER_DAYS = 14


class HandoverState(StrEnum):
    """What became of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def expiry_of(offered_at: datetime) -> datetime:
    """When an unanswered offer lapses."""
    return offered_at + timedelta(days=HANDOVER_DAYS)


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What must be known to judge an offer."""

    owner_id: int
    to_id: int | None
    to_is_active: bool
    reason: str
    already_offered: bool
    offered_by_id: int | None = None
    owner_has_left: bool = False


def problems_with_offer(facts: OfferFacts) -> list[Problem]:
    """Every objection to offering the accountable seat to somebody.

    Nobody offers a seat to themselves: a hand-over takes two people. Only when the owner has left, so that the
    other side cannot speak any more, may whoever stands in take it up.
    """
    problems = []
    if facts.already_offered:
        problems.append(Problem("", "This system is already offered to somebody. Withdraw that offer first."))
    if facts.to_id is None:
        problems.append(Problem("to_id", "Choose the person to hand the system to."))
    elif facts.to_id == facts.owner_id:
        problems.append(Problem("to_id", "This person already answers for the system."))
    elif not facts.to_is_active:
        problems.append(Problem("to_id", "Choose somebody who is here now."))
    elif facts.to_id == facts.offered_by_id and not facts.owner_has_left:
        problems.append(Problem("to_id", "A hand-over takes two people. Ask the owner to offer it to you."))
    if not facts.reason:
        problems.append(Problem("reason", "Say why the system changes hands; the ledger keeps it."))
    return problems + text_problems("reason", facts.reason)


def problems_with_answer(
    state: HandoverState,
    expires_at: datetime,
    at: datetime,
    *,
    recipient_is_active: bool,
    declined: bool,
    note: str,
) -> list[Problem]:
    """Objections to accepting or declining: only somebody who is here, while it is open, a refusal with a reason."""
    problems = []
    if not recipient_is_active:
        problems.append(Problem("", "Only somebody who is here now can answer for a system."))
    if state is not HandoverState.OFFERED:
        problems.append(Problem("", f"This offer was already {state.value}."))
    elif at >= expires_at:
        problems.append(Problem("", "This offer has lapsed. Ask the owner to offer it again."))
    if declined and not note:
        problems.append(Problem("answer", "Say why you decline, so that the owner knows what to do."))
    return problems + text_problems("answer", note)


def problems_with_expiry(
    state: HandoverState, expires_at: datetime, at: datetime, *, recipient_is_active: bool
) -> list[Problem]:
    """Objections to closing an offer unanswered: it was answered, or it still runs and its recipient is here."""
    if state is not HandoverState.OFFERED:
        return [Problem("", f"This offer was already {state.value}.")]
    if at < expires_at and recipient_is_active:
        return [Problem("", "This offer still waits for its answer.")]
    return []


def expiry_said(*, recipient_is_active: bool) -> str:
    """Why an offer was closed without an answer, as it is kept beside it."""
    if recipient_is_active:
        return f"Nobody answered within {HANDOVER_DAYS} days."
    return "The person it was offered to has left."


def may_read_offer(*, is_recipient: bool, is_party: bool, oversees: bool, sees_system: bool) -> bool:
    """Whether somebody may open the page of an offer.

    The person asked always may: they have to know what they would answer for, also when the system is restricted.
    A party (the owner then or now, whoever offered it) may while they may see the system itself; an
    administrator or auditor oversees.
    """
    return is_recipient or oversees or (is_party and sees_system)

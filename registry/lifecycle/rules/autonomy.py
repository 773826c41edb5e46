"""How far a system may decide by itself: raised one level at a time, on evidence, by somebody who does not own it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from registry.kernel.actor import Actor, Role, Seat
from registry.kernel.errors import Problem
from registry.lifecycle.rules.stages import problems_with_reason
from registry.systems.rules.record import AUTONOMY, MAX_LINKS, Stage, is_web_address

OWNER_SEATS: Final = frozenset({Seat.OWNER, Seat.DEPUTY})
_LONGEST_ADDRESS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a system may decide more by itself: in words, and where it can be read."""

    text: str
    links: tuple[str, ...] = ()


def problems_with_asking(
    level: int | None, stage: Stage, evidence: Evidence, *, waits: bool
) -> list[Problem]:
    """Objections to asking for one level more; `waits`: somebody has asked already and nobody has decided."""
    problems = problems_with_reason(
        "text", evidence.text, "Say what shows that it may decide more by itself."
    )
    if level is None:
        problems.append(Problem("", "Its record does not say yet how far it decides by itself."))
    elif level + 1 not in AUTONOMY:
        problems.append(Problem("", "It decides alone already; there is no level above."))
    if waits:
        problems.append(Problem("", "Somebody has asked already. It waits for a decision."))
    if stage is Stage.RETIRED:
        problems.append(Problem("", "It is retired and decides nothing any more."))
    if len(evidence.links) > MAX_LINKS:
        problems.append(Problem("links", f"Keep at most {MAX_LINKS} links."))
    problems += [
        Problem("links", f"“{link[:80]}” is not a web address (http or https).")
        for link in evidence.links
        if not is_web_address(link) or len(link) > _LONGEST_ADDRESS
    ]
    return problems


def objection_to_decider(
    actor: Actor, owners: Collection[int], system_id: int, asked_by_id: int | None
) -> str:
    """Why somebody may not decide about a system, "" where they may: separation of duties.

    `owners`: everybody who has held an owner seat at any time since the decision was asked for, in a team too.
    """
    if actor.token is not None or actor.person_id is None:
        return "A person decides this, signed in; no program does."
    if Role.REVIEWER not in actor.roles:
        return "A reviewer decides this."
    if actor.person_id == asked_by_id:
        return "You asked for it. Somebody else decides."
    if actor.seats.get(system_id, frozenset()) & OWNER_SEATS or actor.person_id in owners:
        return "You answer for this system, or did since it was asked for. Somebody else decides."
    return ""


def problems_with_decision(
    level: int | None, from_level: int, because: str, *, granted: bool, is_stopped: bool
) -> list[Problem]:
    """Objections to a decision on a level more."""
    problems = problems_with_reason("because", because, "Say what you looked at and why you decide so.")
    if granted and level != from_level:
        says = "Its level has changed since this was asked for. Refuse it; it can be asked for again."
        problems.append(Problem("granted", says))
    if granted and is_stopped:
        says = (
            "It was stopped. Nothing is granted until a reviewer has let it go on; refusing is possible now."
        )
        problems.append(Problem("granted", says))
    return problems


def problems_with_lowering(level: int | None, to: int | None, reason: str) -> list[Problem]:
    """Objections to lowering the level."""
    problems = problems_with_reason("reason", reason, "Say why.")
    if level is None or to is None or not 1 <= to < level:
        problems.append(Problem("to", "Choose a level below the one it has."))
    return problems


def links_in(text: str) -> tuple[str, ...]:
    """Addresses typed one a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def levels_below(level: int | None) -> Sequence[int]:
    """The levels it can be lowered to, the next first."""
    return range((level or 1) - 1, 0, -1)

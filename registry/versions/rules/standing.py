"""Where a version stands and may go next, who may approve it, and how versions share a system's use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from registry.data_sources.rules.sources import prose_problems
from registry.kernel.actor import Actor, Role
from registry.kernel.errors import Problem
from registry.systems.rules.record import Stage

WHOLE: Final = 100


class State(StrEnum):
    """Where a version stands."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


# A live version that another takes over from stays approved, so that going back to it needs no second approval.
MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.CANDIDATE: frozenset({State.APPROVED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.LIVE, State.WITHDRAWN}),
    State.LIVE: frozenset({State.APPROVED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}


def may_move(state: State, to: State) -> bool:
    """Whether a version may go from one state to another."""
    return to in MOVES[state]


def problems_with_place(stage: Stage, *, is_stopped: bool = False) -> list[Problem]:
    """Objections to adding, approving or putting live a version of a system in that stage; `is_stopped` is asked for what
    goes live alone: a stop is not answered by putting something else to work.
    """
    if stage is Stage.RETIRED:
        return [Problem("", "Its system is retired; nothing new comes into use.")]
    if is_stopped:
        return [Problem("", "Its system is stopped. A version goes live once a reviewer has let it go on.")]
    return []


def problems_with_edit(state: State) -> list[Problem]:
    """Objections to changing what a version states: what was approved stays what was approved."""
    if state is State.CANDIDATE:
        return []
    says = (
        f"This version is {state.value}: what it states stays. Add a new version for what has changed since."
    )
    return [Problem("", says)]


def objection_to_approver(actor: Actor, *, added_by_id: int | None, edited_by_id: int | None) -> str | None:
    """Why this person should not approve the version, or None.

    Whoever added it or worded it last does not approve it. An administrator may, so that a system one person
    looks after alone can go on.
    """
    if Role.ADMINISTRATOR in actor.roles or actor.person_id not in {added_by_id, edited_by_id}:
        return None
    return (
        "You wrote this version, so a second pair of eyes should approve it: ask somebody else who leads this system. "
        "Where there is nobody else, an administrator can."
    )


def problems_with_approval(state: State, *, significant: bool, evaluation: str) -> list[Problem]:
    """Objections to approving a version."""
    if not may_move(state, State.APPROVED) or state is State.LIVE:
        return [Problem("", f"This version is {state.value}; only a candidate can be approved.")]
    if significant and not evaluation:
        return [
            Problem(
                "",
                "A significant change needs its evaluation results before it is approved. Edit the version.",
            )
        ]
    return []


def problems_with_withdrawal(
    state: State, because: str, *, share: int | None = None, held: tuple[date, str] | None = None
) -> list[Problem]:
    """Objections to withdrawing a version. `share` is the part of use it has now in percent, None when not live.

    `held` is the day since when it is held as evidence, and why.
    """
    if not may_move(state, State.WITHDRAWN):
        return [Problem("", "This version is withdrawn already.")]
    if held is not None:
        since, why = held
        return [Problem("", f"This version is held as evidence since {since.day} {since:%b %Y}: {why}")]
    problems = prose_problems("because", because)
    if state is State.LIVE and not because:
        problems.append(Problem("because", "Say why a version that is in use is withdrawn."))
    if share is not None and share < WHOLE:
        problems.append(
            Problem(
                "",
                f"It has {share} % of use. Put the others live without it first, so that all of it is theirs.",
            )
        )
    return problems


@dataclass(frozen=True, slots=True)
class Slot:
    """A version by number, label and state, and the share of a system's use it is to have, in percent."""

    number: int
    label: str
    state: State
    share: int


def problems_with_live(wanted: Sequence[Slot], now: Mapping[int, int]) -> list[Problem]:
    """Objections to putting these versions live together. `now` maps the numbers of those live now to their shares.

    One version has all of a system's use, or champion and challengers have shares that make up 100 %.
    """
    problems = [problem for slot in wanted if (problem := _slot_problem(slot))]
    if not wanted:
        problems.append(Problem("", "Name the version to put live."))
    if len({slot.number for slot in wanted}) < len(wanted):
        problems.append(Problem("share", "Name each version once."))
    total = sum(slot.share for slot in wanted)
    if wanted and not problems and total != WHOLE:
        problems.append(
            Problem(
                "share", f"The shares make up {total} %; together they must be 100 %. Say who has the rest."
            )
        )
    if not problems and {slot.number: slot.share for slot in wanted} == dict(now):
        problems.append(Problem("", "This is how it is already."))
    return problems


def _slot_problem(slot: Slot) -> Problem | None:
    if not 1 <= slot.share <= WHOLE:
        return Problem("share", f"Give {slot.label} a whole share from 1 to 100 %.")
    if slot.state is State.CANDIDATE:
        return Problem("", f"{slot.label} is not approved yet; only what was approved goes live.")
    if slot.state is State.WITHDRAWN:
        return Problem("", f"{slot.label} was withdrawn. Add a new version instead.")
    return None

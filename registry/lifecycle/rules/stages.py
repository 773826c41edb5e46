"""Which stage follows which, by which move, what each move must state, and when a stopped system may go on."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import listed, worded
from registry.systems.rules.record import TEXT_LIMIT, Stage, text_problems

# The stages that have a gate, in order; the first is where every system begins.
LADDER: Final = (Stage.PROPOSED, Stage.IN_DEVELOPMENT, Stage.IN_VALIDATION, Stage.PILOT, Stage.LIVE)
# Real cases meet it, or did until it was held.
IN_USE: Final = frozenset({Stage.PILOT, Stage.LIVE, Stage.RESTRICTED})
# Where the days count for which a system that was live is below its gate.
COUNTED: Final = frozenset({Stage.LIVE, Stage.RESTRICTED})
HELD: Final = frozenset({Stage.RESTRICTED, Stage.SUSPENDED})


class Move(StrEnum):
    """How a system came to another stage."""

    ADVANCED = "advanced"
    RESUMED = "resumed"
    SENT_BACK = "sent_back"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    STOPPED = "stopped"
    LIFTED = "lifted"
    RETIRED = "retired"
    BROUGHT = "brought"

    @property
    def said(self) -> str:
        """The move in words."""
        return {
            Move.ADVANCED: "went on",
            Move.RESUMED: "resumed",
            Move.SENT_BACK: "was sent back",
            Move.RESTRICTED: "was restricted",
            Move.SUSPENDED: "was suspended",
            Move.STOPPED: "was stopped",
            Move.LIFTED: "may go on after a stop",
            Move.RETIRED: "was retired",
            Move.BROUGHT: "was brought over as it stood elsewhere",
        }[self]


# Moves downward that need no gate, only a reason: from where, to where.
LOWERING: Final[dict[Move, dict[Stage, tuple[Stage, ...]]]] = {
    Move.SENT_BACK: {
        Stage.IN_DEVELOPMENT: (Stage.PROPOSED,),
        Stage.IN_VALIDATION: (Stage.IN_DEVELOPMENT, Stage.PROPOSED),
        Stage.PILOT: (Stage.IN_VALIDATION, Stage.IN_DEVELOPMENT),
        Stage.LIVE: (Stage.PILOT, Stage.IN_VALIDATION, Stage.IN_DEVELOPMENT),
        Stage.RESTRICTED: (Stage.IN_VALIDATION, Stage.IN_DEVELOPMENT),
        Stage.SUSPENDED: (Stage.IN_VALIDATION, Stage.IN_DEVELOPMENT),
    },
    Move.RESTRICTED: {Stage.PILOT: (Stage.RESTRICTED,), Stage.LIVE: (Stage.RESTRICTED,)},
    Move.SUSPENDED: dict.fromkeys((Stage.PILOT, Stage.LIVE, Stage.RESTRICTED), (Stage.SUSPENDED,)),
}


def ways_down(stage: Stage) -> dict[Stage, Move]:
    """The stages a system can be taken down to, each with the move that does it; no two lead to the same."""
    return {to: move for move, ways in LOWERING.items() for to in ways.get(stage, ())}


def next_stage(stage: Stage, held_from: Stage | None) -> Stage | None:
    """The stage whose gate stands before the system: the next of the ladder, or for one that is held the one it was
    held from (`held_from`; live where nobody recorded it, for what is brought over as held was in use). None for live and for retired systems.
    """
    if stage in HELD:
        return held_from if held_from in LADDER[1:] else Stage.LIVE
    if stage in LADDER[:-1]:
        return LADDER[LADDER.index(stage) + 1]
    return None


def problems_with_advance(
    stage: Stage, following: Stage | None, open_ids: Sequence[str], *, is_stopped: bool
) -> list[Problem]:
    """Objections to going on to the next stage, given the ids of the criteria that do not hold."""
    if is_stopped:
        return [Problem("", "It was stopped. A reviewer has to lift the stop before it can go on.")]
    if following is None:
        return [Problem("", f"No stage follows {worded(stage.value)}.")]
    if open_ids:
        says = f"The gate to {worded(following.value)} does not hold yet: {listed(list(open_ids))}."
        return [Problem("", says)]
    return []


OF_A_REVIEWER: Final = (
    "A reviewer restricted or suspended it. Only a reviewer lets it go on or sends it back."
)


def problems_with_lowering(
    move: Move, stage: Stage, to: Stage | None, reason: str, *, is_stopped: bool, is_reviewers: bool = False
) -> list[Problem]:
    """Objections to sending a system back, restricting or suspending it.

    `is_reviewers`: a reviewer holds it, and somebody else asks. Sent back it would climb again past what they said.
    """
    problems = problems_with_reason("reason", reason, "Say why.")
    if is_stopped:
        problems.append(Problem("", "It is stopped. A reviewer has to lift the stop first."))
    elif is_reviewers and move is Move.SENT_BACK:
        problems.append(Problem("to", OF_A_REVIEWER))
    elif to not in LOWERING[move].get(stage, ()):
        says = f"From {worded(stage.value)} there is no such way; look at the stage it is in now."
        problems.append(Problem("to", says))
    return problems


def problems_with_retiring(
    stage: Stage,
    reason: str,
    plan: str,
    *,
    dependents: Collection[str],
    unseen: bool,
    told: bool,
    is_held: bool,
) -> list[Problem]:
    """Objections to retiring a system: `dependents` are the names of those that rely on it, `told` whether they know.

    `unseen`: others rely on it that whoever retires it may not know of. `is_held`: something of it is kept as evidence of an incident that is being looked into.
    """
    problems = problems_with_reason("reason", reason, "Say why it is retired.")
    if stage is Stage.RETIRED:
        problems.append(Problem("", "It is retired already."))
    if stage in IN_USE | {Stage.SUSPENDED}:
        problems += problems_with_reason(
            "plan", plan, "Say how it is taken out of use: data, access, contracts, who does it instead."
        )
    else:
        problems += _texts("plan", plan)
    if (dependents or unseen) and not told:
        others = "others that you may not know of" if dependents else "Others that you may not know of"
        who = listed([*sorted(dependents), *([others] if unseen else [])])
        says = f"{who} rely on it. Tell those who answer for them first."
        if unseen:
            says += " A reviewer can tell those whom you may not know of."
        problems.append(Problem("told", says))
    if is_held:
        says = "Something of it is kept as evidence of an incident. It can be retired once that is released."
        problems.append(Problem("", says))
    return problems


def problems_with_stop(stage: Stage, reason: str, *, is_stopped: bool) -> list[Problem]:
    """Objections to an emergency stop."""
    problems = problems_with_reason("reason", reason, "Say in a sentence why it has to stop.")
    if is_stopped:
        problems.append(Problem("", "It is stopped already."))
    elif stage is Stage.RETIRED:
        problems.append(Problem("", "It is retired: nothing runs that could be stopped."))
    return problems


UNREVIEWED: Final = "A review of the incident or of the change, handed in after the stop, has to approve it first, on what its record states now."
# Where every case meets it. It comes here only over the gate, after a stop as before.
GATED: Final = frozenset({Stage.PILOT, Stage.LIVE})


def ways_on(from_stage: Stage) -> tuple[Stage, ...]:
    """To which stages a reviewer may let a stopped system go on: where it was, somewhere narrower, or back."""
    narrower = {Stage.LIVE: (Stage.RESTRICTED, Stage.PILOT), Stage.PILOT: (Stage.RESTRICTED,)}
    back = () if from_stage in LADDER[:3] else (Stage.IN_VALIDATION,)
    return (from_stage, *narrower.get(from_stage, ()), *back)


def gate_kept(from_stage: Stage, to: Stage | None) -> Stage | None:
    """The stage whose gate is computed when a stop is lifted, and kept with it: the one it goes to; for one that goes on
    restricted, the one it does not reach. None where nothing is asked for.
    """
    if to is Stage.RESTRICTED:
        return from_stage if from_stage in GATED else Stage.LIVE
    return to if to in GATED else None


def problems_with_lifting(
    from_stage: Stage, to: Stage | None, because: str, open_ids: Sequence[str], *, is_reviewed: bool
) -> list[Problem]:
    """Objections to lifting a stop, given the ids of the criteria of the gate kept that do not hold.

    `is_reviewed`: a review of the incident or the change that was handed in since has approved what the record states.
    """
    problems = [] if is_reviewed else [Problem("", UNREVIEWED)]
    problems += problems_with_reason(
        "because", because, "Say what was found and why it may go on. This is the decision that is kept."
    )
    if to not in ways_on(from_stage):
        problems.append(Problem("to", "Choose where it goes on."))
    elif to in GATED and open_ids:
        says = f"The gate to {worded(to.value)} does not hold yet: {listed(list(open_ids))}."
        problems.append(Problem("to", f"{says} Until it does, it can go on restricted, or back."))
    return problems


def problems_with_reason(name: str, text: str, asks: str) -> list[Problem]:
    """Objections to a text that is owed."""
    return _texts(name, text) if text else [Problem(name, asks)]


def _texts(name: str, text: str) -> list[Problem]:
    stored = text_problems(name, text, TEXT_LIMIT)
    return stored or [Problem(name, f"This text {says}") for says in problems_with_prose(text)]

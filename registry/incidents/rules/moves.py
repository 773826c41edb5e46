"""How an incident goes on: from open to closed, back to being looked into, never out of closed or merged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from registry.incidents.rules.kinds import UNCLOSED, Severity, Status
from registry.incidents.rules.record import moment_said, reason_problems
from registry.kernel.errors import Problem
from registry.kernel.text import counted, listed

MOVES: Final[Mapping[Status, frozenset[Status]]] = {
    Status.OPEN: frozenset({Status.INVESTIGATING}),
    Status.INVESTIGATING: frozenset({Status.MITIGATED, Status.RESOLVED}),
    Status.MITIGATED: frozenset({Status.RESOLVED, Status.INVESTIGATING}),
    Status.RESOLVED: frozenset({Status.CLOSED, Status.INVESTIGATING}),
}
# From this severity on, closing takes a post-mortem.
POST_MORTEM_FROM: Final = Severity.SUBSTANTIAL
FINAL: Final = "This incident is {status}. What comes after is a new one, marked as a recurrence of this."
_WHEN: Final = {
    Status.INVESTIGATING: "when somebody took it on",
    Status.MITIGATED: "when the harm was stopped",
    Status.RESOLVED: "when it was resolved",
}
_AFTER_TAKING_ON: Final = frozenset({Status.MITIGATED, Status.RESOLVED})
_SAID: Final = {
    Status.INVESTIGATING: "Somebody is looking into it.",
    Status.MITIGATED: "The harm is stopped.",
    Status.RESOLVED: "Resolved.",
}
_OTHERWISE: Final = {
    Status.CLOSED: "Resolve it first; another person than who resolved it then closes it.",
    Status.MERGED: "Merge it by naming the incident that it belongs to.",
}


@dataclass(frozen=True, slots=True)
class Instants:
    """Where an incident stands and since when: started ≤ detected ≤ acknowledged ≤ mitigated ≤ resolved ≤ closed."""

    status: Status
    detected_at: datetime
    started_at: datetime | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None


def ways_on(status: Status) -> list[Status]:
    """Where people may move an incident from there, in the order of its life; closing and merging are acts of their own."""
    there = MOVES.get(status, frozenset())
    return [each for each in Status if each in there and each is not Status.CLOSED]


def goes_back(status: Status, to: Status) -> bool:
    """Whether the move says that it was not over after all, which takes a reason."""
    return to is Status.INVESTIGATING and status in {Status.MITIGATED, Status.RESOLVED}


def final_problems(status: Status) -> list[Problem]:
    """The objection to changing an incident that is closed or merged."""
    return [] if status in UNCLOSED else [Problem("", FINAL.format(status=status.value))]


def problems_with_move(
    now: Instants, to: Status, at: datetime, *, clock: datetime, because: str = ""
) -> list[Problem]:
    """Objections to moving an incident; `at` is when what the move says came about, `clock` this instant."""
    if final := final_problems(now.status):
        return final
    if to not in ways_on(now.status):
        return [Problem("status", _not_that_way(now.status, to))]
    if goes_back(now.status, to):
        return reason_problems(because, "Say why it is not over after all.")
    problems = reason_problems(because, "") if because else []
    when = _WHEN[to]
    if at > clock:
        problems.append(Problem("at", f"This is still to come. Give the time {when}."))
    return problems + _problems_with_order(now, to, at)


def _problems_with_order(now: Instants, to: Status, at: datetime) -> list[Problem]:
    if at < now.detected_at:
        says = f"It was noticed {moment_said(now.detected_at)}, and {moment_said(at)} is before that. Give the time {_WHEN[to]}."
        return [Problem("at", says)]
    if to is Status.RESOLVED and now.mitigated_at is not None and at < now.mitigated_at:
        says = f"The harm was stopped {moment_said(now.mitigated_at)}, and {moment_said(at)} is before that. Give the time "
        return [Problem("at", f"{says}of the repair.")]
    if to in _AFTER_TAKING_ON and now.acknowledged_at is not None and at < now.acknowledged_at:
        says = f"Somebody took it on {moment_said(now.acknowledged_at)}, and {moment_said(at)} is before that. Give a later "
        return [Problem("at", f"{says}time, or say that it had been taken on by then.")]
    return []


def taken_on(now: Instants, at: datetime) -> Instants:
    """The instants where it had been taken on by `at`, if it is said to have been later; nobody takes on what is not noticed."""
    if now.acknowledged_at is None or at >= now.acknowledged_at:
        return now
    return replace(now, acknowledged_at=max(at, now.detected_at))


def moved(now: Instants, to: Status, at: datetime) -> Instants:
    """The instants after a move that nothing speaks against. Going back clears what was not so after all."""
    if to is Status.INVESTIGATING:
        taken_on = now.acknowledged_at or (at if now.status is Status.OPEN else None)
        return replace(now, status=to, acknowledged_at=taken_on, mitigated_at=None, resolved_at=None)
    if to is Status.MITIGATED:
        return replace(now, status=to, mitigated_at=at)
    # Where nobody said when the harm stopped, it stopped at the latest with the repair.
    return replace(now, status=to, mitigated_at=now.mitigated_at or at, resolved_at=at)


@dataclass(frozen=True, slots=True)
class Closing:
    """What is known when somebody wants to close an incident.

    `lacks` are the headings the post-mortem leaves unanswered; `unfinished` the due days of the corrective actions that are neither
    verified nor dropped; `untold` the authorities that have still to be told of it.
    """

    status: Status
    severity: Severity
    resolved_by_id: int | None
    closer_id: int | None
    root_cause: str
    has_post_mortem: bool
    lacks: tuple[str, ...]
    unfinished: tuple[date, ...]
    # Who has lowered it below the severity that takes a post-mortem.
    lowered_by: frozenset[int] = frozenset()
    untold: tuple[str, ...] = ()


def objection_to_closer(closing: Closing) -> str:
    """Why this person may not close it, or "": four eyes, and both belong to somebody the registry can name."""
    if closing.closer_id is None:
        return "An incident is closed by a person, who answers for it being over."
    if closing.closer_id == closing.resolved_by_id:
        return "You resolved this incident; somebody else has to agree that it is over."
    if closing.severity < POST_MORTEM_FROM and closing.closer_id in closing.lowered_by:
        return (
            f"You lowered the severity below {POST_MORTEM_FROM.value}, so that no post-mortem is needed; somebody else "
            "has to agree that it is over."
        )
    return ""


def problems_with_closing(closing: Closing, today: date, because: str = "") -> list[Problem]:
    """Objections to closing an incident, all of them at once. Before an authority is told it takes a reason, `because`."""
    if final := final_problems(closing.status):
        return final
    if closing.status is not Status.RESOLVED:
        return [
            Problem(
                "", f"It is {closing.status.said.lower()}. Resolve it first; another person closes it then."
            )
        ]
    problems = []
    if closing.resolved_by_id is None:
        says = "Nobody is named who resolved it. Move it back to being looked into and resolve it again."
        problems.append(Problem("", says))
    if not closing.root_cause:
        problems.append(Problem("root_cause", "State the root cause before it is closed."))
    problems += _problems_with_learning(closing)
    if closing.untold and not because:
        says = f"{listed(closing.untold)} has still to be told. Tell it first, or say why this is closed before that."
        problems.append(Problem("because", says))
    late = sum(due < today for due in closing.unfinished)
    if late:
        says = f"{counted(late, 'corrective action is', 'corrective actions are')} past the due day and not verified. Finish or drop them, "
        problems.append(Problem("", f"{says}or set a new day; they then stay on their owners' desks."))
    return problems


def move_said(status: Status, to: Status, because: str) -> str:
    """What the timeline tells of a move."""
    if goes_back(status, to):
        return f"It is not over after all: {because}"
    said = _SAID[to]
    return f"{said} {because}" if because else said


def closing_said(closing: Closing, because: str = "") -> str:
    """What the timeline tells of closing it: what is still to be finished, and which authority is still to be told."""
    told = f" {listed(closing.untold)} has still to be told: {because}" if closing.untold else ""
    if not closing.unfinished:
        return f"Closed.{told}"
    left = counted(len(closing.unfinished), "corrective action is", "corrective actions are")
    return f"Closed; {left} still to be finished by the day agreed on.{told}"


def still_open_said(alerts: int) -> str:
    """What is said, before it is closed, of the alerts it is tied to that nobody has resolved yet; "" of none."""
    if not alerts:
        return ""
    said = counted(alerts, "alert it is tied to is", "alerts it is tied to are")
    return f" {said} still open: if one is raised again, the registry opens a recurrence."


def _problems_with_learning(closing: Closing) -> list[Problem]:
    if closing.severity < POST_MORTEM_FROM:
        return []
    if not closing.has_post_mortem:
        says = f"From severity {POST_MORTEM_FROM.value} up, write a post-mortem before it is closed."
        return [Problem("post_mortem", says)]
    if closing.lacks:
        return [Problem("post_mortem", f"The post-mortem does not say yet: {listed(closing.lacks)}.")]
    return []


def _not_that_way(status: Status, to: Status) -> str:
    if to is status:
        return f"It is {status.said.lower()} already."
    if to in _OTHERWISE:
        return _OTHERWISE[to]
    ways = listed([f"“{each.said}”" for each in ways_on(status)], "or")
    return f"From “{status.said}” it goes on to {ways}, not to “{to.said}”."

"""Corrective actions: what one states, how it goes on from set to verified, and when somebody above is told."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from registry.incidents.rules.kinds import UNCLOSED, ActionState, Status
from registry.incidents.rules.record import prose_problems, reason_problems, tidied
from registry.kernel.errors import Problem
from registry.systems.rules.record import LINE_LIMIT, text_problems

# What is due later than that is no answer to an incident; and a slip in the year is noticed.
MOST_DAYS_AHEAD: Final = 1_826


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """What a person states of a corrective action. `system_id` None: it is for the system the incident was found at.

    What may not be missing in the end may be None here, so that a form can be told what it lacks.
    """

    title: str
    detail: str = ""
    owner_id: int | None = None
    due_on: date | None = None
    system_id: int | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """Where an action stands and who has had to do with it."""

    state: ActionState
    owner_id: int
    due_on: date
    done_by_id: int | None = None
    escalated_for: date | None = None


def tidy(facts: ActionFacts) -> ActionFacts:
    """The facts with their texts in storable form."""
    return replace(facts, title=tidied(facts.title), detail=tidied(facts.detail))


def problems_with_action(
    facts: ActionFacts,
    today: date,
    *,
    owner_is_able: bool,
    touched: Collection[int],
    current: Deed | None = None,
    because: str = "",
) -> list[Problem]:
    """Every objection to what an action states on that day; `touched` are the systems its incident touches. `owner_is_able`:
    the owner named is here and may know of it.

    `current` is how it stands where it is edited: a due day that has passed may stay, and another one takes a reason.
    """
    problems = text_problems("title", facts.title, LINE_LIMIT, one_line=True)
    if not facts.title:
        problems.append(Problem("title", "Say in a line what is to be done."))
    problems += prose_problems("detail", facts.detail)
    if facts.owner_id is None:
        problems.append(Problem("owner_id", "Choose who does it."))
    elif not owner_is_able and (current is None or facts.owner_id != current.owner_id):
        problems.append(Problem("owner_id", "Choose somebody who is here and may know of this incident."))
    if facts.system_id is not None and facts.system_id not in touched:
        problems.append(Problem("system_id", "Choose one of the systems this incident touches."))
    if current is not None and facts.due_on == current.due_on:
        return problems + (reason_problems(because, "") if because else [])
    if current is not None:
        problems += reason_problems(because, "Say why the due day moves.")
    return problems + _problems_with_day(facts.due_on, today)


def _problems_with_day(due_on: date | None, today: date) -> list[Problem]:
    if due_on is None:
        return [Problem("due_on", "Give the day by which it is done.")]
    if due_on < today:
        return [Problem("due_on", "This day has passed; choose one from today on.")]
    if due_on > today + timedelta(days=MOST_DAYS_AHEAD):
        return [Problem("due_on", "This is more than five years ahead; choose a nearer day.")]
    return []


def problems_with_editing(deed: Deed) -> list[Problem]:
    """The objection to changing what an action states once it is done."""
    if deed.state is ActionState.OPEN:
        return []
    return [Problem("", f"This action is {_SAID[deed.state]}. Reopen it to change what it asks for.")]


def problems_with_done(deed: Deed, note: str) -> list[Problem]:
    """Objections to saying that it is done."""
    if deed.state is not ActionState.OPEN:
        return [Problem("", f"This action is {_SAID[deed.state]}.")]
    return reason_problems(note, "Say what was done, so that somebody else can verify it.", "note")


def objection_to_verifier(deed: Deed, verifier_id: int | None) -> str:
    """Why this person may not verify it, or "": four eyes, and they belong to somebody the registry can name."""
    if verifier_id is None:
        return "An action is verified by a person, who answers for its holding."
    if verifier_id == deed.done_by_id:
        return "You said that it is done; somebody else has to verify it."
    if verifier_id == deed.owner_id:
        return "This action is yours; somebody else has to verify it."
    return ""


def problems_with_verifying(deed: Deed, note: str) -> list[Problem]:
    """Objections to verifying it, whoever does."""
    if deed.state is ActionState.OPEN:
        return [Problem("", "Nobody has said that it is done; then it can be verified.")]
    if deed.state is not ActionState.DONE:
        return [Problem("", f"This action is {_SAID[deed.state]}.")]
    return reason_problems(note, "Say how you verified that it holds.", "note")


def problems_with_reopening(
    deed: Deed, because: str, due_on: date, status: Status | None, today: date
) -> list[Problem]:
    """Objections to saying that it has to be done after all, by a day from today on.

    `status` is the incident's, None for an action of none. What was over when the incident was closed stays over.
    """
    if deed.state is ActionState.OPEN:
        return [Problem("", "This action is still to be done.")]
    if is_over(deed.state) and status is not None and status not in UNCLOSED:
        says = (
            f"Its incident is {status.value} and this was {_SAID[deed.state]} then. If the trouble is back, "
        )
        return [Problem("", f"{says}open a new incident, marked as a recurrence.")]
    return [
        *reason_problems(because, "Say what is still missing."),
        *_problems_with_day(due_on, today),
    ]


def problems_with_dropping(deed: Deed, because: str) -> list[Problem]:
    """Objections to dropping it."""
    if is_over(deed.state):
        return [Problem("", f"This action is {_SAID[deed.state]} already.")]
    return reason_problems(because, "Say why it need not be done.")


_SAID: Final = {
    ActionState.OPEN: "to be done",
    ActionState.DONE: "done and waits to be verified",
    ActionState.VERIFIED: "verified",
    ActionState.DROPPED: "dropped",
}


def set_said(title: str, owner: str, due_on: date) -> str:
    """What the timeline says of an action that was set."""
    return f"To be done by {owner} until {day_said(due_on)}: {title}"


def edited_said(
    title: str, *, owner: str | None = None, due_on: date | None = None, because: str = ""
) -> str:
    """What the timeline says of an action that was changed; `owner` and `due_on` are given where they are new."""
    parts = [f"{owner} does it from now on."] if owner else []
    if due_on is not None:
        parts.append(f"It is due on {day_said(due_on)} now.")
    said = " ".join([f"Corrective action changed: {_sentence(title)}", *parts])
    return f"{said} {because}".strip()


def step_said(step: str, title: str, why: str) -> str:
    """What the timeline says of a step: "Corrective action done: <title>. <why>"."""
    return f"Corrective action {step}: {_sentence(title)} {why}".strip()


def overdue_said(title: str, due_on: date, told: str | None) -> str:
    """What the timeline says of an action nobody finished in time. `told` None: there is nobody above to tell."""
    who = f"{told} was told." if told else "There is no head of a unit above to tell."
    return f"Corrective action overdue since {day_said(due_on)}: {_sentence(title)} {who}"


def day_said(day: date) -> str:
    """A day in words: 2 Nov 2026."""
    return f"{day.day} {day:%b %Y}"


def _sentence(title: str) -> str:
    return title if title.endswith((".", "!", "?")) else f"{title}."


def is_over(state: ActionState) -> bool:
    """Whether nothing is left to do or to verify."""
    return state in {ActionState.VERIFIED, ActionState.DROPPED}


def is_overdue(state: ActionState, due_on: date, today: date) -> bool:
    """Whether its day has passed and nobody has said that it is done."""
    return state is ActionState.OPEN and due_on < today


def is_to_be_escalated(deed: Deed, answer_days: int, today: date) -> bool:
    """Whether somebody above its owner is to be told now: so many days over its day, and once for each due day."""
    return (
        deed.state is ActionState.OPEN
        and deed.escalated_for != deed.due_on
        and deed.due_on + timedelta(days=answer_days) < today
    )

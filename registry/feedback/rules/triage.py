"""Sorting and answering feedback: the states it goes through, and which step may follow which."""

from enum import StrEnum
from typing import Final

from registry.feedback.rules.feedback import wanted_text
from registry.kernel.errors import Problem

REPLY_LIMIT: Final = 4_000
REASON_LIMIT: Final = 2_000
LIMITATION_LIMIT: Final = 2_000


class State(StrEnum):
    """Where a piece of feedback stands."""

    NEW = "new"
    IN_TRIAGE = "in_triage"
    ANSWERED = "answered"
    KNOWN_LIMITATION = "known_limitation"
    ESCALATED = "escalated"
    DISMISSED = "dismissed"
    SPAM = "spam"

    @property
    def said_outside(self) -> str:
        """The state in words for whoever sent the feedback."""
        return _OUTSIDE[self]


_OUTSIDE: Final = {
    State.NEW: "It has arrived. Nobody has looked at it yet.",
    State.IN_TRIAGE: "Somebody is looking at it.",
    State.ANSWERED: "It is answered.",
    State.KNOWN_LIMITATION: "We know of this: it is one of the things the system cannot do well.",
    State.ESCALATED: "Somebody is looking at it, and whoever answers for the system was told.",
    State.DISMISSED: "It was read and closed.",
    # Whoever is wrongly taken for spam must not be insulted, and whoever is rightly must learn nothing.
    State.SPAM: "It was read and closed.",
}
# Somebody still has to do something about these.
WAITING: Final = (State.NEW, State.IN_TRIAGE, State.ESCALATED)
_OPEN: Final = frozenset({State.NEW, State.IN_TRIAGE})


def after_theme(state: State) -> State:
    """Whoever puts feedback under a theme has begun to look at it."""
    return State.IN_TRIAGE if state is State.NEW else state


def after_reply(state: State) -> State:
    """An answer closes what was open or escalated; beside any other ending it stands as a further word."""
    return State.ANSWERED if state in WAITING else state


def problems_with_reply(text: str, state: State) -> list[Problem]:
    """Objections to an answer."""
    if state is State.SPAM:
        return [Problem("", "This is marked as spam. Say that it is none before you answer it.")]
    return wanted_text("text", text, REPLY_LIMIT, "Write the answer; whoever sent this reads it.")


def problems_with_dismissal(because: str, state: State) -> list[Problem]:
    """Objections to closing feedback without an answer: it takes a reason, and once is enough."""
    if state in {State.DISMISSED, State.SPAM}:
        return [Problem("", "This is closed already.")]
    missing = "Say why nothing follows from it. The reason stays with us; whoever sent this does not read it."
    return wanted_text("because", because, REASON_LIMIT, missing)


def problems_with_escalation(needed: str, state: State, *, has_owner: bool) -> list[Problem]:
    """Objections to telling the system's owner: it takes a reason and somebody to tell."""
    if state is State.ESCALATED:
        return [Problem("", "The owner has this already.")]
    if state is State.SPAM:
        return [Problem("", "This is marked as spam. Say that it is none before you escalate it.")]
    if not has_owner:
        return [Problem("", "Nobody answers for this system. Name an owner first, on the tab Ownership.")]
    return wanted_text("needed", needed, REASON_LIMIT, "Say what the owner has to decide or know.")


def problems_with_limitation(text: str) -> list[Problem]:
    """Objections to a known limitation."""
    return wanted_text(
        "limitation", text, LIMITATION_LIMIT, "Say what the system cannot do well, and for whom."
    )


def problems_with_ruling(state: State, *, is_spam: bool, looks_like_spam: bool) -> list[Problem]:
    """Objections to saying that something is spam, or that it is none: it must be news."""
    if is_spam and state is State.SPAM:
        return [Problem("", "This is marked as spam already.")]
    if not is_spam and state is not State.SPAM and not looks_like_spam:
        return [Problem("", "Nobody takes this for spam.")]
    return []

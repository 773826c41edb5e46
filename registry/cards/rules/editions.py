"""Where an edition of a card stands, and who may move it."""

from enum import StrEnum
from typing import Final

from registry.cards.rules.facts import Edition
from registry.kernel.actor import Actor
from registry.kernel.errors import Problem

REASON_LIMIT: Final = 4_000
MEANING: Final = "I have read this edition. It states the system as its record does, and may be handed out as the company's word."


class EditionState(StrEnum):
    """Where an edition stands. Only an approved one is the company's word."""

    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def said(self) -> str:
        """As people say it."""
        return self.value.replace("_", " ")

    @property
    def watermark(self) -> str:
        """The mark over each page; none for the one that holds."""
        return "" if self is EditionState.APPROVED else self.value.replace("_", "-")


WAS_ISSUED: Final = frozenset({EditionState.APPROVED, EditionState.SUPERSEDED, EditionState.WITHDRAWN})
"""The states of an edition that is, or was, the company's word."""


def frozen_as(number: int) -> Edition:
    """What the facts of an edition say of it. Where it stands changes later and is told beside them."""
    return Edition(number, "edition", f"edition {number}")


def objection_to_approver(actor: Actor, system_id: int, put_forward_by: int | None) -> str:
    """Why somebody may not decide on an edition; empty where they may."""
    if actor.person_id is None:
        return "Only a person can decide on a card."
    if actor.person_id == put_forward_by:
        return "You put it forward. Somebody else decides."
    if actor.seats.get(system_id):
        return "You hold a seat of this system. Somebody who does not decides on its card."
    return ""


def problems_with_decision(state: EditionState, reason: str, *, approves: bool) -> list[Problem]:
    """Objections to a decision on an edition in this state."""
    if state is not EditionState.IN_REVIEW:
        return [Problem("", f"This edition is {state.said}. There is nothing to decide.")]
    if not approves and not reason.strip():
        return [Problem("reason", "Say what has to change.")]
    return reason_problems(reason)


def reason_problems(reason: str) -> list[Problem]:
    """Objections to a reason's length."""
    says = f"Say it in at most {REASON_LIMIT:,} characters."
    return [Problem("reason", says)] if len(reason) > REASON_LIMIT else []

"""One piece of feedback: what it may say, and what makes it look like spam."""

import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final

from registry.kernel.errors import Problem
from registry.kernel.text import clean

COMMENT_LIMIT: Final = 4_000
REFERENCE_LIMIT: Final = 200
CONTACT_LIMIT: Final = 200
CLIENT_KEY_LIMIT: Final = 200
LARGEST_BATCH: Final = 1_000
BEST_RATING: Final = 5
# A rating from here on counts as satisfied (the usual "top two boxes" of a five-point scale).
SATISFIED_FROM: Final = 4

# People write one address of a page that went wrong; three and more are advertising.
_LINKS_OF_SPAM: Final = 3
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class Door(StrEnum):
    """How feedback came in."""

    LINK = "link"
    TOKEN = "token"  # noqa: S105 - a way in, no secret
    STAFF = "staff"


class Outcome(StrEnum):
    """What the person did with what the system gave them."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    OVERRIDDEN = "overridden"
    IGNORED = "ignored"

    @property
    def said(self) -> str:
        """The outcome as somebody would say it of themselves."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    Outcome.ACCEPTED: "It was used as it was",
    Outcome.CORRECTED: "It was corrected, then used",
    Outcome.OVERRIDDEN: "Something else was decided instead",
    Outcome.IGNORED: "It was not used",
}
# Of these a person set the output aside or put it right; they make the override rate.
AGAINST: Final = frozenset({Outcome.CORRECTED, Outcome.OVERRIDDEN})


class Category(StrEnum):
    """What the feedback is about."""

    WRONG = "wrong"
    UNFAIR = "unfair"
    HARMFUL = "harmful"
    SLOW = "slow"
    UNCLEAR = "unclear"
    PRAISE = "praise"
    OTHER = "other"

    @property
    def said(self) -> str:
        """The category in words for whoever gives feedback."""
        return _CATEGORIES[self]


_CATEGORIES: Final = {
    Category.WRONG: "Something was wrong",
    Category.UNFAIR: "It was unfair to me or to others",
    Category.HARMFUL: "It did harm, or could have",
    Category.SLOW: "It was slow or did not work",
    Category.UNCLEAR: "I did not understand it",
    Category.PRAISE: "It was good",
    Category.OTHER: "Something else",
}


@dataclass(frozen=True, slots=True)
class FeedbackFacts:
    """What somebody says of a system. Everything may be left out, but not all of it."""

    rating: int | None = None
    outcome: Outcome | None = None
    category: Category | None = None
    comment: str = ""
    reference: str = ""
    contact: str = ""


_LIMITS: Final = {"comment": COMMENT_LIMIT, "reference": REFERENCE_LIMIT, "contact": CONTACT_LIMIT}


def problems_with_feedback(facts: FeedbackFacts) -> list[Problem]:
    """Every objection to a piece of feedback."""
    problems: list[Problem] = []
    for name, limit in _LIMITS.items():
        problems += text_problems(name, getattr(facts, name), limit)
    if facts.rating is not None and not 1 <= facts.rating <= BEST_RATING:
        problems.append(Problem("rating", f"Give a whole number from 1 to {BEST_RATING}."))
    if facts.rating is None and facts.outcome is None and facts.category is None and not facts.comment:
        problems.append(Problem("comment", "Say something: a rating, what happened, or a few words."))
    return problems


def text_problems(name: str, text: str, limit: int) -> list[Problem]:
    """Objections to one text: too long, or signs in it that cannot be stored."""
    if len(text) > limit:
        return [Problem(name, f"Shorten this to {limit:,} characters; it has {len(text):,}.")]
    try:
        clean(text)
    except ValueError as reason:
        return [Problem(name, f"This text {reason}. Remove it and try again.")]
    return []


def wanted_text(name: str, text: str, limit: int, missing: str) -> list[Problem]:
    """Objections to a text that may not be left out; `missing` says what it is for."""
    return text_problems(name, text, limit) if text else [Problem(name, missing)]


def tidied(facts: FeedbackFacts) -> FeedbackFacts:
    """The facts with every text in its storable form; those that have none are left for the rules to refuse."""
    changes: dict[str, Any] = {
        each.name: tidy(getattr(facts, each.name))
        for each in fields(facts)
        if type(getattr(facts, each.name)) is str
    }
    return replace(facts, **changes)


def tidy(text: str) -> str:
    """A text in its storable form, or as it is when it has none."""
    try:
        return clean(text)
    except ValueError:
        return text


def looks_like_spam(facts: FeedbackFacts, *, fell_for_trap: bool = False, too_quick: bool = False) -> bool:
    """Whether somebody should look twice. It is marked and kept: a wrong guess here must lose nobody's words."""
    links = len(_LINK.findall(f"{facts.comment} {facts.reference} {facts.contact}"))
    return fell_for_trap or too_quick or links >= _LINKS_OF_SPAM

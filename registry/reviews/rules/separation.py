"""Separation of duties: who may neither decide a review or a waiver nor be given one to decide."""

from collections.abc import Collection
from dataclasses import dataclass

from registry.kernel.actor import Actor
from registry.kernel.errors import Forbidden

SEATED = (
    "Whoever holds a seat on a system, or held one since this was first handed in, does not decide on it."
)
WROTE_IT = "Whoever edited the record of a system, or approved a version in force, does not decide on it."
SUBMITTED_IT = "Whoever submitted or asked for something does not decide it."
NO_TOKEN = "A token never decides, signs or attests: that takes a person."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True)
class Involved:
    """Who has a part in what is to be decided, by their numbers.

    `seated` hold any seat of the system now or held one at any time since it was first handed in, `wrote` its record or
    approved a version in force, `asked` for it.
    """

    seated: Collection[int | None] = ()
    wrote: Collection[int | None] = ()
    asked: Collection[int | None] = ()


def conflict_of(person_id: int | None, involved: Involved) -> str:
    """Why this person may not decide, "" where nothing stands against it."""
    if person_id in involved.asked:
        return SUBMITTED_IT
    if person_id is None or person_id in involved.seated:
        return SEATED
    return WROTE_IT if person_id in involved.wrote else ""


def require_no_token(actor: Actor) -> None:
    """Raise Forbidden for a token, and for work nobody signed in for."""
    if actor.token is not None or actor.person_id is None:
        raise Forbidden(NO_TOKEN)


def require_separation(actor: Actor, involved: Involved) -> None:
    """Raise Forbidden for a token and for whoever the duty must be kept from."""
    require_no_token(actor)
    if conflict := conflict_of(actor.person_id, involved):
        raise Forbidden(conflict)

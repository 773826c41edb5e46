"""Separation of duties: who may neither decide a review or a waiver nor be given one to decide."""

from collections.abc import Collection

from registry.kernel.actor import Actor
from registry.kernel.errors import Forbidden

OWNS_IT = "Whoever answers for a system as its owner or deputy, now or when this was submitted, does not decide on it."
SUBMITTED_IT = "Whoever submitted or asked for something does not decide it."
NO_TOKEN = "A token never decides, signs or attests: that takes a person."  # noqa: S105 - a sentence


def conflict_of(person_id: int | None, *, owners: Collection[int | None], asked_by: int | None) -> str:
    """Why this person may not decide, "" where nothing stands against it.

    `owners` are all who hold the owner's or deputy's seat now or held it when this was submitted.
    """
    if person_id is None or person_id in owners:
        return OWNS_IT
    return SUBMITTED_IT if person_id == asked_by else ""


def require_no_token(actor: Actor) -> None:
    """Raise Forbidden for a token, and for work nobody signed in for."""
    if actor.token is not None or actor.person_id is None:
        raise Forbidden(NO_TOKEN)


def require_separation(actor: Actor, *, owners: Collection[int | None], asked_by: int | None) -> None:
    """Raise Forbidden for a token and for whoever the duty must be kept from."""
    require_no_token(actor)
    if conflict := conflict_of(actor.person_id, owners=owners, asked_by=asked_by):
        raise Forbidden(conflict)

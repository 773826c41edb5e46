"""How passkeys are named and how many one has; what a question to one is for; when one may go, and when one is doubted."""

from enum import StrEnum
from typing import Final

from registry.kernel.errors import Problem

MOST: Final = 20
NAME_LIMIT: Final = 100
ASKED_SECONDS: Final = 300


class Purpose(StrEnum):
    """What a passkey was asked for. An answer to one question is none to another."""

    ADD = "add"
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"


def problems_with_name(name: str, others: frozenset[str]) -> list[Problem]:
    """Objections to what a passkey is called, beside the `others` of the same person."""
    if not name or len(name) > NAME_LIMIT:
        return [
            Problem("name", f"Name the passkey after where it is kept, in at most {NAME_LIMIT} characters.")
        ]
    if name.casefold() in {each.casefold() for each in others}:
        return [
            Problem(
                "name", "You have a passkey of this name. Choose another, so that you can tell them apart."
            )
        ]
    return []


def problems_with_another(held: int) -> list[Problem]:
    """Objections to one more passkey of somebody who has so many."""
    return [] if held < MOST else [Problem("", f"You have {held} passkeys. Remove one that you do not use.")]


def is_last_way_in(*, passkeys: int, has_password: bool, has_account_elsewhere: bool) -> bool:
    """Whether somebody with so many passkeys could not sign in any more without one of them."""
    return passkeys <= 1 and not has_password and not has_account_elsewhere


def went_back(kept: int, shown: int) -> bool:
    """Whether a counter of signatures did not go forward, so that there may be two of the passkey (WebAuthn Level 3, 6.1.1).

    Those that count nothing, as synced ones do, show 0 for ever.
    """
    return (kept > 0 or shown > 0) and shown <= kept

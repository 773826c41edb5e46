"""How often one network, or one person, may try what strangers can ask: which budgets there are and when one is spent."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from registry.kernel.networks import network_of

PERIOD: Final = timedelta(minutes=15)
"""A budget begins with the first try and is whole again so long after it."""
CELLS: Final = 131_072
"""How many counts there are for each budget. It bounds the table, whoever asks from however many addresses."""


class Budget(StrEnum):
    """What is counted by itself."""

    PROOF = "proof"
    TOKEN = "token"  # noqa: S105 - a word
    PROVIDER = "provider"
    CHECK = "check"
    FEEDBACK = "feedback"
    FEED = "feed"


SAID: Final = {
    Budget.PROOF: "Too many passwords or codes that were given from here did not hold.",
    Budget.TOKEN: "Too many requests from here came with a token that is unknown, revoked or expired.",
    Budget.PROVIDER: "Too many sign-ins were begun from here.",
    Budget.CHECK: "Too many files to be checked came from here.",
    Budget.FEEDBACK: "Too many messages came from here. Your browser still has what you typed: go back to it then.",
    Budget.FEED: "Your feeds were asked for too often. Once an hour is often enough.",
}
"""Why a budget is spent, for whoever is refused."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many came since the first of them."""

    count: int
    since: datetime


def is_over(since: datetime, at: datetime) -> bool:
    """Whether a count is of so long ago that the budget is whole again. One from the future counts as over, too: a clock was set."""
    return not timedelta() <= at - since < PERIOD


def wait_for(found: Count | None, most: int, at: datetime) -> int:
    """For how many seconds nothing more is taken, at least 1; 0 where something is. `most` of 0 is no bound."""
    if found is None or most == 0 or found.count < most or is_over(found.since, at):
        return 0
    return max(1, int((found.since + PERIOD - at).total_seconds()))


def cell_of(secret: str, budget: Budget, *, person_id: int | None, address: str) -> int:
    """Which of CELLS a sender is counted in: by who they are where they are signed in, by their network where not.

    Keyed, so that nobody finds out with whom they share one, and the table holds no addresses. That two share one is rare and
    matters only while one of them has spent the budget.
    """
    who = f"person {person_id}" if person_id is not None else f"network {network_of(address)}"
    text = f"{budget.value}|{who}"
    digest = hmac.new(secret.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") % CELLS

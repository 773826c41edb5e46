"""Where something stands on its way out of the house, and what kind of letter it is."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# Whoever was mailed just now is mailed the next things together, a little later.
PAUSE: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=180)
PLACE: Final = "notices"
"""What the place in the ledger is called up to which everybody has been told."""


class Sent(StrEnum):
    """Where it stands: waiting for its time, leased by a worker, arrived, given up, or not to be told any more."""

    WAITING = "waiting"
    LEASED = "leased"
    ARRIVED = "arrived"
    DEAD = "dead"
    DROPPED = "dropped"

    @property
    def said(self) -> str:
        """The state in words."""
        return {
            "waiting": "waiting",
            "leased": "being sent",
            "arrived": "arrived",
            "dead": "given up",
            "dropped": "withheld",
        }[self.value]


class Tried(StrEnum):
    """How one try went; of one that failed there may be another."""

    ARRIVED = "arrived"
    FAILED = "failed"
    WITHHELD = "withheld"


SETTLED: Final = {Tried.ARRIVED: Sent.ARRIVED, Tried.FAILED: Sent.DEAD, Tried.WITHHELD: Sent.DROPPED}
"""Where something stands after its last try."""

UNSETTLED: Final = (Sent.WAITING, Sent.LEASED, Sent.DEAD)
"""What an operator watches: what is on its way, and what was given up."""


class MailingKind(StrEnum):
    """Why there is a letter."""

    NOTICES = "notices"
    TEST = "test"

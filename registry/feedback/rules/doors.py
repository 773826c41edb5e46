"""The public door of a system: its words, its code, how much may come through it in a day."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.feedback.rules.feedback import text_problems
from registry.kernel.errors import Problem, Refusal
from registry.kernel.networks import network_of

TITLE_LIMIT: Final = 120
WORDS_LIMIT: Final = 2_000
# Of random bytes: 192 bits, so that nobody finds a door or an answer by trying.
CODE_BYTES: Final = 24
MOST_PER_ADDRESS: Final = 20
MOST_PER_DOOR: Final = 500
# Nobody reads the page, thinks and writes in less.
SHORTEST_SECONDS: Final = 3


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """What the public reads at a door. Nothing of the system's record is shown there, not even its name."""

    title: str = ""
    words: str = ""
    is_open: bool = True


class TooMany(Refusal):
    """The day's feedback through this door, or from this address, is used up."""


def problems_with_door(facts: DoorFacts) -> list[Problem]:
    """Every objection to what a door says."""
    problems = [
        *text_problems("title", facts.title, TITLE_LIMIT),
        *text_problems("words", facts.words, WORDS_LIMIT),
    ]
    if "\n" in facts.title:
        problems.append(Problem("title", "Write this on one line."))
    return problems


def refuse_too_many(*, from_address: int, through_door: int) -> None:
    """Raise TooMany when this many came today already, from the one address or through the door from all."""
    if from_address >= MOST_PER_ADDRESS:
        raise TooMany(
            f"{MOST_PER_ADDRESS} messages came from your connection today, which is the most we take in a day. "
            "What you typed is still below. Please keep it and send it tomorrow."
        )
    if through_door >= MOST_PER_DOOR:
        raise TooMany(
            "So many messages came today that we take no more before tomorrow. "
            "What you typed is still below. Please keep it and send it then."
        )


def address_code(secret: str, day: date, door_id: int, address: str) -> str:
    """What stands for a sender's network address in the counts of one day: a keyed hash of 64 hexadecimal digits.

    Keyed, because all addresses there are could be hashed and compared; by day and door, so that nobody can follow
    a sender from one to the next. Of an IPv6 address the first 64 bits count: the rest is the sender's to choose.
    """
    text = f"{day.isoformat()}|{door_id}|{network_of(address)}"
    return hmac.new(secret.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def answer_digest(code: str) -> str:
    """What is kept of the code by which a reporter reads the answer: its SHA-256."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()

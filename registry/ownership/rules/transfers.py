"""Moving a leaver's seats to others: what would become of each, and whether that is still what was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.actor import Seat
from registry.kernel.errors import Problem
from registry.ownership.rules.handovers import OfferFacts, problems_with_offer
from registry.ownership.rules.seats import problems_with_seat, text_problems

MOST_AT_ONCE = 200


class Way(StrEnum):
    """What becomes of one seat."""

    OFFER = "offer"
    PASS = "pass"  # noqa: S105 - the seat is passed on
    END = "end"
    FREE = "free"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """What must be known to judge the move of one seat. `to_id` None: nobody was chosen."""

    assignment_id: int
    version: int
    seat: Seat
    from_id: int
    to_id: int | None
    to_is_here: bool
    owner_id: int
    already_held: bool
    already_offered: bool
    from_has_left: bool


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one seat, and why where it is refused."""

    assignment_id: int
    version: int
    way: Way
    to_id: int | None = None
    says: str = ""

    @property
    def code(self) -> str:
        """What a preview hands back, so that it can be told whether the same would still happen."""
        return f"{self.version}.{self.way.value}.{self.to_id or 0}"


def move_of(facts: MoveFacts, moved_by_id: int | None) -> Move:
    """What becomes of a seat: the accountable one is offered, another changes hands at once, or is left free.

    Somebody who holds the seat already only loses the one beside them.
    """
    problems = _offer_problems(facts, moved_by_id) if facts.seat is Seat.OWNER else _seat_problems(facts)
    if problems:
        return _move(facts, Way.REFUSED, " ".join(problem.message for problem in problems))
    if facts.seat is Seat.OWNER:
        return _move(facts, Way.OFFER)
    if facts.to_id is None:
        return _move(facts, Way.FREE)
    return _move(facts, Way.END if facts.already_held else Way.PASS)


def problems_with_transfer(moves: Sequence[Move], reason: str) -> list[Problem]:
    """Objections to a transfer as a whole: no seat chosen, too many at once, no reason."""
    problems = text_problems("reason", reason)
    if not moves:
        problems.append(Problem("", "Tick the seats to move."))
    if len(moves) > MOST_AT_ONCE:
        problems.append(Problem("", f"Move at most {MOST_AT_ONCE} seats at once, and the rest after that."))
    if not reason:
        problems.append(Problem("reason", "Say why the seats change hands; the ledger keeps it."))
    return problems


def moved_on(moves: Sequence[Move], seen: Mapping[int, str]) -> frozenset[int]:
    """The assignments of which something else would happen now than was shown, or that are not held any more."""
    now = {move.assignment_id: move.code for move in moves}
    return frozenset(number for number in now.keys() | seen.keys() if now.get(number) != seen.get(number))


def _move(facts: MoveFacts, way: Way, says: str = "") -> Move:
    return Move(facts.assignment_id, facts.version, way, facts.to_id, says)


def _offer_problems(facts: MoveFacts, moved_by_id: int | None) -> list[Problem]:
    return problems_with_offer(
        OfferFacts(
            owner_id=facts.from_id,
            to_id=facts.to_id,
            to_is_active=facts.to_is_here,
            # The reason is one for all rows, and judged once.
            reason="stated",
            already_offered=facts.already_offered,
            offered_by_id=moved_by_id,
            owner_has_left=facts.from_has_left,
        )
    )


def _seat_problems(facts: MoveFacts) -> list[Problem]:
    if facts.to_id is None:
        return []
    if facts.to_id == facts.from_id:
        return [Problem("to_id", "They hold this seat now; choose somebody else.")]
    return problems_with_seat(
        facts.seat,
        person_id=facts.to_id,
        team_id=None,
        holder_is_active=facts.to_is_here,
        already_held=False,
        is_owner=facts.to_id == facts.owner_id,
    )

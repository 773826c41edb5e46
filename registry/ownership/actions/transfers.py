"""Move a leaver's seats to others in one step, exactly as it was shown beforehand."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, refuse_if
from registry.kernel.events import Event
from registry.ownership import queries, rules
from registry.ownership.actions.handovers import offer_handover
from registry.ownership.actions.seats import pass_seat, tidy_text, vacate_seat
from registry.ownership.models import Assignment
from registry.ownership.rules import Move, Way
from registry.people.models import Person


def transfer_seats(
    session: Session,
    actor: Actor,
    person: Person,
    to: Mapping[int, int | None],
    reason: str,
    *,
    seen: Mapping[int, str],
) -> list[Move]:
    """Move the seats whose assignments are the keys of `to`, each to the person named there (None: left free).

    `seen` holds the code of each move as it was shown. Accountable seats are offered; refused rows stay as they are.
    Returns what became of each. Raises Conflict, with nothing done, when something else would happen now than was
    shown; RuleBroken for a transfer that may not be made at all.
    """
    require(actor, Permission.PEOPLE_EDIT)
    reason = tidy_text(reason)
    held = {seat.id or 0: seat for seat in queries.seats_of_person(session, person.id or 0, lock=True)}
    chosen = [held[number] for number in sorted(to) if number in held]
    moves = queries.moves_of(session, chosen, to, actor.person_id)
    refuse_if(rules.problems_with_transfer(moves, reason))
    if rules.moved_on(moves, seen):
        raise Conflict("Something changed since the preview. Nothing was moved; look again.", 0)
    for move in moves:
        _carry_out(session, actor, held[move.assignment_id], move, reason)
    record(session, actor, Event.SEATS_TRANSFERRED, person, note=_counts(moves))
    return moves


def _carry_out(session: Session, actor: Actor, seat: Assignment, move: Move, reason: str) -> None:
    if move.way is Way.OFFER:
        offer_handover(session, actor, seat.system_id, move.to_id, reason)
    elif move.way is Way.PASS:
        pass_seat(session, actor, seat, move.to_id or 0, reason)
    elif move.way in {Way.END, Way.FREE}:
        vacate_seat(session, actor, seat)


def _counts(moves: Sequence[Move]) -> dict[str, str]:
    return {way.value: str(sum(move.way is way for move in moves)) for way in Way}

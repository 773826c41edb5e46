"""Lists of the register as files to take away."""

from collections.abc import Iterator, Mapping, Sequence

from registry.output.tables import Cell, to_csv
from registry.ownership.queries import Held
from registry.ownership.rules import SEAT_SAID
from registry.portfolio.queries import Answered

_HEADINGS = ("Id", "System", "Unit", "Seat", "Held by", "E-mail", "From", "To", "Confirmed")


def owners_csv(
    answered: Sequence[Answered], seats: Mapping[int, Sequence[Held]], units: Mapping[int, str]
) -> bytes:
    """Who answered for each system, and who held its other seats where those are given: one row per holder.

    Instants are in UTC; an empty "To" is a period that still runs, an empty "Confirmed" one nobody has confirmed.
    """
    return to_csv(_HEADINGS, _rows(answered, seats, units))


def _rows(
    answered: Sequence[Answered], seats: Mapping[int, Sequence[Held]], units: Mapping[int, str]
) -> Iterator[Sequence[Cell]]:
    for each in answered:
        owner = Held(each.assignment, each.owner, None)
        for held in (owner, *seats.get(each.system.id or 0, ())):
            row = held.assignment
            yield (
                each.system.key,
                each.system.name,
                units.get(each.system.unit_id, ""),
                SEAT_SAID[row.seat][0],
                held.name,
                held.person.email if held.person else "",
                row.from_at.isoformat(),
                row.to_at.isoformat() if row.to_at else "",
                row.accepted_at.isoformat() if row.accepted_at else "",
            )

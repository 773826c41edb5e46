"""The lines of the desk about evidence: what expires soon, or has expired while something rests on it."""

from datetime import timedelta

from flask import url_for

from registry.evidence.models import Evidence
from registry.evidence.queries import expiring
from registry.evidence.rules.record import validity
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.text import counted
from registry.ownership.rules import end_of
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.web.flask_app import session

_FEW = 3
_SOON = timedelta(days=14)
_OWNING = frozenset({Seat.OWNER, Seat.DEPUTY})


def of_evidence(who: Actor) -> list[Task]:
    """For the owner of a system and who acts for them; many in one line."""
    today = clock.today()
    own = [number for number, seats in who.seats.items() if seats & _OWNING]
    found = expiring(session(), own, today, today + _SOON)
    if len(found) <= _FEW:
        return [_renew(*each) for each in found]
    evidence, system = found[0]
    first = _renew(evidence, system)
    says = f"The first: {evidence.key} of {system.name}. What rests on them needs newer files."
    return [
        Task(
            first.urgency,
            f"Renew {counted(len(found), 'piece')} of evidence",
            says,
            first.until,
            first.url,
            "Show it",
        )
    ]


def _renew(evidence: Evidence, system: System) -> Task:
    stands = validity(evidence.valid_until, clock.today())
    return Task(
        Urgency.OVERDUE if stands.has_expired else Urgency.DUE,
        f"Renew {evidence.key} of {system.name}",
        f"“{evidence.title}” {stands.says}. Add a newer file, and say until when that holds.",
        end_of(evidence.valid_until) if evidence.valid_until else None,
        url_for("evidence.show", number=evidence.id),
        "Look at it",
        evidence.valid_until if stands.has_expired else None,
    )

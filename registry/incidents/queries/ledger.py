"""What of the ledger's entries a reader may know of, where they tell of incidents."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from registry.audit.queries import HistoryItem
from registry.incidents.models.incidents import Incident, IncidentSystem, Involved
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import Actor

_INCIDENT = Incident.__tablename__
_OF = "incident_id"


def told_to(session: Session, actor: Actor, items: Sequence[HistoryItem]) -> list[HistoryItem]:
    """These entries without those that tell of an incident the actor may not know of now; in one statement.

    An incident is in the history of the system it was found at, and may also touch one that has become restricted since.
    """
    about = {item.seq: _incidents_in(item) for item in items}
    named = set().union(*about.values())
    if not named:
        return list(items)
    query = select(Incident.id).where(col(Incident.id).in_(sorted(named)), seen_by(actor))
    hidden = named - {number or 0 for number in session.exec(query)}
    return [item for item in items if not about[item.seq] & hidden]


def touched_in(session: Session, items: Collection[HistoryItem]) -> dict[int, set[int]]:
    """By the number of an entry the systems that the incidents it tells of touch now; in one statement."""
    about = {item.seq: _incidents_in(item) for item in items}
    touched = touched_by_each(session, set().union(*about.values()))
    return {
        seq: set().union(*(touched.get(number, set()) for number in numbers))
        for seq, numbers in about.items()
    }


def touched_by_each(session: Session, numbers: Collection[int]) -> dict[int, set[int]]:
    """By the number of an incident the systems it touches now; in one statement."""
    found: dict[int, set[int]] = {}
    if numbers:
        query = select(IncidentSystem.incident_id, IncidentSystem.system_id)
        for number, system_id in session.exec(
            query.where(col(IncidentSystem.incident_id).in_(sorted(numbers)))
        ):
            found.setdefault(number, set()).add(system_id)
    return found


def concerned_by_each(session: Session, numbers: Collection[int]) -> dict[int, set[int]]:
    """By the number of an incident its lead and the people involved in it now; in two statements."""
    found: dict[int, set[int]] = {}
    if numbers:
        leads = select(Incident.id, Incident.lead_id).where(col(Incident.id).in_(sorted(numbers)))
        involved = select(Involved.incident_id, Involved.person_id)
        involved = involved.where(col(Involved.incident_id).in_(sorted(numbers)))
        for number, person_id in [*session.exec(leads), *session.exec(involved)]:
            if person_id is not None:
                found.setdefault(number or 0, set()).add(person_id)
    return found


def _incidents_in(item: HistoryItem) -> set[int]:
    """The incidents an entry is about, changed, or added something to: each step adds an entry to a timeline."""
    found = {one.object_id for one in item.objects if one.kind == _INCIDENT}
    if item.subject_kind == _INCIDENT and item.subject_id is not None:
        found.add(item.subject_id)
    for one in item.objects:
        for change in one.changes:
            if change.column == _OF:
                found |= {value for value in (change.before, change.after) if isinstance(value, int)}
    return found

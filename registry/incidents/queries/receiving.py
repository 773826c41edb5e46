"""Incidents by the name they have where they come from."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from registry.incidents.models.incidents import Incident

_AT_ONCE = 500


def by_source(session: Session, source: str, reference: str) -> Incident | None:
    """The incident that has this name there, or None."""
    query = select(Incident).where(Incident.source == source, Incident.source_ref == reference)
    return session.exec(query).one_or_none()


def known_of(session: Session, source: str, references: Collection[str]) -> dict[str, Incident]:
    """The incidents of one source that have these names there."""
    wanted = sorted(set(references))
    found: dict[str, Incident] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = col(Incident.source_ref).in_(wanted[start : start + _AT_ONCE])
        query = select(Incident).where(Incident.source == source, some)
        found |= {each.source_ref or "": each for each in session.exec(query)}
    return found

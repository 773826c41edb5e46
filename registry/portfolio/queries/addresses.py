"""The record a public id names, for those who type or paste one."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from registry.classification.models import ClassificationRun
from registry.data_sources.models import DataSource
from registry.dossiers.models import Dossier
from registry.dossiers.rules.cases import PREFIX as TEST_PREFIX
from registry.evidence.models import Evidence
from registry.evidence.rules.record import PREFIX as EVIDENCE_PREFIX
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.text import (
    CLASSIFICATION_PREFIX,
    DATA_SOURCE_PREFIX,
    INCIDENT_PREFIX,
    SYSTEM_PREFIX,
    number_of,
)
from registry.reviews.models.reviews import Review
from registry.reviews.models.words import SignOff, Waiver
from registry.reviews.rules.kinds import REVIEW_PREFIX, SIGN_OFF_PREFIX, WAIVER_PREFIX
from registry.risks.models import Risk
from registry.risks.rules import PREFIX as RISK_PREFIX
from registry.systems.models import System
from registry.systems.queries import visible_to


@dataclass(frozen=True, slots=True)
class Known:
    """The record a public id names: what it is, its number, and the public id of its system or of itself."""

    kind: str
    number: int
    key: str


# What belongs to one system and is known to whoever may know of that; of evidence only where they may read it.
_OF_SYSTEMS: dict[str, tuple[str, Any]] = {
    CLASSIFICATION_PREFIX: ("classification", ClassificationRun),
    EVIDENCE_PREFIX: ("evidence", Evidence),
    REVIEW_PREFIX: ("review", Review),
    RISK_PREFIX: ("risk", Risk),
    SIGN_OFF_PREFIX: ("sign-off", SignOff),
    TEST_PREFIX: ("tests", Dossier),
    WAIVER_PREFIX: ("waiver", Waiver),
}


def address_of(session: Session, actor: Actor, text: str) -> Known | None:
    """The one record whose public id was typed, if it is there and the actor may know of it. One statement at most."""
    if number := number_of(SYSTEM_PREFIX, text):
        query = select(System).where(System.id == number, visible_to(actor))
        system = session.exec(query).one_or_none()
        return Known("system", number, system.key) if system else None
    if number := number_of(DATA_SOURCE_PREFIX, text):
        source = session.get(DataSource, number)
        return Known("source", number, source.key) if source else None
    if number := number_of(INCIDENT_PREFIX, text):
        query_seen = select(Incident).where(Incident.id == number, seen_by(actor))
        incident = session.exec(query_seen).one_or_none()
        return Known("incident", number, incident.key) if incident else None
    for prefix, (name, kind) in _OF_SYSTEMS.items():
        if number := number_of(prefix, text):
            return _of_system(session, actor, name, kind, number)
    return None


def _of_system(session: Session, actor: Actor, name: str, kind: Any, number: int) -> Known | None:
    query = select(System).join(kind, kind.system_id == col(System.id))
    system = session.exec(query.where(kind.id == number, visible_to(actor))).one_or_none()
    if system is None or (kind is Evidence and not may(actor, Permission.EVIDENCE_READ, system.id)):
        return None
    return Known(name, number, system.key)

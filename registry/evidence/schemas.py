"""Evidence JSON, out; and the form fields of a multipart body, in."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from registry.evidence.models import Evidence, EvidenceRevision, EvidenceUse
from registry.evidence.rules.record import EvidenceFacts, Kind, validity
from registry.people.models import Person
from registry.systems.models import System
from registry.web.describing import Day, Instant, Words


class FileOut(TypedDict):
    """One file of a piece of evidence; `number` is what it is downloaded by."""

    number: int
    revision: int
    name: str
    type: str
    size: int
    sha256: str
    note: str
    added_at: Instant


class EvidenceOut(TypedDict):
    """One piece of evidence with its newest file; people by e-mail address, null where it was the registry itself."""

    id: str
    number: int
    system: str
    title: str
    kind: Annotated[str, Words(Kind)]
    valid_until: Day | None
    has_expired: bool
    validity: str
    note: str
    added_at: Instant
    added_by: str | None
    withdrawn_at: Instant | None
    withdrawn_because: str
    file: FileOut
    version: int


class UseOut(TypedDict):
    """What a piece of evidence supports, and by which of its files."""

    kind: str
    number: int
    revision: int
    since: Instant


class EvidenceWhole(EvidenceOut):
    """One piece with every file and everything it supports."""

    files: list[FileOut]
    supports: list[UseOut]


class EvidenceIn(BaseModel):
    """What is stated of a piece of evidence, beside its file."""

    model_config = ConfigDict(extra="forbid")

    title: str
    kind: Kind
    valid_until: date | None = None
    note: str = ""

    def facts(self) -> EvidenceFacts:
        """As the rules read it."""
        return EvidenceFacts(self.title, self.kind, self.valid_until, self.note)


class EvidenceChange(BaseModel):
    """What of a piece of evidence is changed; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    kind: Kind = Kind.OTHER
    valid_until: date | None = None
    note: str = ""


class RevisionIn(BaseModel):
    """What is said of a newer file."""

    model_config = ConfigDict(extra="forbid")

    note: str = ""


def told(
    evidence: Evidence, system: System, newest: EvidenceRevision, added_by: Person | None, today: date
) -> EvidenceOut:
    """One piece of evidence with its newest file; people by e-mail address, None where it was the registry itself."""
    stands = validity(evidence.valid_until, today)
    return {
        "id": evidence.key,
        "number": evidence.id or 0,
        "system": system.key,
        "title": evidence.title,
        "kind": evidence.kind.value,
        "valid_until": evidence.valid_until.isoformat() if evidence.valid_until else None,
        "has_expired": stands.has_expired,
        "validity": stands.says,
        "note": evidence.note,
        "added_at": evidence.added_at.isoformat(),
        "added_by": added_by.email if added_by else None,
        "withdrawn_at": evidence.withdrawn_at.isoformat() if evidence.withdrawn_at else None,
        "withdrawn_because": evidence.withdrawn_because,
        "file": file_told(newest),
        "version": evidence.version,
    }


def file_told(revision: EvidenceRevision) -> FileOut:
    """One file; `number` is what it is downloaded by."""
    return {
        "number": revision.id or 0,
        "revision": revision.ordinal,
        "name": revision.file_name,
        "type": revision.type.value,
        "size": revision.size,
        "sha256": revision.sha256,
        "note": revision.note,
        "added_at": revision.added_at.isoformat(),
    }


def uses_told(uses: Sequence[tuple[EvidenceUse, EvidenceRevision]]) -> list[UseOut]:
    """What a piece of evidence supports, and by which of its files."""
    return [
        {
            "kind": use.subject_kind,
            "number": use.subject_id,
            "revision": revision.ordinal,
            "since": use.used_at.isoformat(),
        }
        for use, revision in uses
    ]

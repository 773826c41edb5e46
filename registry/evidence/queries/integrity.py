"""Whether every file of evidence is still here and still what it was: each hash computed anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.evidence.models import Evidence, EvidenceRevision
from registry.store.files import Files


@dataclass(frozen=True, slots=True)
class Damage:
    """One revision whose file is missing or changed, in words."""

    evidence: str
    revision: int
    sha256: str
    is_missing: bool

    @property
    def says(self) -> str:
        """What is wrong with which file."""
        what = "is missing" if self.is_missing else "is not what it was when it was kept"
        return f"The file of {self.evidence}, revision {self.revision}, {what} (SHA-256 {self.sha256})."


def damaged(
    session: Session, files: Files, progress: Callable[[int], None] = lambda _count: None
) -> Iterator[Damage]:
    """Every revision whose file is not what its hash promises. Reads each file once, however many revisions share it."""
    query = (
        select(EvidenceRevision, Evidence)
        .join(Evidence, col(Evidence.id) == col(EvidenceRevision.evidence_id))
        .order_by(col(EvidenceRevision.sha256), col(EvidenceRevision.id))
    )
    last, is_whole, count = "", True, 0
    for revision, evidence in session.exec(query):
        if revision.sha256 != last:
            last, is_whole, count = revision.sha256, files.is_whole(revision.sha256), count + 1
            progress(count)
        if not is_whole:
            yield Damage(evidence.key, revision.ordinal, last, is_missing=not files.has(last))


def files_counted(session: Session) -> int:
    """How many different files there are."""
    return len(set(session.exec(select(EvidenceRevision.sha256))))

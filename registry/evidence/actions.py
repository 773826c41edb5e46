"""Add evidence and revisions of it; edit what is stated; name what it supports; withdraw it."""

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from registry.audit.actions import record
from registry.evidence import queries
from registry.evidence.models import Evidence, EvidenceRevision, EvidenceUse
from registry.evidence.queries.sniffing import type_of
from registry.evidence.rules import files as file_rules
from registry.evidence.rules import record as rules
from registry.evidence.rules.files import FileType, Unwelcome
from registry.evidence.rules.record import EvidenceFacts, Kind
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.store.files import Draft, Files

ROOM = "evidence"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that was sent and is not kept yet: the name it was given, where it would be kept, and the room there is.

    `quota` is how many bytes the evidence of one system may take.
    """

    name: str
    draft: Draft
    files: Files
    quota: int


@dataclass(frozen=True, slots=True)
class Holds:
    """Until when a newer file holds: its last good day, None where it does not expire."""

    until: date | None


def add_evidence(
    session: Session, actor: Actor, system_id: int, facts: EvidenceFacts, arrived: Arrived
) -> Evidence:
    """Add a piece of evidence with its first file. Raises RuleBroken; then nothing of the file is kept.

    The caller holds the system's row locked, so that two files do not both take the last room there is.
    """
    require(actor, Permission.EVIDENCE_ADD, system_id)
    facts = _tidy(facts)
    kind, objections = _judged(session, system_id, arrived)
    refuse_if([*rules.problems_with(facts), *objections])
    evidence = Evidence(
        system_id=system_id,
        title=facts.title,
        kind=facts.kind or Kind.OTHER,
        valid_until=facts.valid_until,
        note=facts.note,
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )
    session.add(evidence)
    session.flush()
    _keep(session, actor, evidence, arrived, kind, 1, "")
    record(session, actor, Event.EVIDENCE_ADDED, evidence, system_id=system_id)
    return evidence


def add_revision(
    session: Session,
    actor: Actor,
    evidence: Evidence,
    arrived: Arrived,
    note: str = "",
    *,
    holds: Holds | None = None,
) -> EvidenceRevision:
    """Add a newer file of a piece of evidence; those before it stay. Raises RuleBroken, as `add_evidence` does.

    `holds` says until when it is valid now; None: nothing is said, and the day before stays. The caller holds the rows of the evidence and its system locked.
    """
    require(actor, Permission.EVIDENCE_ADD, evidence.system_id)
    _refuse_withdrawn(evidence)
    note = _cleaned(note)
    kind, objections = _judged(session, evidence.system_id, arrived)
    last = queries.latest_revision(session, evidence.id or 0)
    if last.sha256 == arrived.draft.sha256:
        objections.append(Problem("file", "This is the file that is here already, byte for byte."))
    if holds is not None:
        objections += rules.problems_with_renewal(holds.until, clock.today())
    refuse_if([*objections, *rules.problems_with_words("note", note)])
    if holds is not None and evidence.valid_until != holds.until:
        evidence.valid_until = holds.until
    revision = _keep(session, actor, evidence, arrived, kind, last.ordinal + 1, note)
    record(session, actor, Event.EVIDENCE_REVISED, evidence, system_id=evidence.system_id)
    return revision


def edit_evidence(
    session: Session, actor: Actor, evidence: Evidence, facts: EvidenceFacts, *, version: int
) -> Evidence:
    """Write what a piece of evidence now states; its files stay as they are. `version` is the revision the editor saw.

    Raises RuleBroken, or Conflict with both sides when the record has moved on since.
    """
    require(actor, Permission.EVIDENCE_ADD, evidence.system_id)
    _refuse_withdrawn(evidence)
    facts = _tidy(facts)
    if version != evidence.version:
        raise _conflict(evidence, facts)
    refuse_if(rules.problems_with(facts))
    for name, value in _stored(facts).items():
        # Only what differs, so that an unchanged record keeps its revision.
        if getattr(evidence, name) != value:
            setattr(evidence, name, value)
    record(session, actor, Event.EVIDENCE_EDITED, evidence, system_id=evidence.system_id)
    return evidence


def use(session: Session, actor: Actor, evidence: Evidence, kind: str, number: int) -> EvidenceUse:
    """Name a piece of evidence for something of its system: a review, a dossier, a waiver. Raises RuleBroken."""
    require(actor, Permission.EVIDENCE_ADD, evidence.system_id)
    used = use_row(session, evidence, kind, number, by_id=actor.person_id)
    record(session, actor, Event.EVIDENCE_USED, used, system_id=evidence.system_id)
    return used


def use_row(
    session: Session, evidence: Evidence, kind: str, number: int, *, by_id: int | None
) -> EvidenceUse:
    """The row itself: the newest file of the evidence supports that. Part of `use` and of actions that record more.

    Where this file was named for the same already, that row is given back. Raises RuleBroken for withdrawn evidence.
    """
    refuse_if(rules.problems_with_use(kind, is_withdrawn=evidence.withdrawn_at is not None))
    revision = queries.latest_revision(session, evidence.id or 0)
    for known, _ in queries.uses_of(session, evidence.id or 0):
        if (known.revision_id, known.subject_kind, known.subject_id) == (revision.id, kind, number):
            return known
    used = EvidenceUse(
        evidence_id=evidence.id or 0,
        revision_id=revision.id or 0,
        subject_kind=kind,
        subject_id=number,
        used_at=clock.now(),
        used_by_id=by_id,
    )
    session.add(used)
    return used


def withdraw(session: Session, actor: Actor, evidence: Evidence, because: str, *, version: int) -> Evidence:
    """Say that something no longer counts as evidence; it stays to be seen, with the reason.

    `version` is the revision the person had read. Raises RuleBroken, also while something rests on it or its system
    is held as evidence; Conflict when it has changed since.
    """
    require(actor, Permission.EVIDENCE_WITHDRAW, evidence.system_id)
    because = _cleaned(because)
    uses = queries.uses_of(session, evidence.id or 0)
    supports = list(dict.fromkeys(rules.subject_said(each.subject_kind, each.subject_id) for each, _ in uses))
    refuse_if(
        rules.problems_with_withdrawal(
            because,
            is_withdrawn=evidence.withdrawn_at is not None,
            supports=supports,
            held_because=queries.hold_because(session, evidence.system_id),
        )
    )
    if version != evidence.version:
        raise Conflict("This evidence was changed after you read it. Read it again first.", evidence.version)
    evidence.withdrawn_at, evidence.withdrawn_by_id = clock.now(), actor.person_id
    evidence.withdrawn_because = because
    record(session, actor, Event.EVIDENCE_WITHDRAWN, evidence, system_id=evidence.system_id)
    return evidence


def _judged(session: Session, system_id: int, arrived: Arrived) -> tuple[FileType, list[Problem]]:
    """What the file is by its own bytes, and every objection to it. Its name is believed in nothing."""
    used = queries.size_used(session, system_id)
    objections = rules.problems_with_size(arrived.draft.size, used, arrived.quota)
    if objections:
        return FileType.TEXT, objections
    try:
        file_rules.refuse_name(arrived.name)
        kind = type_of(arrived.draft.path)
        file_rules.refuse_promise(arrived.name, kind)
    except Unwelcome as refused:
        return FileType.TEXT, [Problem("file", str(refused))]
    return kind, []


def _keep(
    session: Session,
    actor: Actor,
    evidence: Evidence,
    arrived: Arrived,
    kind: FileType,
    ordinal: int,
    note: str,
) -> EvidenceRevision:
    # The file before the row: a transaction that fails leaves a file nobody names, never a row without its file.
    stored = arrived.files.keep_once(arrived.draft)
    revision = EvidenceRevision(
        evidence_id=evidence.id or 0,
        ordinal=ordinal,
        sha256=stored.sha256,
        size=stored.size,
        type=kind,
        file_name=file_rules.shown_name(arrived.name, kind),
        note=note,
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )
    session.add(revision)
    return revision


def _tidy(facts: EvidenceFacts) -> EvidenceFacts:
    return replace(facts, title=_cleaned(facts.title), note=_cleaned(facts.note))


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text


def _stored(facts: EvidenceFacts) -> dict[str, object]:
    return {
        "title": facts.title,
        "kind": facts.kind,
        "valid_until": facts.valid_until,
        "note": facts.note,
    }


def _refuse_withdrawn(evidence: Evidence) -> None:
    if evidence.withdrawn_at is not None:
        raise RuleBroken([Problem("", "This evidence was withdrawn. Add a new piece instead.")])


def _conflict(evidence: Evidence, facts: EvidenceFacts) -> Conflict:
    """Both sides of an edit that came too late: what stands now beside what was about to be written."""
    differences = [
        Difference(name, getattr(evidence, name), value)
        for name, value in _stored(facts).items()
        if getattr(evidence, name) != value
    ]
    says = "Somebody else changed this evidence while you were editing."
    return Conflict(says, evidence.version, differences)

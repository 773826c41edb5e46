"""What of a dossier is signed for, who signed, whether that still stands, and who may not sign."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from registry.audit import queries as audit
from registry.dossiers.models import Dossier, DossierCase, DossierRun, DossierSignature
from registry.dossiers.rules import cases
from registry.dossiers.rules.cases import content_hash, version_hash
from registry.kernel.actor import Actor, Seat
from registry.kernel.events import Event
from registry.ownership.queries import seated_since
from registry.people.models import Person
from registry.versions.models import ModelVersion
from registry.versions.queries import facts_of, learned_by

_BUILT_BY = (Event.VERSION_ADDED, Event.VERSION_EDITED)


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature with who gave it, and whether cases or runs were added, or the version edited, since."""

    signature: DossierSignature
    person: Person
    has_changed: bool


def signatures_of(session: Session, dossier_ids: Collection[int]) -> dict[int, list[Signed]]:
    """Who signed each of several dossiers, newest first.

    Cases and runs are only ever added, so their counts tell whether there are more; what the version states is edited,
    so its hash does.
    """
    ids = sorted(dossier_ids)
    found: dict[int, list[Signed]] = {number: [] for number in ids}
    if not ids:
        return found
    all_cases, all_runs = (
        select(func.count(col(kind.id)))
        .where(col(kind.dossier_id) == col(DossierSignature.dossier_id))
        .correlate(DossierSignature)
        .scalar_subquery()
        for kind in (DossierCase, DossierRun)
    )
    built = _built(session, ids)
    query: Any = select(DossierSignature, Person, all_cases, all_runs)
    query = query.join(Person, col(Person.id) == col(DossierSignature.signed_by_id))
    query = query.where(col(DossierSignature.dossier_id).in_(ids)).order_by(col(DossierSignature.id).desc())
    for signature, person, case_count, run_count in session.execute(query):
        now = (case_count, run_count, built[signature.dossier_id])
        changed = (signature.cases, signature.runs, signature.version_sha256) != now
        found[signature.dossier_id].append(Signed(signature, person, changed))
    return found


def cases_of(session: Session, dossier_id: int) -> Sequence[DossierCase]:
    """Every case of a dossier, in the order they were added."""
    query = select(DossierCase).where(DossierCase.dossier_id == dossier_id)
    return session.exec(query.order_by(col(DossierCase.id))).all()


def runs_of(session: Session, dossier_id: int) -> Sequence[DossierRun]:
    """Every run of a dossier, in the order they were recorded."""
    query = select(DossierRun).where(DossierRun.dossier_id == dossier_id)
    return session.exec(query.order_by(col(DossierRun.id))).all()


@dataclass(frozen=True, slots=True)
class Content:
    """What a signature is for: the hash of all of it and of the version alone, and how many cases and runs there are."""

    sha256: str
    version_sha256: str
    cases: int
    runs: int


def content_of(session: Session, dossier_id: int) -> Content:
    """A dossier as it stands: what the version states that was tested, each case and each run."""
    built = _built(session, [dossier_id])[dossier_id]
    return content_with(built, cases_of(session, dossier_id), runs_of(session, dossier_id))


def content_with(built: str, known: Sequence[DossierCase], runs: Sequence[DossierRun]) -> Content:
    """What a signature is for where the version has this hash and the dossier these cases and runs."""
    told = [
        {
            "id": case.id,
            "type": case.type.value,
            "name": case.name,
            "reference": case.reference,
            "expected": case.expected,
            "steps": case.steps,
        }
        for case in known
    ]
    went = [
        {
            "id": run.id,
            "case": run.case_id,
            "outcome": run.outcome.value,
            "actual": run.actual,
            "ran_on": run.ran_on.isoformat(),
            "is_similar": run.is_similar,
            "similar_because": run.similar_because,
            "evidence": run.evidence_id,
            "tester": run.tester_id,
        }
        for run in runs
    ]
    return Content(content_hash(built, told, went), built, len(known), len(runs))


def _built(session: Session, dossier_ids: Collection[int]) -> dict[int, str]:
    """The hash of what the version of each of several dossiers states now, in two statements."""
    query = select(Dossier.id, ModelVersion).join(
        ModelVersion, col(ModelVersion.id) == col(Dossier.version_id)
    )
    found = session.exec(query.where(col(Dossier.id).in_(sorted(dossier_ids)))).all()
    learned = learned_by(session, [model.id or 0 for _, model in found])
    return {number or 0: version_hash(facts_of(model, learned[model.id or 0])) for number, model in found}


def objection_to(session: Session, actor: Actor, model: ModelVersion) -> str | None:
    """Why the actor may neither test nor sign a version, or None. A seat held through a team counts as their own.

    Read from the ledger: the version itself names only who edited it last.
    """
    writers, _ = audit.hands_on(session, "model_version", model.id or 0, _BUILT_BY)
    leads = seated_since(session, model.system_id, frozenset({Seat.ENGINEERING_LEAD}), model.added_at)
    builders = {model.added_by_id, model.edited_by_id, *writers}
    return cases.objection_to(actor.person_id, builders, leads=actor.person_id in leads)

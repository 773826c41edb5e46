"""Dossiers of a system and by number; their cases with the newest run of each; what they cover."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlmodel import Session, col, func, select

from registry.dossiers.models import Dossier, DossierCase, DossierCaseAssumed, DossierRun
from registry.dossiers.queries.signing import Signed, signatures_of
from registry.dossiers.rules.cases import CaseType, Covered, Outcome, coverage
from registry.evidence.models import Evidence
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.versions.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Tried:
    """One case with its newest run, where there is one, and who ran it (None: the registry itself).

    `assumed` is there where its type was told for a whole delivery.
    """

    case: DossierCase
    run: DossierRun | None
    tester: Person | None
    assumed: DossierCaseAssumed | None


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier of a list: its version, what it covers, how often it was signed as it stands now."""

    dossier: Dossier
    model: ModelVersion
    covered: Sequence[Covered]
    signed: Sequence[Signed]

    @property
    def cases(self) -> int:
        """How many cases it has."""
        return sum(each.cases for each in self.covered)

    @property
    def passed(self) -> int:
        """How many of them passed, by their newest run."""
        return sum(each.passed for each in self.covered)

    @property
    def failed(self) -> int:
        """How many of them failed, by their newest run."""
        return sum(each.failed for each in self.covered)

    @property
    def holding(self) -> list[Signed]:
        """The signatures for what stands now."""
        return [each for each in self.signed if not each.has_changed]


def by_number(session: Session, actor: Actor, number: int) -> tuple[Dossier, ModelVersion, System]:
    """One dossier with its version and system. Raises NotFound also where the actor may not know of the system."""
    query = (
        select(Dossier, ModelVersion, System)
        .join(ModelVersion, col(ModelVersion.id) == col(Dossier.version_id))
        .join(System, col(System.id) == col(Dossier.system_id))
        .where(Dossier.id == min(number, LARGEST_NUMBER), visible_to(actor))
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]


def of_version(session: Session, version_id: int) -> Dossier | None:
    """The dossier of a version, or None."""
    return session.exec(select(Dossier).where(Dossier.version_id == version_id)).one_or_none()


def versions_without(session: Session, system_id: int, limit: int = 200) -> dict[int, str]:
    """Number and label of the newest versions of a system that have no dossier yet, to choose from."""
    has = select(Dossier.version_id).where(Dossier.system_id == system_id)
    query = select(ModelVersion).where(ModelVersion.system_id == system_id, col(ModelVersion.id).not_in(has))
    found = session.exec(query.order_by(col(ModelVersion.id).desc()).limit(limit))
    return {model.id or 0: model.label for model in found}


def lines_page(session: Session, system_id: int, *, before: int | None = None, limit: int = 20) -> Page[Line]:
    """One page of a system's dossiers, newest first; `before` is the number of the last one seen."""
    query: Any = select(Dossier, ModelVersion)
    query = query.join(ModelVersion, col(ModelVersion.id) == col(Dossier.version_id))
    query = query.where(col(Dossier.system_id) == system_id)
    if before is not None:
        query = query.where(col(Dossier.id) < min(before, LARGEST_NUMBER))
    found = session.execute(query.order_by(col(Dossier.id).desc()).limit(limit + 1)).all()
    return cut(_lines(session, found), limit, lambda one: (one.dossier.id,))


def line_of(session: Session, dossier: Dossier, model: ModelVersion) -> Line:
    """One dossier as a list shows it."""
    return _lines(session, [(dossier, model)])[0]


def _lines(session: Session, found: Iterable[Any]) -> list[Line]:
    rows = [(dossier, model) for dossier, model in found]
    numbers = [dossier.id or 0 for dossier, _ in rows]
    covered, signed = covered_by(session, numbers), signatures_of(session, numbers)
    return [
        Line(dossier, model, covered[dossier.id or 0], signed[dossier.id or 0]) for dossier, model in rows
    ]


def _newest() -> Any:
    """The number of the newest run of each case: by its day, and of one day by when it was recorded."""
    place = func.row_number().over(
        partition_by=col(DossierRun.case_id),
        order_by=(col(DossierRun.ran_on).desc(), col(DossierRun.id).desc()),
    )
    return select(
        col(DossierRun.id).label("id"), col(DossierRun.case_id).label("case_id"), place.label("place")
    )


def covered_by(session: Session, dossier_ids: Collection[int]) -> dict[int, list[Covered]]:
    """What each of several dossiers covers, by type, in one statement."""
    ids = sorted(dossier_ids)
    newest = _newest().where(col(DossierRun.dossier_id).in_(ids)).subquery()
    query: Any = select(DossierCase.dossier_id, DossierCase.type, DossierRun.outcome, func.count())
    query = query.join(newest, and_(newest.c.case_id == DossierCase.id, newest.c.place == 1), isouter=True)
    query = query.join(DossierRun, col(DossierRun.id) == newest.c.id, isouter=True)
    query = query.where(col(DossierCase.dossier_id).in_(ids))
    query = query.group_by(col(DossierCase.dossier_id), col(DossierCase.type), col(DossierRun.outcome))
    counts: dict[int, dict[tuple[CaseType, Outcome | None], int]] = {number: {} for number in ids}
    for number, kind, outcome, count in session.execute(query) if ids else ():
        counts[number][kind, outcome] = count
    return {number: coverage(found) for number, found in counts.items()}


def tried_page(
    session: Session, dossier_id: int, *, after: int | None = None, limit: int = 50
) -> Page[Tried]:
    """One page of a dossier's cases in the order they were added, each with its newest run."""
    newest = _newest().where(col(DossierRun.dossier_id) == dossier_id).subquery()
    query: Any = select(DossierCase, DossierRun, Person, DossierCaseAssumed)
    query = query.join(DossierCaseAssumed, col(DossierCaseAssumed.case_id) == DossierCase.id, isouter=True)
    query = query.join(newest, and_(newest.c.case_id == DossierCase.id, newest.c.place == 1), isouter=True)
    query = query.join(DossierRun, col(DossierRun.id) == newest.c.id, isouter=True)
    query = query.join(Person, col(Person.id) == col(DossierRun.tester_id), isouter=True)
    query = query.where(col(DossierCase.dossier_id) == dossier_id)
    if after is not None:
        query = query.where(col(DossierCase.id) > min(after, LARGEST_NUMBER))
    found = session.execute(query.order_by(col(DossierCase.id)).limit(limit + 1))
    return cut([Tried(*row) for row in found], limit, lambda one: (one.case.id,))


@dataclass(frozen=True, slots=True)
class Went:
    """One run of a case: who ran it (None: the registry itself), and the evidence it names."""

    run: DossierRun
    tester: Person | None
    evidence: Evidence | None


def case_by_number(
    session: Session, actor: Actor, number: int
) -> tuple[DossierCase, DossierCaseAssumed | None, Dossier, ModelVersion, System]:
    """One case with its dossier. Raises NotFound also where the actor may not know of the system."""
    query: Any = select(DossierCase, DossierCaseAssumed)
    query = query.join(DossierCaseAssumed, col(DossierCaseAssumed.case_id) == DossierCase.id, isouter=True)
    found = session.execute(query.where(col(DossierCase.id) == min(number, LARGEST_NUMBER))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], *by_number(session, actor, found[0].dossier_id)


def runs_page(session: Session, case_id: int, *, before: int | None = None, limit: int = 50) -> Page[Went]:
    """One page of the runs of a case, the one recorded last first; `before` is the number of the last one seen."""
    query: Any = select(DossierRun, Person, Evidence)
    query = query.join(Person, col(Person.id) == col(DossierRun.tester_id), isouter=True)
    query = query.join(Evidence, col(Evidence.id) == col(DossierRun.evidence_id), isouter=True)
    query = query.where(col(DossierRun.case_id) == case_id)
    if before is not None:
        query = query.where(col(DossierRun.id) < min(before, LARGEST_NUMBER))
    found = session.execute(query.order_by(col(DossierRun.id).desc()).limit(limit + 1))
    return cut([Went(*row) for row in found], limit, lambda one: (one.run.id,))


def ends_with(session: Session, dossier_id: int, digest: str) -> bool:
    """Whether the file of this digest is the last that was recorded: then it was sent twice.

    A file that was sent earlier, with other runs since, is how it went once more: its failures count again.
    """
    query = select(DossierRun.delivery).where(DossierRun.dossier_id == dossier_id)
    return session.exec(query.order_by(col(DossierRun.id).desc()).limit(1)).first() == digest

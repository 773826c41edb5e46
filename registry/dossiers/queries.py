"""Dossiers of a system and by number; their cases with the newest run of each; what they cover; who signed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlmodel import Session, col, func, select

from registry.dossiers.models import Dossier, DossierCase, DossierRun, DossierSignature
from registry.dossiers.rules import cases
from registry.dossiers.rules.cases import CaseType, Covered, Outcome, content_hash, coverage, name_key
from registry.dossiers.rules.results import Result
from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.versions.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Tried:
    """One case with its newest run, where there is one, and who ran it (None: the registry itself)."""

    case: DossierCase
    run: DossierRun | None
    tester: Person | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature with who gave it, and whether cases or runs were added since."""

    signature: DossierSignature
    person: Person
    has_changed: bool


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


def signatures_of(session: Session, dossier_ids: Collection[int]) -> dict[int, list[Signed]]:
    """Who signed each of several dossiers, newest first. Cases and runs are only ever added, so their counts tell."""
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
    query: Any = select(DossierSignature, Person, all_cases, all_runs)
    query = query.join(Person, col(Person.id) == col(DossierSignature.signed_by_id))
    query = query.where(col(DossierSignature.dossier_id).in_(ids)).order_by(col(DossierSignature.id).desc())
    for signature, person, case_count, run_count in session.execute(query):
        changed = (signature.cases, signature.runs) != (case_count, run_count)
        found[signature.dossier_id].append(Signed(signature, person, changed))
    return found


def tried_page(
    session: Session, dossier_id: int, *, after: int | None = None, limit: int = 50
) -> Page[Tried]:
    """One page of a dossier's cases in the order they were added, each with its newest run."""
    newest = _newest().where(col(DossierRun.dossier_id) == dossier_id).subquery()
    query: Any = select(DossierCase, DossierRun, Person)
    query = query.join(newest, and_(newest.c.case_id == DossierCase.id, newest.c.place == 1), isouter=True)
    query = query.join(DossierRun, col(DossierRun.id) == newest.c.id, isouter=True)
    query = query.join(Person, col(Person.id) == col(DossierRun.tester_id), isouter=True)
    query = query.where(col(DossierCase.dossier_id) == dossier_id)
    if after is not None:
        query = query.where(col(DossierCase.id) > min(after, LARGEST_NUMBER))
    found = session.execute(query.order_by(col(DossierCase.id)).limit(limit + 1))
    return cut([Tried(*row) for row in found], limit, lambda one: (one.case.id,))


def cases_of(session: Session, dossier_id: int) -> Sequence[DossierCase]:
    """Every case of a dossier, in the order they were added."""
    query = select(DossierCase).where(DossierCase.dossier_id == dossier_id)
    return session.exec(query.order_by(col(DossierCase.id))).all()


def runs_of(session: Session, dossier_id: int) -> Sequence[DossierRun]:
    """Every run of a dossier, in the order they were recorded."""
    query = select(DossierRun).where(DossierRun.dossier_id == dossier_id)
    return session.exec(query.order_by(col(DossierRun.id))).all()


def has_delivery(session: Session, dossier_id: int, digest: str) -> bool:
    """Whether the file of this digest was taken in before."""
    query = select(DossierRun.id).where(DossierRun.dossier_id == dossier_id, DossierRun.delivery == digest)
    return session.exec(query.limit(1)).first() is not None


def content_of(session: Session, dossier_id: int) -> tuple[str, int, int]:
    """The hash of a dossier as it stands, with how many cases and runs it is made from."""
    known, runs = cases_of(session, dossier_id), runs_of(session, dossier_id)
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
    return content_hash(told, went), len(known), len(runs)


def objection_to(actor: Actor, model: ModelVersion) -> str | None:
    """Why the actor may neither test nor sign a version, or None. A seat held through a team counts as their own."""
    leads = Seat.ENGINEERING_LEAD in actor.seats.get(model.system_id, frozenset())
    return cases.objection_to(actor.person_id, {model.added_by_id, model.edited_by_id}, leads=leads)


class Known:
    """The cases of a dossier by what a result may call them; the first of several that fit."""

    def __init__(self, known: Sequence[DossierCase]) -> None:
        self._by_word: dict[str, DossierCase] = {}
        self._claimed: set[str] = set()
        self.added: list[DossierCase] = []
        self.count = len(known)
        for case in known:
            self._name(case)

    def adds(self, result: Result) -> bool:
        """Whether the result is of a case nobody has named so far."""
        words = self._words(result)
        if any(word in self._by_word or word in self._claimed for word in words):
            return False
        self._claimed.update(words)
        self.count += 1
        return True

    def keep(self, case: DossierCase) -> None:
        """Know a case that is added."""
        self.added.append(case)
        self._name(case)

    def of(self, result: Result) -> DossierCase:
        """The case of a result."""
        return next(self._by_word[word] for word in self._words(result) if word in self._by_word)

    def _name(self, case: DossierCase) -> None:
        if case.reference:
            self._by_word.setdefault(f"reference {case.reference}", case)
        self._by_word.setdefault(f"name {case.name_key}", case)

    @staticmethod
    def _words(result: Result) -> list[str]:
        named = f"name {name_key(result.name)}"
        return [f"reference {result.reference}", named] if result.reference else [named]

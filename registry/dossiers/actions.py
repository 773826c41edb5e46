"""Open a dossier; add cases; record runs, one by one or from a file; sign for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.dossiers import queries
from registry.dossiers.models import Dossier, DossierCase, DossierCaseAssumed, DossierRun, DossierSignature
from registry.dossiers.rules import cases as rules
from registry.dossiers.rules.cases import CaseFacts, CaseType, Outcome, RunFacts
from registry.dossiers.rules.results import Read, Result, Unread
from registry.evidence.actions import use_row
from registry.evidence.models import Evidence
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.versions.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file of results: what was read of it, its SHA-256, what tool wrote it, and what holds for all of it.

    `add_as` is the type of cases that are new and name none, None where nobody said; `is_similar` and why, of the
    conditions of every run.
    """

    read: Read
    digest: str
    source: str
    add_as: CaseType | None
    is_similar: bool | None
    similar_because: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of every row of a file: taken in, known before, or not read and why."""

    rows: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    added: int = 0
    is_known: bool = False
    unread: tuple[Unread, ...] = ()


def open_dossier(session: Session, actor: Actor, model: ModelVersion) -> Dossier:
    """Begin the dossier of a version. Raises RuleBroken when it has one. The caller holds the system's row locked."""
    require(actor, Permission.DOSSIER_EDIT, model.system_id)
    if queries.of_version(session, model.id or 0) is not None:
        raise RuleBroken([Problem("version_id", "This version has a dossier already.")])
    dossier = Dossier(
        system_id=model.system_id,
        version_id=model.id or 0,
        opened_at=clock.now(),
        opened_by_id=actor.person_id,
    )
    session.add(dossier)
    record(session, actor, Event.DOSSIER_OPENED, dossier, system_id=dossier.system_id)
    return dossier


def add_case(session: Session, actor: Actor, dossier: Dossier, facts: CaseFacts) -> DossierCase:
    """Say what will be tried, and what should happen. Raises RuleBroken. The caller holds the system's row locked."""
    require(actor, Permission.DOSSIER_EDIT, dossier.system_id)
    facts = replace(
        facts,
        name=" ".join(_cleaned(facts.name).split()),
        reference=_cleaned(facts.reference),
        expected=_cleaned(facts.expected),
        steps=_cleaned(facts.steps),
    )
    known = queries.cases_of(session, dossier.id or 0)
    taken = rules.name_key(facts.name) in {case.name_key for case in known}
    refuse_if(rules.problems_with_case(facts, name_taken=taken, cases=len(known)))
    case = _case(actor, dossier, facts)
    session.add(case)
    record(session, actor, Event.DOSSIER_CASE_ADDED, case, system_id=dossier.system_id)
    return case


def record_run(
    session: Session,
    actor: Actor,
    dossier: Dossier,
    model: ModelVersion,
    case: DossierCase,
    facts: RunFacts,
    evidence: Evidence | None = None,
) -> DossierRun:
    """Record how a case went once. Whoever built the version may not. Raises Forbidden, RuleBroken."""
    require(actor, Permission.DOSSIER_TEST, dossier.system_id)
    _refuse_builder(session, actor, model)
    facts = replace(facts, actual=_cleaned(facts.actual), similar_because=_cleaned(facts.similar_because))
    refuse_if(rules.problems_with_run(facts, today=clock.today()))
    if evidence is not None:
        use_row(session, evidence, "dossier", dossier.id or 0, by_id=actor.person_id)
    run = _run(actor, dossier, case.id or 0, facts, source="form", evidence=evidence)
    session.add(run)
    record(session, actor, Event.DOSSIER_RUN, run, system_id=dossier.system_id)
    return run


def take_results(
    session: Session, actor: Actor, dossier: Dossier, model: ModelVersion, delivery: Delivery
) -> Receipt:
    """Take in the results of a file: each finds its case by reference or name, or adds one. Sent twice in a row, it counts once.

    The caller holds the system's row locked. Raises Forbidden for whoever built the version, RuleBroken.
    """
    require(actor, Permission.DOSSIER_TEST, dossier.system_id)
    _refuse_builder(session, actor, model)
    read = delivery.read
    total = len(read.results) + len(read.unread)
    if queries.ends_with(session, dossier.id or 0, delivery.digest):
        return Receipt(total, is_known=True, unread=read.unread)
    delivery = replace(delivery, similar_because=_cleaned(delivery.similar_because))
    today = clock.today()
    refuse_if(_problems_with(delivery, today))
    before = queries.cases_of(session, dossier.id or 0)
    known = queries.Known(before, read.results)
    if delivery.add_as is None:
        refuse_if(rules.problems_with_untyped(known.untyped(read.results)))
    found = [_found(actor, dossier, known, result, delivery.add_as) for result in read.results]
    if len(before) + len(known.added) > rules.MOST_CASES:
        raise RuleBroken([Problem("file", f"A dossier holds {rules.MOST_CASES:,} cases at most.")])
    session.add_all(known.added)
    session.flush()
    assumed = known.assumed(zip(found, read.results, strict=True))
    session.add_all(DossierCaseAssumed(case_id=each, delivery=delivery.digest) for each in assumed)
    session.add_all(_runs(actor, dossier, delivery, found, today))
    dossier.unread = len(read.unread)
    counts = {outcome: sum(each.outcome is outcome for each in read.results) for outcome in Outcome}
    note = {"results": f"{len(read.results)} of {total}", "sha256": delivery.digest}
    record(session, actor, Event.DOSSIER_RESULTS_TAKEN, dossier, system_id=dossier.system_id, note=note)
    return Receipt(
        total,
        counts[Outcome.PASSED],
        counts[Outcome.FAILED],
        counts[Outcome.SKIPPED],
        added=len(known.added),
        unread=read.unread,
    )


def sign(
    session: Session,
    actor: Actor,
    dossier: Dossier,
    model: ModelVersion,
    words: str,
    *,
    sha256: str,
    confirmed_at: datetime | None,
) -> DossierSignature:
    """Sign for the tests as they stand. `sha256` is the content that the person had before them,
    `confirmed_at` when they last gave their password again.

    For people alone, and not for whoever built the version. The caller holds the system's row locked. Raises
    Forbidden, RuleBroken, or Conflict where anything was added or edited since the page was opened.
    """
    require(actor, Permission.DOSSIER_SIGN, dossier.system_id)
    if actor.person_id is None or actor.token is not None:
        raise Forbidden("A person signs, not a program. Sign in and do it there.")
    _refuse_builder(session, actor, model)
    number, words = dossier.id or 0, _cleaned(words)
    content = queries.content_of(session, number)
    signed = queries.signatures_of(session, [number])[number]
    same = any(
        (each.signature.signed_by_id, each.signature.sha256) == (actor.person_id, content.sha256)
        for each in signed
    )
    covered = queries.covered_by(session, [number])[number]
    refuse_if(
        [
            *rules.problems_with_signature(words, covered, is_signed=same),
            *confirmation_problems(confirmed_at, clock.now()),
        ]
    )
    if sha256 != content.sha256:
        says = "Cases or runs were added, or the version was edited, after you opened this page. Read it, then sign."
        raise Conflict(says, 0)
    signature = DossierSignature(
        dossier_id=number,
        sha256=content.sha256,
        version_sha256=content.version_sha256,
        unread=dossier.unread,
        cases=content.cases,
        runs=content.runs,
        words=words,
        signed_at=clock.now(),
        signed_by_id=actor.person_id,
    )
    session.add(signature)
    record(session, actor, Event.DOSSIER_SIGNED, signature, system_id=dossier.system_id)
    return signature


def _problems_with(delivery: Delivery, today: date) -> list[Problem]:
    problems = rules.problems_with_conditions(delivery.is_similar, delivery.similar_because)
    if not delivery.read.results:
        problems.append(Problem("file", "Nothing in this file can be read as the result of a test."))
    late = [each for each in delivery.read.results if each.ran_on and each.ran_on > today]
    if late:
        problems.append(Problem("file", f"Row {late[0].row} was run on a day that is still to come."))
    return problems


def _found(
    actor: Actor, dossier: Dossier, known: queries.Known, result: Result, add_as: CaseType | None
) -> DossierCase:
    """The case of a result, a new one where there is none."""
    case = known.of(result)
    if case is not None:
        return case
    expected = "As the test itself states it."
    facts = CaseFacts(result.type or add_as, known.name_for(result), result.reference, expected)
    return known.keep(_case(actor, dossier, facts))


def _runs(
    actor: Actor, dossier: Dossier, delivery: Delivery, found: Sequence[DossierCase], today: date
) -> list[DossierRun]:
    runs = []
    told = list(zip(found, delivery.read.results, strict=True))
    # A case that a file names several times, once for each value it was tried with or each time it was tried again,
    # stands by the worst of them: the last row of a day stands for it, so failures are recorded last.
    for case, result in sorted(told, key=lambda one: rules.FROM_BEST.index(one[1].outcome)):
        facts = RunFacts(
            result.outcome,
            result.actual,
            result.ran_on or today,
            delivery.is_similar,
            delivery.similar_because,
        )
        runs.append(_run(actor, dossier, case.id or 0, facts, source=delivery.source, digest=delivery.digest))
    return runs


def _case(actor: Actor, dossier: Dossier, facts: CaseFacts) -> DossierCase:
    return DossierCase(
        dossier_id=dossier.id or 0,
        type=facts.type or CaseType.EDGE_CASE,
        name=facts.name,
        name_key=rules.name_key(facts.name),
        reference=facts.reference,
        expected=facts.expected,
        steps=facts.steps,
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )


def _run(
    actor: Actor,
    dossier: Dossier,
    case_id: int,
    facts: RunFacts,
    *,
    source: str,
    digest: str = "",
    evidence: Evidence | None = None,
) -> DossierRun:
    return DossierRun(
        dossier_id=dossier.id or 0,
        case_id=case_id,
        outcome=facts.outcome or Outcome.SKIPPED,
        actual=facts.actual,
        ran_on=facts.ran_on or clock.today(),
        is_similar=bool(facts.is_similar),
        similar_because=facts.similar_because,
        evidence_id=evidence.id if evidence else None,
        source=source,
        delivery=digest,
        recorded_at=clock.now(),
        tester_id=actor.person_id,
    )


def _refuse_builder(session: Session, actor: Actor, model: ModelVersion) -> None:
    objection = queries.objection_to(session, actor, model)
    if objection:
        raise Forbidden(objection)


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text

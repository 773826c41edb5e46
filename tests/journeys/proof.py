"""What proves something of a furnished register: evidence, risks, tests before use; in the words it is given."""

import io
import tempfile
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from registry.dossiers import actions as dossiers
from registry.dossiers import queries as dossier_queries
from registry.dossiers.rules.cases import CaseFacts, CaseType, Outcome, RunFacts
from registry.evidence import actions as evidence
from registry.evidence.actions import ROOM, Arrived
from registry.evidence.models import Evidence
from registry.evidence.rules.record import EvidenceFacts
from registry.evidence.rules.record import Kind as Proof
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.risks import actions as risks
from registry.risks.rules import AcceptanceFacts, RiskFacts, Status
from registry.store.files import Files
from registry.versions.models import ModelVersion
from tests.cast import Cast

if TYPE_CHECKING:
    from tests.journeys.furnished import Words

FIRST, NEWER = b"40 of 40 passed.", b"39 of 40 passed."


def keep_proof(files: Files) -> None:
    """The files of the evidence, where an application over a copied database looks for them."""
    for content in (FIRST, NEWER):
        files.keep(io.BytesIO(content), limit=100)


def furnish_proof(session: Session, cast: Cast, words: "Words") -> None:
    """Evidence that stands, that has expired and that was withdrawn; risks and tests of each standing."""
    furnish_risks(session, cast, words)
    _tests(session, cast, words)
    ada, triage = cast.actor(session, "ada"), cast.triage.id or 0
    with tempfile.TemporaryDirectory() as folder:
        files = Files(folder, ROOM)
        report = _added(session, ada, triage, files, words, days=30)
        _added(session, ada, triage, files, words, days=-5)
        gone = _added(session, ada, triage, files, words, days=400)
        with files.drafted(io.BytesIO(NEWER), limit=100) as draft:
            newer = Arrived("May.md", draft, files, 1_000_000)
            evidence.add_revision(session, ada, report, newer, words.text("One case more."))
    evidence.use(session, ada, report, "review", 1)
    evidence.withdraw(session, ada, gone, words.text("The wrong *file*."), version=gone.version)


def _added(
    session: Session, ada: Actor, system_id: int, files: Files, words: "Words", *, days: int
) -> Evidence:
    until = clock.today() + timedelta(days=days)
    facts = EvidenceFacts(words.line("Test report", 200), Proof.TEST_REPORT, until, words.text("Page *two*."))
    with files.drafted(io.BytesIO(FIRST), limit=100) as draft:
        arrived = Arrived("report.txt", draft, files, 1_000_000)
        return evidence.add_evidence(session, ada, system_id, facts, arrived)


def furnish_risks(session: Session, cast: Cast, words: "Words") -> None:
    """Three risks of Triage: open, closed, accepted by an executive."""
    ada, today = cast.actor(session, "ada"), clock.today()
    stated = RiskFacts(
        words.line("Claims of minors sorted last", 200),
        words.text("Few of them in the *training* data."),
        words.text("A child waits for weeks."),
        words.text("Harm, and a complaint."),
        likelihood=4,
        impact=4,
        controls=words.text("A weekly count by age."),
        residual_likelihood=2,
        residual_impact=3,
        owner_id=cast.number("ben"),
        review_on=today + timedelta(days=30),
        pattern="F2",
    )
    bare = replace(stated, controls="", residual_likelihood=None, residual_impact=None, pattern="")
    closed = replace(
        stated, likelihood=3, status=Status.CLOSED, closed_because=words.text("It was *dropped*.")
    )
    for facts in (bare, closed, stated):
        risk = risks.add_risk(session, ada, cast.triage.id or 0, facts)
    why = AcceptanceFacts(words.text("It is watched."), today + timedelta(days=60))
    risks.accept_risk(
        session, cast.actor(session, "eva"), risk, why, version=risk.version, confirmed_at=clock.now()
    )


def _tests(session: Session, cast: Cast, words: "Words") -> None:
    """The newest version's dossier: a case that failed, one that was not run, and a signature from before the last run."""
    adam, rita = cast.actor(session, "adam"), cast.actor(session, "rita")
    model = session.exec(select(ModelVersion).order_by(col(ModelVersion.id).desc()).limit(1)).one()
    dossier = dossiers.open_dossier(session, adam, model)
    stated = CaseFacts(
        CaseType.SUBGROUP,
        words.line("Claims of minors", 300),
        words.line("tests.bias.minors", 300),
        words.text("As fast as *others*."),
        words.text("Send forty of each."),
    )
    case = dossiers.add_case(session, adam, dossier, stated)
    why = words.text("Last year's mix.")
    run = RunFacts(
        Outcome.FAILED, words.text("12 % late."), clock.today(), is_similar=True, similar_because=why
    )
    dossiers.record_run(session, rita, dossier, model, case, run)
    digest = dossier_queries.content_of(session, dossier.id or 0).sha256
    dossiers.sign(
        session,
        rita,
        dossier,
        model,
        words.text("One of one *failed*."),
        sha256=digest,
        confirmed_at=clock.now(),
    )
    bare = CaseFacts(CaseType.ADVERSARIAL, "A claim that gives orders", expected="They are ignored.")
    dossiers.add_case(session, adam, dossier, bare)

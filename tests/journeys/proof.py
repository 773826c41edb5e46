"""What proves something of a furnished register: evidence, risks, tests before use; in the words it is given."""

import io
import tempfile
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session

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
from tests.cast import Cast

if TYPE_CHECKING:
    from tests.journeys.furnished import Words


def furnish_proof(session: Session, cast: Cast, words: "Words") -> None:
    """Evidence that stands, that has expired and that was withdrawn; a risk of each standing."""
    _risks(session, cast, words)
    ada, triage = cast.actor(session, "ada"), cast.triage.id or 0
    with tempfile.TemporaryDirectory() as folder:
        files = Files(folder, ROOM)
        report = _added(session, ada, triage, files, words, days=30)
        _added(session, ada, triage, files, words, days=-5)
        gone = _added(session, ada, triage, files, words, days=400)
        with files.drafted(io.BytesIO(b"39 of 40 passed."), limit=100) as draft:
            newer = Arrived("May.md", draft, files, 1_000_000)
            evidence.add_revision(session, ada, report, newer, words.text("One case more."))
    evidence.use(session, ada, report, "review", 1)
    evidence.withdraw(session, ada, gone, words.text("The wrong *file*."), version=gone.version)


def _added(
    session: Session, ada: Actor, system_id: int, files: Files, words: "Words", *, days: int
) -> Evidence:
    until = clock.today() + timedelta(days=days)
    facts = EvidenceFacts(words.line("Test report", 200), Proof.TEST_REPORT, until, words.text("Page *two*."))
    with files.drafted(io.BytesIO(b"40 of 40 passed."), limit=100) as draft:
        arrived = Arrived("report.txt", draft, files, 1_000_000)
        return evidence.add_evidence(session, ada, system_id, facts, arrived)


def _risks(session: Session, cast: Cast, words: "Words") -> None:
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
    closed = replace(stated, status=Status.CLOSED, closed_because=words.text("It was *dropped*."))
    for facts in (bare, closed, stated):
        risk = risks.add_risk(session, ada, cast.triage.id or 0, facts)
    why = AcceptanceFacts(words.text("It is watched."), today + timedelta(days=60))
    risks.accept_risk(session, ada, risk, why, version=risk.version)

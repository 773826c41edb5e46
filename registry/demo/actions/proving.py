"""What proves something of the demonstration's triage: evidence in files made here, risks, and tests before use."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.dossiers import actions as dossiers
from registry.dossiers import queries as dossier_queries
from registry.dossiers.actions import Delivery
from registry.dossiers.rules import results
from registry.dossiers.rules.cases import CaseFacts, CaseType
from registry.evidence import actions as evidence
from registry.evidence.actions import Arrived
from registry.evidence.rules.record import EvidenceFacts, Kind
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.risks import actions as risks
from registry.risks.rules import AcceptanceFacts, RiskFacts, Status
from registry.store.files import Files
from registry.versions.queries import live_now

_SYSTEM = "Motor claims triage"
_QUOTA = 1_000_000
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 120]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
    b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 66>>stream\n"
    b"BT /F 12 Tf 20 60 Td (Impact assessment, signed and filed.) Tj ET  \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
# title, kind, days it still holds, name of the file, what the file holds, note
_FILES = (
    (
        "Audit sample of 2,000 claims",
        Kind.TEST_REPORT,
        200,
        "audit-sample.md",
        b"# Audit sample\n\nUrgent claims found: 84 %. False alarms: 9 %.\n",
        "Read by two handlers each; *disagreements* are listed at the end.",
    ),
    (
        "Impact assessment on fundamental rights",
        Kind.IMPACT_ASSESSMENT,
        40,
        "impact-assessment.pdf",
        _PDF,
        "Section 4 is about people who cannot describe an injury in writing.",
    ),
    (
        "Training of the claims desk",
        Kind.TRAINING_RECORD,
        -12,
        "training.csv",
        b"name,day\nEverybody at the desk,last spring\n",
        "Repeated every year.",
    ),
)
_CASES = (
    (CaseType.EDGE_CASE, "Notice without a date", "It is put before a person."),
    (CaseType.HIGH_VOLUME, "Four thousand notices in an hour", "Each has its class within two minutes."),
    (CaseType.UNEXPECTED_INPUT, "Photo of a letter instead of text", "It is put before a person."),
    (CaseType.SUBGROUP, "Notices in simple language", "Urgent ones are found as often as others."),
    (CaseType.DEPENDENCY_FAILURE, "Policy system away", "It says so, and the desk works by time of arrival."),
)
_RESULTS = (
    b"name,outcome,actual\nNotice without a date,passed,\nFour thousand notices in an hour,passed,\n"
    b"Photo of a letter instead of text,passed,\n"
    b"Notices in simple language,failed,76 % of urgent ones found and not 84 %.\nPolicy system away,passed,\n"
)


def proof_steps(stage: Stage, loaded: Loaded, files: Files | None) -> Iterator[Step]:
    """Evidence, where there is a place to keep files; risks; a signed dossier of the version that is live."""

    def who(session: Session, key: str) -> Actor:
        return actor_for(session, loaded.people[key], via="session")

    if files is not None:
        yield (
            25,
            lambda session: _evidence(
                session, who(session, "hedda.brandt"), loaded.numbers[_SYSTEM], files, stage
            ),
        )
    yield (
        10,
        lambda session: _risks(
            session,
            who(session, "ada.lindqvist"),
            who(session, "eva.castell"),
            loaded.numbers[_SYSTEM],
            loaded,
            stage.today,
        ),
    )
    yield (
        9,
        lambda session: _dossier(
            session, who(session, "hedda.brandt"), who(session, "renate.vogel"), loaded.numbers[_SYSTEM]
        ),
    )


def _evidence(session: Session, actor: Actor, number: int, files: Files, stage: Stage) -> None:
    for title, kind, days, name, content, note in _FILES:
        facts = EvidenceFacts(title, kind, stage.day(-days), note)
        with files.drafted(io.BytesIO(content), limit=_QUOTA) as draft:
            evidence.add_evidence(session, actor, number, facts, Arrived(name, draft, files, _QUOTA))


def _risks(
    session: Session, owner: Actor, executive: Actor, number: int, loaded: Loaded, today: date
) -> None:
    late = RiskFacts(
        "People who write little wait too long",
        "Few notices in simple language were in the data it learned from.",
        "An injury is not recognised, and nobody calls for days.",
        "Harm to somebody who is hurt already, and a complaint that is upheld.",
        likelihood=4,
        impact=4,
        controls="Every notice of under twenty words is read by a person within a day.",
        residual_likelihood=4,
        residual_impact=4,
        owner_id=loaded.people["ben.okafor"].id,
        review_on=today + timedelta(days=45),
        pattern="F2",
    )
    drift = replace(
        late,
        title="A storm changes what claims look like",
        cause="Hail claims were rare in the years it learned from.",
        event="Urgent claims are sorted green for as long as the storm lasts.",
        consequence="Late calls, by the hundred.",
        controls="The weekly audit sample is taken daily in a storm.",
        residual_likelihood=2,
        residual_impact=3,
        pattern="F1",
        status=Status.MITIGATING,
    )
    leak = replace(
        drift,
        title="Diagnoses reach people who need not see them",
        cause="The class and its reasons stand on the desk's shared screen.",
        event="Somebody reads what was told in confidence.",
        consequence="A breach of confidence.",
        likelihood=2,
        impact=4,
        controls="Reasons are shown on request only, and each request is logged.",
        residual_likelihood=1,
        residual_impact=4,
        pattern="",
    )
    large, *_ = [risks.add_risk(session, owner, number, facts) for facts in (late, drift, leak)]
    why = "The reading by hand starts in four weeks; until then the desk calls everybody who wrote little."
    accepted = AcceptanceFacts(why, today + timedelta(days=40))
    risks.accept_risk(session, executive, large, accepted, version=large.version, confirmed_at=clock.now())


def _dossier(session: Session, lead: Actor, reviewer: Actor, number: int) -> None:
    model, _ = live_now(session, number)[0]
    dossier = dossiers.open_dossier(session, lead, model)
    for kind, name, expected in _CASES:
        dossiers.add_case(session, lead, dossier, CaseFacts(kind, name, expected=expected))
    read, digest = results.from_csv(_RESULTS), results.digest_of(_RESULTS)
    why = "The claims of one week of last winter, at the speed they came in."
    sent = Delivery(read, digest, "csv", CaseType.EDGE_CASE, is_similar=True, similar_because=why)
    dossiers.take_results(session, reviewer, dossier, model, sent)
    words = "Four of five passed. What failed is on the risk register. Nobody gains by deceiving it, so no attack was tried."
    content = dossier_queries.content_of(session, dossier.id or 0).sha256
    dossiers.sign(session, reviewer, dossier, model, words, sha256=content, confirmed_at=clock.now())

"""How an invented system came to where it stands: its stages, its classification, its model versions with their tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from registry.classification.models import ClassificationRun
from registry.classification.queries.runs import in_force
from registry.classification.rules.scoring import score
from registry.classification.rules.stored import stated, written
from registry.demo.actions.generating.life import USED, Edit, Life
from registry.demo.actions.generating.telling import changed
from registry.demo.actions.stage import told_in
from registry.demo.rules.answering import whole
from registry.dossiers.models import Dossier, DossierCase, DossierRun, DossierSignature
from registry.dossiers.queries import content_with
from registry.dossiers.rules.cases import CaseType, Outcome, version_hash
from registry.kernel.events import Event
from registry.lifecycle.models import StageChange
from registry.lifecycle.rules.stages import LADDER, Move
from registry.systems.rules.record import Stage, Tier
from registry.versions.models import LivePeriod, ModelVersion
from registry.versions.queries import facts_of
from registry.versions.rules.standing import State

_CRITERIA = (
    ("owner", "F3", "An accountable owner has accepted it"),
    ("objective", "F2", "Its objective says what problem it solves"),
    ("monitoring", "F5", "A metric has a guard-rail and a cadence"),
)
_HELD = {Stage.RESTRICTED: Move.RESTRICTED, Stage.SUSPENDED: Move.SUSPENDED}
_CASES = (
    (CaseType.EDGE_CASE, "Notice without a date"),
    (CaseType.UNEXPECTED_INPUT, "Photo of a letter instead of text"),
    (CaseType.SUBGROUP, "Notices in simple language"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """By tier what a run of the questionnaire in force says that comes to it."""

    by_tier: Mapping[Tier, Mapping[str, Any]]


def answered(session: Session, today: date) -> Answered:
    """The answers of the demonstration, each scored once by the edition in force."""
    questionnaire, found = in_force(session, today), {}
    told = told_in("classified.yaml")
    for one in ({"answers": {}}, *told):
        if "answers" not in one:
            continue
        result = score(questionnaire, whole(questionnaire, one["answers"]))
        if result.tier is not None:
            answers = {
                name: list(each) if isinstance(each, tuple) else each for name, each in result.answers.items()
            }
            found[result.tier] = {
                "questionnaire": questionnaire.id,
                "edition": questionnaire.edition,
                "answers": answers,
                "outcomes": written(stated(result)),
                "proposed_tier": result.tier,
                "proposed_because": result.rationale,
            }
    return Answered(found)


def grow(life: Life, known: Answered) -> None:
    """Its stages in their order, its classification, and its versions where it is or was used."""
    _stages(life)
    if life.said.tier is not None:
        _classify(life, known, life.said.tier)
    if life.said.stage in USED or life.chance(0.2):
        _versions(life)


def _stages(life: Life) -> None:
    last = life.said.stage
    reached = LADDER.index(last) if last in LADDER else LADDER.index(Stage.LIVE)
    path = [(Move.ADVANCED, each) for each in LADDER[1 : reached + 1]]
    if last in _HELD:
        path.append((_HELD[last], last))
    elif last is Stage.RETIRED:
        path = [*path[: life.draw.randint(1, len(path))], (Move.RETIRED, last)]
    before = Stage.PROPOSED
    for at, (move, to) in zip(life.instants(len(path), life.began), path, strict=True):
        change = StageChange(
            system_id=life.number,
            move=move,
            from_stage=before,
            to_stage=to,
            changed_at=at,
            changed_by_id=life.owner_at(at).person_id,
            reason="" if move is Move.ADVANCED else "It is needed no more as it was.",
            plan="The desk goes on by hand." if move is Move.RETIRED else "",
            criteria=[{"id": each, "pattern": by, "says": says, "met": True} for each, by, says in _CRITERIA],
        )
        life.add(change)
        served = {"in_service_on": at.date()} if to is Stage.LIVE else {}
        life.edits.append(Edit(at, _event(move), {"stage": to, **served}, change))
        before = to


def _event(move: Move) -> Event:
    if move is Move.ADVANCED:
        return Event.STAGE_ADVANCED
    return Event.SYSTEM_RETIRED if move is Move.RETIRED else Event.STAGE_LOWERED


def _classify(life: Life, known: Answered, tier: Tier) -> None:
    """By the answers that come to its tier; now and then somebody set another tier than they come to, and says why."""
    at = life.between(life.began)
    proposed = tier if tier in known.by_tier and life.chance(0.95) else Tier.MINIMAL
    run = ClassificationRun(
        system_id=life.number,
        **known.by_tier[proposed],
        tier=tier,
        rationale="" if tier is proposed else "It is used nearer to decisions than the answers say.",
        made_at=at,
        made_by_id=life.owner_at(at).person_id,
    )
    life.add(run)
    life.edits.append(Edit(at, Event.CLASSIFICATION_COMPLETED, {"tier": tier}, run))


def _versions(life: Life) -> None:
    """Some versions, each in use until the next; the newest of a system that is used is live."""
    times = life.instants(life.draw.choice([1, 1, 2, 2, 3, 4]), life.began)
    live: tuple[ModelVersion, LivePeriod] | None = None
    for place, at in enumerate(times, 1):
        row = ModelVersion(
            system_id=life.number,
            label=f"{place}.0",
            label_key=f"{place}.0",
            changed="Trained on another year of cases.",
            significant=place == 1,
            added_by_id=life.owner_at(at).person_id,
            added_at=at,
        )
        life.tell_new(at, Event.VERSION_ADDED, row)
        if life.said.stage not in USED:
            continue
        if life.chance(0.7):
            _test(life, row, at)
        by = life.reviewer().actor
        approved = changed(row, state=State.APPROVED, approved_at=at, approved_by_id=by.person_id)
        life.tell(at, Event.VERSION_APPROVED, row, approved, by=by)
        live = _put_live(life, row, at, live)


def _put_live(
    life: Life, row: ModelVersion, at: datetime, before: tuple[ModelVersion, LivePeriod] | None
) -> tuple[ModelVersion, LivePeriod]:
    period = LivePeriod(version_id=row.id or 0, system_id=life.number, share=100, from_at=at)
    life.add(period)
    ended = []
    if before is not None:
        ended = [changed(before[0], state=State.APPROVED), changed(before[1], to_at=at)]
    life.tell(at, Event.VERSION_PUT_LIVE, row, changed(row, state=State.LIVE), period, *ended)
    return row, period


def _test(life: Life, version: ModelVersion, at: datetime) -> None:
    """Three cases, each run once, and mostly signed for; now and then a case was added since."""
    tester = life.reviewer()
    by = tester.actor
    dossier = Dossier(
        system_id=life.number, version_id=version.id or 0, opened_at=at, opened_by_id=by.person_id
    )
    life.tell_new(at, Event.DOSSIER_OPENED, dossier, by=by)
    cases = [
        DossierCase(
            dossier_id=dossier.id or 0,
            type=kind,
            name=name,
            name_key=name.casefold(),
            expected="It is put before a person.",
            added_at=at,
            added_by_id=by.person_id,
        )
        for kind, name in _CASES
    ]
    life.tell_new(at, Event.DOSSIER_CASE_ADDED, *cases, by=by)
    runs = [
        DossierRun(
            dossier_id=dossier.id or 0,
            case_id=case.id or 0,
            outcome=Outcome.PASSED if life.chance(0.9) else Outcome.FAILED,
            ran_on=at.date(),
            is_similar=True,
            similar_because="The cases of one week.",
            source="form",
            recorded_at=at,
            tester_id=by.person_id,
        )
        for case in cases
    ]
    life.tell_new(at, Event.DOSSIER_RUN, *runs, by=by)
    if life.chance(0.85):
        life.tell_new(
            at, Event.DOSSIER_SIGNED, _signed(dossier, version, cases, runs, at, by.person_id or 0), by=by
        )


def _signed(
    dossier: Dossier,
    version: ModelVersion,
    cases: list[DossierCase],
    runs: list[DossierRun],
    at: datetime,
    by: int,
) -> DossierSignature:
    content = content_with(version_hash(facts_of(version, ())), cases, runs)
    return DossierSignature(
        dossier_id=dossier.id or 0,
        sha256=content.sha256,
        version_sha256=content.version_sha256,
        unread=0,
        cases=content.cases,
        runs=content.runs,
        words="All were tried.",
        signed_at=at,
        signed_by_id=by,
    )

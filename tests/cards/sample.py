"""Two records made by hand: one with everything in it, one with nothing but what registering asks for."""

from datetime import UTC, date, datetime
from decimal import Decimal

from registry.cards.rules.facts import (
    DRAFT,
    ActionOpen,
    AnswerGiven,
    AppliesFrom,
    Assurance,
    Attested,
    Attribute,
    Calibration,
    CardChange,
    CardFacts,
    Classified,
    ConditionOpen,
    Criterion,
    Dependency,
    DutyOwed,
    EvidenceKept,
    FeatureDrift,
    Feedback,
    GroupCompared,
    Holder,
    Identity,
    IncidentLog,
    IncidentStated,
    LiveVersion,
    Metric,
    Objective,
    OpenAlert,
    Origin,
    OutcomeFound,
    Ownership,
    QualityCheck,
    QualityResult,
    Rail,
    Reading,
    Realised,
    ReportDue,
    RetiredMetric,
    ReviewHeld,
    RiskBorne,
    RiskStated,
    RulePack,
    SeatSigned,
    SignedFor,
    SignOffSheet,
    Since,
    Source,
    SourceUse,
    Supplier,
    Took,
    Use,
    VersionTested,
    WaiverHeld,
)
from registry.classification.rules.questionnaire import Outcome
from registry.data_sources.rules.quality import Dimension
from registry.data_sources.rules.sources import Classification, Purpose, Stated
from registry.dependencies.rules.dependency import Direction as DirectionOf
from registry.dependencies.rules.dependency import OnFailure
from registry.dossiers.rules.cases import CaseType
from registry.drift.rules.comparing import Standing
from registry.drift.rules.measures import Measure as DriftMeasure
from registry.evidence.rules.record import Kind as Proof
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.measures import Measure
from registry.incidents.rules.kinds import ActionState, DetectedBy, Harm, Status
from registry.incidents.rules.kinds import Kind as IncidentKind
from registry.kernel.actor import Seat
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Aggregation, Direction
from registry.objectives.rules.metric import Kind as MetricKind
from registry.reviews.rules.kinds import Decision, Signed
from registry.reviews.rules.kinds import Kind as ReviewKind
from registry.reviews.rules.kinds import State as ReviewState
from registry.risks.rules import Status as RiskStatus
from registry.systems.rules.record import Kind, Link, Reversibility, Stage, Tier, Visibility

PACK = RulePack(
    "baseline", "2026.1", "What a record states", "Own baseline", date(2026, 11, 23), date(2026, 1, 1)
)
HELD = (
    Criterion("B01", "F3", "The owner has confirmed", True),
    Criterion("B03", "F2", "The problem it solves is written down", True),
    Criterion("B23", "F1", "What it is known to do badly", False),
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def sparse() -> CardFacts:
    """A restricted system a minute after somebody registered it for its owner."""
    return CardFacts(
        edition=DRAFT,
        origin=Origin(17, at(2026, 11, 22, 10, 30, 5, 123456), "ab" * 32, 1, 1),
        pack=PACK,
        criteria=tuple(Criterion(each.id, each.pattern, each.says, False) for each in HELD),
        identity=Identity(
            "AI-0002",
            "Sentinel",
            "Looks for fraud rings in claims.",
            Stage.PROPOSED,
            Visibility.RESTRICTED,
            at(2026, 11, 22, 10, 30),
        ),
        ownership=Ownership(
            "Halden Mutual / Claims",
            (
                Holder(
                    Seat.OWNER,
                    "Ada Owner",
                    at(2026, 11, 22, 10, 30),
                    "ada@example.org",
                    to_be_confirmed=True,
                ),
            ),
        ),
        use=Use(),
        incidents=IncidentLog(date(2024, 11, 22), date(2026, 11, 22)),
        assurance=Assurance("reviews 2026.1", 12),
        since=Since(None),
    )


def full() -> CardFacts:
    """A live system with every field filled in but those that a test wants empty: see `metrics` and `sources`."""
    return CardFacts(
        edition=DRAFT,
        origin=Origin(20417, at(2026, 11, 22, 16, 5, 9), "3f9a" * 16, 34, 12),
        pack=PACK,
        criteria=HELD,
        identity=_identity(),
        ownership=_ownership(),
        use=_use(),
        tier=Tier.LIMITED,
        classification=_classified(),
        objective=_objective(),
        metrics=_metrics(),
        retired_metrics=(
            RetiredMetric(
                "clicks", "Clicks in the queue", at(2026, 5, 3, 9), "It rose when the screen was slow."
            ),
        ),
        realised=(
            Realised(date(2026, 10, 31), Decimal(-12000), "EUR", "Overtime of the night desk"),
            Realised(date(2026, 9, 30), Decimal("298500.50"), "EUR", "Hotel invoices against plan"),
        ),
        sources=_sources(),
        versions=(
            LiveVersion("2026.3", 90, at(2026, 11, 3, 8), "Trained on the claims of the autumn.", "Drift"),
            LiveVersion("2026.4-rc", 10, at(2026, 11, 17, 8)),
        ),
        alerts=(
            OpenAlert(
                AlertKind.BREACH,
                Severity.CRITICAL,
                "Waiting time of urgent claims was 13 hours on 16 Nov 2026; acceptable is at most 12 hours.",
                at(2026, 11, 16, 6),
                AlertState.ACKNOWLEDGED,
                2,
                date(2026, 11, 30),
                at(2026, 11, 9),
            ),
        ),
        dependencies=(
            Dependency(
                DirectionOf.UPSTREAM,
                "Postcode service",
                "REST",
                "OpenAPI",
                "2.1",
                OnFailure.DEGRADES,
                "The last known district",
                date(2026, 10, 5),
                True,
            ),
            Dependency(DirectionOf.DOWNSTREAM, ""),
        ),
        feedback=Feedback(date(2026, 10, 26), date(2026, 11, 22), 61, 33, 40, 4, 50),
        incidents=_incidents(),
        attributes=_attributes(),
        calibration=(
            Calibration(
                at(2026, 10, 1),
                at(2026, 11, 1),
                Scheme.EQUAL_WIDTH,
                10,
                4_200,
                Decimal("0.031416"),
                Decimal("0.112000"),
            ),
        ),
        drift=(
            _drift("age", Standing.STEADY, DriftMeasure.PSI, "0.004000", "0.021000"),
            _drift("claim_text", Standing.SIGNIFICANT, DriftMeasure.PSI, "0.412345", "0.021000"),
            _drift("sum_insured", Standing.MODERATE, DriftMeasure.MEAN_SHIFT, "-0.300000", "0.087000"),
            FeatureDrift("postcode", "Claims of 2025", '{"channel":"app"}'),
        ),
        without_baseline=2,
        assurance=_assurance(),
        since=Since(
            2,
            (
                CardChange("2.2", "Unit", "", "Halden Mutual", "Halden Mutual / Claims"),
                CardChange("3.2d", "Target", "Waiting time of urgent claims", "8 hours", "6 hours"),
            ),
        ),
    )


def _assurance() -> Assurance:
    decided, sheet = at(2026, 6, 12, 14, 5), "c0de" * 16
    meanings = {
        Signed.BUSINESS: "The system does what its unit needs and the unit bears its consequences.",
        Signed.DATA: "The data it is made from and fed with are fit for this purpose and may be used for it.",
    }
    return Assurance(
        edition="reviews 2026.1",
        months=12,
        due_on=date(2027, 6, 12),
        reviews=(
            ReviewHeld(
                "REV-0007",
                ReviewKind.CHANGE,
                ReviewState.SUBMITTED,
                ("baseline-controls 2026.1",),
                at(2026, 11, 1, 9),
                date(2026, 12, 1),
                "Rita Keller",
                findings=1,
            ),
            ReviewHeld(
                "REV-0003",
                ReviewKind.INITIAL,
                ReviewState.CONDITIONAL,
                ("baseline-controls 2026.1", "eu-ai-act 2026.1"),
                at(2026, 5, 4, 9),
                date(2026, 6, 15),
                "Rita Keller",
                Decision.APPROVE_WITH_CONDITIONS,
                "Rita Keller",
                decided,
                "Overrides have to be looked at by hand until the count is automatic.",
            ),
        ),
        conditions=(ConditionOpen("Count overrides without anybody's help", date(2026, 12, 31), "REV-0003"),),
        sign_off=SignOffSheet(
            "SGN-0002",
            "reviews 2026.1",
            at(2026, 6, 1, 8),
            sheet,
            date(2027, 6, 1),
            ("Autonomy",),
            tuple(
                SeatSigned(seat, name, meanings[seat], at(2026, 6, day, 10, 30))
                for seat, name, day in ((Signed.BUSINESS, "Bea Lang", 2), (Signed.DATA, "Jonas Reuter", 3))
            ),
            (Signed.ENGINEERING, Signed.COMPLIANCE),
        ),
        attested=Attested(
            "reviews 2026.1",
            "I answer for this system. Its record is true.",
            "Ada Brandt",
            at(2026, 9, 1, 9),
            date(2027, 3, 1),
        ),
        waivers=(
            WaiverHeld(
                "WVR-0001",
                "B23 What it is known to do badly",
                "gates 2026.1",
                "The photographs are being collected.",
                date(2026, 12, 31),
                "Ada Brandt",
                "Rita Keller",
                at(2026, 10, 1, 9),
                "Until the photographs are there.",
            ),
        ),
        risks=_risks(),
        tests=(
            VersionTested(
                "TST-0004",
                "2026.3",
                120,
                116,
                3,
                (CaseType.EDGE_CASE, CaseType.SUBGROUP),
                (
                    SignedFor(
                        "Otto Lindqvist",
                        "Three photographs taken in the dark fail.",
                        at(2026, 10, 30, 12),
                        "7e57" * 16,
                        120,
                        121,
                        True,
                    ),
                ),
            ),
        ),
        unsigned_tests=1,
        evidence=(
            EvidenceKept(
                "EVD-0009",
                Proof.IMPACT_ASSESSMENT,
                "1dea" * 16,
                at(2026, 5, 20, 9),
                "Fundamental rights impact assessment",
                date(2028, 5, 20),
                ("review REV-0003",),
            ),
            EvidenceKept("EVD-0011", Proof.TRAINING_RECORD, "feed" * 16, at(2026, 6, 1, 9)),
        ),
    )


def _risks() -> tuple[RiskStated, ...]:
    return (
        RiskStated(
            "RSK-0001",
            "Urgent claims sorted last",
            "The words people use change.",
            "A burst pipe is read as a scratch.",
            "Somebody waits for days in a wet house.",
            4,
            4,
            "Weekly count of overrides.",
            2,
            4,
            "Ada Brandt",
            RiskStatus.ACCEPTED,
            "until 1 Jun 2027",
            "F1",
            date(2027, 1, 15),
            RiskBorne("Eva Execova", at(2026, 6, 1, 9), date(2027, 6, 1), "Less than by hand."),
        ),
        RiskStated(
            "RSK-0002",
            "Nobody looks",
            "Holidays.",
            "Overrides stop.",
            "",
            3,
            3,
            "",
            3,
            3,
            "Otto Lindqvist",
            RiskStatus.OPEN,
            "its review is overdue",
            "F3",
            date(2026, 11, 1),
        ),
    )


def _attributes() -> tuple[Attribute, ...]:
    return (
        Attribute(
            "age", Measure.OPPORTUNITY_GAP, 50, Decimal("0.1"), "equal opportunity difference at most 0.1"
        ),
        Attribute(
            "sex",
            Measure.IMPACT_RATIO,
            30,
            Decimal("0.8"),
            "impact ratio at least 0.8",
            at(2026, 10, 1),
            at(2026, 11, 1),
            (
                GroupCompared(
                    "diverse", 12, Verdict.TOO_FEW, withheld="It has 12 of the 30 cases that this rate needs."
                ),
                _compared("female", 1_900, Verdict.BREACH, "0.712000", "0.640000", "0.781000"),
                _compared("male", 2_300, Verdict.MET, "1.000000", "1.000000", "1.000000"),
            ),
            furthest="female",
            unknown=40,
            newer=1,
        ),
    )


def _classified() -> Classified:
    marking = AppliesFrom(date(2026, 12, 2), "On the market before 2 August 2026 (Article 111(4)).")
    general = AppliesFrom(date(2026, 8, 2), "General application (Article 113).")
    return Classified(
        key="CLS-0007",
        edition="eu-ai-act-classification 2026.1",
        made_at=at(2026, 9, 14, 9, 30),
        made_by="Ada Owner",
        tier=Tier.LIMITED,
        proposed=Tier.HIGH,
        because="Emergency calls and triage (Annex III, 5(d)).",
        rationale="It sorts claims for goods; no person waits for help.",
        roles=("Provider", "Deployer"),
        outcomes=(
            OutcomeFound(
                Outcome.EXEMPT_6_3,
                "Article 6(3)(d)",
                "A preparatory task",
                (general, marking),
                (AnswerGiven("Is all it does one of these?", "(d) A preparatory task to an assessment"),),
            ),
            OutcomeFound(Outcome.TRANSPARENCY_50_2, "Article 50(2)", "It generates content", (marking,), ()),
        ),
        duties=(
            DutyOwed("Article 4", "AI literacy", ("provider", "deployer"), (general,)),
            DutyOwed("Article 50(2), (5)", "Mark what it makes", ("provider",), (marking,)),
        ),
    )


def _incidents() -> IncidentLog:
    told = ReportDue("Federal Network Agency", "serious_default", at(2026, 10, 20, 22), at(2026, 10, 12, 9))
    return IncidentLog(
        first=date(2024, 11, 23),
        last=date(2026, 11, 23),
        incidents=(
            IncidentStated(
                12,
                "Claims without a postcode were sorted last",
                IncidentKind.INCIDENT,
                3,
                "F1",
                Status.CLOSED,
                DetectedBy.MONITOR,
                at(2026, 10, 4, 9),
                started_at=at(2026, 10, 2, 6),
                resolved_at=at(2026, 10, 5, 15, 30),
                closed_at=at(2026, 10, 19, 8),
                harms=(Harm.MONEY, Harm.TRUST),
                affected_count=41,
                root_cause="A field was renamed by the postcode service and nobody was told.",
                reports=(told,),
            ),
            IncidentStated(
                9,
                "Nobody could reach the overseer",
                IncidentKind.NEAR_MISS,
                2,
                "F3",
                Status.INVESTIGATING,
                DetectedBy.STAFF,
                at(2026, 8, 1, 9),
            ),
        ),
        detect=_took("183600", open_=0, unknown=1),
        resolve=_took("109800", open_=1, unknown=0),
        actions=(
            ActionOpen(
                "Agree with the postcode service who is told", 12, date(2026, 12, 1), ActionState.OPEN
            ),
        ),
    )


def _took(seconds: str, *, open_: int, unknown: int) -> Took:
    span = Decimal(seconds + ".000000")
    return Took(1, open_, unknown, span, span, span)


def _compared(group: str, n: int, verdict: Verdict, value: str, low: str, high: str) -> GroupCompared:
    return GroupCompared(group, n, verdict, "male", n, Decimal(value), Decimal(low), Decimal(high))


def _drift(name: str, standing: Standing, measure: DriftMeasure, value: str, by_chance: str) -> FeatureDrift:
    window = at(2026, 11, 9), at(2026, 11, 16), 2_750
    return FeatureDrift(
        name, "Claims of 2025", "", *window, standing, measure, Decimal(value), Decimal(by_chance)
    )


def _identity() -> Identity:
    return Identity(
        key="AI-0001",
        name="Claims triage",
        summary="Sorts incoming claims by urgency.",
        stage=Stage.LIVE,
        visibility=Visibility.COMPANY,
        registered_at=at(2026, 2, 3, 9),
        description="It reads a claim and proposes **one of four** classes:\n\n- class 1 at once\n- class 4 by letter",
        kind=Kind.MODEL,
        technique="Gradient-boosted trees",
        modality="Text and tables",
        in_service_on=date(2026, 6, 1),
        deployed_where="Own data centre Frankfurt",
        regions="DE, AT",
        links=(Link("Source code", "https://git.halden.example/claims/triage"),),
    )


def _ownership() -> Ownership:
    since = at(2026, 2, 3, 9)
    return Ownership(
        unit="Halden Mutual / Claims",
        holders=(
            Holder(
                Seat.OWNER, "Ada Brandt", since, "ada.brandt@halden.example", accepted_at=at(2026, 2, 3, 11)
            ),
            Holder(Seat.DEPUTY, "Dee Okafor", since, "dee.okafor@halden.example", accepted_at=since),
            Holder(Seat.DATA_STEWARD, "Claims data", since, is_team=True),
            Holder(
                Seat.ENGINEERING_LEAD,
                "Ben Achterberg",
                since,
                "ben@halden.example",
                last_day=date(2027, 1, 31),
            ),
            Holder(Seat.OVERSEER, "Otto Lindqvist", since, "otto@halden.example", accepted_at=since),
        ),
        handover_offered_at=at(2026, 11, 20, 8),
        legal_roles="Deployer under the EU AI Act.",
        supplier=Supplier(
            "Northwind Models", "Contract 2024-118", "None beyond test data.", "Model weights in escrow."
        ),
        complaints_contact="ombudsperson@halden.example",
    )


def _use() -> Use:
    return Use(
        intended="Ordering of claims for human handling.",
        users="Claims adjusters.",
        affected_people="Policy holders who report a claim.",
        affected_count=412_000,
        out_of_scope="It must not refuse or price a claim.",
        autonomy=2,
        reversibility=Reversibility.FULLY,
        volume_per_day=0,
        oversight_plan="Adjusters may override a class; overrides are counted weekly.",
        known_limitations="Photographs taken in the dark are read as less urgent.",
    )


def _objective() -> Objective:
    return Objective(
        problem="The burst pipe waits behind two hundred scratched bumpers.",
        decision_changed="In which order claims are opened.",
        who_acts="Claims adjusters.",
        done_today="First in, first out.",
        todays_result="Median wait 31 hours.",
        why_ai="A keyword rule found 38 % of urgent claims.",
        stop_condition="Median wait above 12 hours in two quarters.",
        expected_value=Decimal("1400000.00"),
        currency="EUR",
    )


def _metrics() -> tuple[Metric, ...]:
    return (
        Metric(
            slug="waiting-time",
            name="Waiting time of urgent claims",
            kind=MetricKind.BUSINESS_IMPACT,
            unit="hours",
            direction=Direction.LOWER,
            baseline=Decimal("31.0"),
            baseline_on=date(2025, 12, 31),
            target=Decimal(6),
            target_on=date(2026, 12, 31),
            warn=Rail(Bound.AT_MOST, None, Decimal(9)),
            breach=Rail(Bound.AT_MOST, None, Decimal(12)),
            minimum_sample=200,
            aggregation=Aggregation.MEDIAN,
            cadence=Cadence.WEEKLY,
            grace_days=2,
            origin="Claims ledger, report CL-17",
            number_owner="Mia Colleoni",
            why_appropriate="It is what the policy holder feels.",
            latest=_reading("13.0", 412),
            by_group=(_reading("9.5", 88, '{"region":"north"}'),),
        ),
        Metric("spread", "Spread between regions", MetricKind.FAIRNESS),
    )


def _reading(value: str, n: int, group: str = "") -> Reading:
    return Reading(
        Decimal(value),
        at(2026, 11, 9),
        at(2026, 11, 16),
        Verdict.BREACH,
        n,
        Decimal("8.5"),
        None,
        group,
    )


def _sources() -> tuple[Source, ...]:
    return (
        Source(
            key="DS-0001",
            name="Claims ledger",
            revision=7,
            uses=(
                SourceUse(Purpose.OPERATIONAL_INPUT, at(2026, 2, 10)),
                SourceUse(Purpose.TRAINING, at(2026, 2, 10), "Claims of 2021 to 2025"),
            ),
            description="Every claim since 2011.",
            owner="Klara Vogt",
            steward="Jonas Reuter",
            custodian="IT operations",
            classification=Classification.CONFIDENTIAL,
            personal_data=Stated.YES,
            special_category=Stated.NO,
            lawful_basis="Contract",
            licence="Own data",
            licence_expires_on=date(2030, 1, 1),
            consent="Not needed",
            allowed_purposes=(Purpose.TRAINING, Purpose.OPERATIONAL_INPUT),
            retention="10 years",
            location="Frankfurt",
            freshness_promised="15 minutes",
            schema_version="4.2",
            provenance="Written by the claims desk.",
            known_gaps="Claims before 2019 lack photographs.",
            checks=(
                QualityCheck(
                    Dimension.COMPLETENESS,
                    "Share of claims with a description",
                    Rail(Bound.AT_LEAST, Decimal(97), None),
                    Cadence.WEEKLY,
                    "%",
                    QualityResult(date(2026, 11, 16), Decimal("98.4"), True),
                ),
            ),
        ),
        Source("DS-0003", "Weather warnings", 1, (SourceUse(Purpose.OPERATIONAL_INPUT, at(2026, 2, 10)),)),
    )

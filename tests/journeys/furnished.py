"""A register with something of everything in it, in the words it is given: plain ones, or hostile ones."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, select

from registry.accounts import actions as accounts
from registry.annotations import actions as annotations
from registry.audit.actions import record
from registry.audit.actions.checkpoints import make_checkpoint
from registry.audit.actions.keys import signer
from registry.audit.actions.writing import write_entries
from registry.cards.actions import bundling, editions
from registry.cards.queries.bundles import waiting as bundled_in
from registry.cards.rules.bundles import Line as CardLine
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Classification, Purpose, SourceFacts, Stated
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, OnFailure, TrialFacts
from registry.dependencies.rules.dependency import Direction as Way
from registry.dependencies.rules.reconsider import Ask, Cause
from registry.drift import actions as drift
from registry.drift.rules.decoding import DistributionBatch as SentDistributions
from registry.drift.rules.decoding import DistributionIn
from registry.fairness.actions.bounds import set_bound
from registry.fairness.actions.receiving import record_counts, record_forecasts
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.decoding import BinSent, CountIn, Delivery, WindowIn
from registry.fairness.rules.measures import Measure
from registry.feedback import actions as feedback
from registry.feedback import queries as feedback_queries
from registry.feedback.actions import Incoming
from registry.feedback.rules.doors import DoorFacts, answer_digest
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts, Outcome
from registry.feeds import actions as feeds
from registry.feeds.rules import FeedKind
from registry.incidents.actions import corrective, moving, reports, timeline
from registry.incidents.actions.editing import judge
from registry.incidents.actions.holds import hold
from registry.incidents.actions.opening import open_incident
from registry.incidents.models.incidents import Incident
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import DetectedBy, Harm, Linked, Pattern, Status
from registry.incidents.rules.kinds import Severity as HowBad
from registry.incidents.rules.post_mortem import HEADINGS
from registry.incidents.rules.record import IncidentFacts
from registry.interchange.models import ImportLikeness, ImportRow, InventoryImport, SavedProfile, SourceRecord
from registry.interchange.rules.imports import ImportState
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat, the_registry
from registry.kernel.calendar import Cadence
from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.events import Event
from registry.kernel.guard_rails import Bound
from registry.kernel.rows import Ending
from registry.lifecycle.actions import autonomy, stages, stopping
from registry.lifecycle.actions.compliance import note_lost
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.rules.autonomy import Evidence
from registry.lifecycle.rules.stages import Move
from registry.monitoring.actions import alerts
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.alerts import Alert
from registry.monitoring.models.snapshots import Snapshot
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.rules.answers import Level
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.queries import metrics_of
from registry.objectives.rules.metric import Aggregation, Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts
from registry.oversight import actions as oversight
from registry.oversight.rules import Bounds, DrillFacts, Training
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Team
from registry.people.rules import Function, PersonFacts
from registry.portfolio import actions as portfolio
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import ReportKind, periods_over
from registry.reviews.actions import deciding, findings, reviewing, signing, submitting, waiving
from registry.reviews.queries.content import content_of
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.rules.decisions import ConditionFacts, DecisionFacts
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Answer, Decision, Signed
from registry.reviews.rules.kinds import Kind as ReviewKind
from registry.reviews.rules.kinds import Severity as Importance
from registry.reviews.rules.waivers import WaiverFacts
from registry.store.files import Stored
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import numbers_in
from registry.systems.rules.record import Kind as SystemKind
from registry.systems.rules.record import Link, Reversibility, Stage, SystemFacts
from registry.systems.rules.search import Listing, Search
from registry.systems.rules.views import Sharing, ViewFacts
from registry.versions import actions as versions
from registry.versions.rules.record import TrainedOn, VersionFacts
from registry.worker.models import Heartbeat, Job
from registry.worker.rules import JobState
from tests.cast import Cast
from tests.journeys.classified import classify
from tests.journeys.noticed import furnish_notices
from tests.journeys.proof import FIRST, furnish_proof
from tests.journeys.synced import furnish_mlflow
from tests.passkeys.kept import keep_passkey

# What opens the answer to the one piece of feedback that has one.
ANSWER_CODE = "furnished-answer-code"

Line = Callable[..., str]
Text = Callable[[str], str]


@dataclass(frozen=True)
class Words:
    """What is written where: line(words, limit) on one line, text(words) in Markdown."""

    line: Line = lambda words, _limit=300: words
    text: Text = lambda words: words


def furnish(session: Session, cast: Cast, words: Words | None = None) -> None:
    """Fill the register: Triage stated in full, the others bare, and one of each kind of thing beside them."""
    words = words or Words()
    ada, adam = cast.actor(session, "ada"), cast.actor(session, "adam")
    source = furnish_record(session, cast, words)
    _fairness(session, ada, cast, words)
    _seats(session, ada, cast, words)
    _dependencies(session, adam, cast, source, words)
    _machinery(session, words)
    _annotations(session, ada, adam, cast, words)
    shared = ViewFacts(words.line("Claims, by owner", 80), "q=claims&sort=-owner&lost=1", Sharing.EVERYBODY)
    systems.save_view(session, ada, shared)
    _imports(session, adam, cast, words)
    _alerts(session, ada, cast, words)
    # Before anything is held as evidence of what went wrong: some of it is withdrawn.
    furnish_proof(session, cast, words)
    _incidents(session, ada, cast, words)
    _lifecycle(session, ada, cast, words)
    classify(session, cast, words.text)
    furnish_reviews(session, cast, words)
    _editions(session, cast, words)
    _bundles(session, cast)
    _reports(session, cast)
    furnish_notices(session, adam, words.line, words.text)
    furnish_mlflow(session, adam, cast.triage, words.line, words.text)
    accounts.issue_token(
        session,
        ada,
        cast.people["ada"],
        words.line("nightly evaluation", 100),
        frozenset({"registry:read"}),
    )
    feeds.make_address(session, ada, FeedKind.CALENDAR)
    keep_passkey(session, ada, words.line("Laptop", 100))
    _ledger(session)


def _editions(session: Session, cast: Cast, words: Words) -> None:
    """An edition of the card that is approved, and one that is to be decided on."""
    ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
    triage = session.get_one(System, cast.triage.id)
    first = editions.put_forward(session, ada, triage, words.text("For the audit."))
    editions.decide(session, rita, first, words.text("It holds."), approves=True, confirmed_at=clock.now())
    editions.put_forward(session, ada, triage, words.text("A deputy was named."))


def _bundles(session: Session, cast: Cast) -> None:
    """Cards of everything as one file, one system left out; and one card asked for as of a past day, not made yet."""
    adam = cast.actor(session, "adam")
    ready = bundling.ask(session, adam, Listing(), numbers_in(session, adam, Search()))
    for number in bundled_in(session, ready.id or 0):
        why = "It has no accountable owner." if number == cast.sentinel.id else ""
        bundling.keep_card(session, ready, number, CardLine("", "Some system", None, "0" * 64, 1, why))
    session.flush()
    bundling.conclude(session, adam, ready, Stored(sha256_hex(FIRST), len(FIRST)))
    session.flush()
    yesterday = clock.today() - timedelta(days=1)
    bundling.ask(session, adam, Listing(Search(cast.triage.key)), [cast.triage.id or 0], yesterday)


def _reports(session: Session, cast: Cast) -> None:
    """A regular report on file, and one of a past day that is not made yet."""
    door = the_registry("worker")
    month, _ = periods_over(clock.today())
    filed = portfolio.ask_for_period(session, door, ReportKind.BOARD, month)
    portfolio.file(session, door, filed, Stored(sha256_hex(FIRST), len(FIRST)))
    session.flush()
    yesterday = clock.today() - timedelta(days=1)
    portfolio.ask(session, cast.actor(session, "adam"), ReportKind.FULL, Scope(), day=yesterday)


def furnish_record(session: Session, cast: Cast, words: Words | None = None) -> DataSource:
    """Triage stated in full and measured, with versions, feedback and baselines; the source it is fed from."""
    words = words or Words()
    ada, adam = cast.actor(session, "ada"), cast.actor(session, "adam")
    _organisation(session, adam, cast, words)
    source = _source(session, ada, cast, words)
    _record(session, ada, cast, source, words)
    _purpose(session, ada, cast, words)
    _readings(session, ada, cast, words)
    _versions(session, ada, cast, source, words)
    _feedback(session, ada, cast, words)
    _drift(session, ada, cast, words)
    return source


def _alerts(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    worker, metric = the_registry("worker"), metrics_of(session, cast.triage.id or 0)[0]

    def raised(kind: AlertKind, metric_id: int | None = None) -> Alert:
        says = words.text("The share of postcodes fell to 93.1 %.")
        return alerts.raise_alert(session, worker, cast.triage.id or 0, kind, says, metric_id=metric_id)

    alerts.resolve(session, ada, raised(AlertKind.DRIFT), words.text("A feed was switched; put back."))
    promised = raised(AlertKind.QUALITY)
    alerts.acknowledge(
        session, ada, promised, clock.today() + timedelta(days=3), words.text("Asked the steward")
    )
    resting = raised(AlertKind.SILENCE, metric.id)
    alerts.snooze(session, ada, resting, clock.today() + timedelta(days=9), words.text("Known works"))
    told = raised(AlertKind.BREACH, metric.id)
    alerts.escalate(session, worker, told, Level.DEPUTY, cast.number("dee"))
    raised(AlertKind.DRIFT)


def _lifecycle(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    """A level of autonomy asked for; Pricing overseen, live out of compliance once, sent down, and stopped."""
    text, door = words.text, the_registry("command")
    asked = Evidence(text("No override in two quarters."), ("https://example.org/report",))
    autonomy.ask(session, ada, session.get_one(System, cast.triage.id), asked)
    pricing, olga = session.get_one(System, cast.pricing.id), cast.actor(session, "olga")
    number, otto, today = pricing.id or 0, cast.number("otto"), clock.today()
    ownership.fill_seat(session, olga, number, Seat.OVERSEER, person_id=otto)
    training = Training(otto, words.line("How to stop it"), today, today, may_stop=True)
    oversight.record_training(session, olga, number, training)
    oversight.set_bounds(
        session, olga, number, Bounds(Decimal(1), Decimal(9), text("Last year's.")), version=0
    )
    oversight.record_drill(session, olga, number, DrillFacts(today, text("Pressed it."), True, 40, otto))
    stages.bring(session, door, pricing, Stage.LIVE, text("As the old list has it."))
    note_lost(session, door, number, gate_of(session, pricing, Stage.LIVE))
    stages.lower(session, olga, pricing, Move.RESTRICTED, Stage.RESTRICTED, text("It is *checked*."))
    stopping.stop(session, olga, pricing, text("It priced at nothing."))


def _incidents(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    """One that goes on, tied to a reading, and one that is closed."""
    now, triage = clock.now(), cast.triage
    facts = IncidentFacts(
        words.line("Letters went out without a page"),
        words.text("Forty customers got half a letter."),
        severity=HowBad.SUBSTANTIAL,
        pattern=Pattern.F1,
        harms=(Harm.MONEY.value, Harm.TRUST.value),
        affected_count=40,
        affected_people=words.text("Policy holders in the north"),
        detected_by=DetectedBy.USER,
        started_at=now - timedelta(hours=9),
        detected_at=now - timedelta(hours=5),
        lead_id=cast.number("ada"),
    )
    reading = session.exec(select(Snapshot).order_by(Snapshot.id)).first()
    link = (Linked.SNAPSHOT, reading.id) if reading else None
    for is_over in (True, False):
        one = open_incident(session, ada, triage, facts, link=link)
        moving.move(session, ada, one, Status.INVESTIGATING)
        moving.move(session, ada, one, Status.MITIGATED, because=words.text("Taken back"))
        timeline.note(session, ada, one, None, words.text("Called the printer"), words.line("ticket 7"))
        timeline.state_cause(session, ada, one, words.text("A job ran twice"), words.text("No check"))
        text = "\n\n".join(f"## {heading}\n{words.text('As told.')}" for heading in HEADINGS)
        timeline.write_post_mortem(session, ada, one, text)
        judge(session, ada, one, pattern=Pattern.F4, because=words.text("A job, not the model"))
        _measures(session, one, ada, cast, words)
        if is_over:
            moving.move(session, ada, one, Status.RESOLVED)
            moving.close(
                session, cast.actor(session, "dee"), one, words.text("The authority answers on Monday.")
            )


def furnish_reviews(session: Session, cast: Cast, words: Words) -> None:
    """One that is decided with a condition and one that goes on, with findings; an attestation, a sheet and two waivers."""
    ada, rita, triage = cast.actor(session, "ada"), cast.actor(session, "rita"), cast.triage
    day = clock.today() + timedelta(days=40)
    for kind in (ReviewKind.INITIAL, ReviewKind.CHANGE):
        one = submitting.submit(session, ada, triage, kind, words.text("Before the pilot"))
        reviewing.assign(session, rita, one, cast.people["rita"])
        told = reviewing.Given(Answer.PARTLY, words.text("Seen in part"), words.line("page 3"))
        asked = questions_of(session, one.packs)[: None if kind is ReviewKind.INITIAL else 2]
        reviewing.answer(session, rita, one, {each.key: told for each in asked})
        facts = FindingFacts(
            words.line("Nobody reads it"), words.text("Since May"), Importance.LOW, cast.number("ada"), day
        )
        found = findings.add_finding(session, rita, one, facts)
        if kind is ReviewKind.INITIAL:
            findings.resolve_finding(session, ada, found, words.text("Dee reads it"))
            sha = content_of(session, triage).sha256
            deciding.decide(
                session,
                rita,
                one,
                triage,
                DecisionFacts(
                    Decision.APPROVE_WITH_CONDITIONS,
                    words.text("It holds"),
                    sha,
                    (ConditionFacts(words.line("Name a second one"), day),),
                ),
                confirmed_at=clock.now(),
            )
            name = f"Ada Owner {words.line('of Claims', 180)}"
            signing.attest(session, ada, triage, name, sha, agrees=True, confirmed_at=clock.now())
    sheet = signing.open_sheet(session, ada, triage)
    ben, name = cast.actor(session, "ben"), f"Ben Engineer {words.line('of Claims', 180)}"
    signing.sign(session, ben, sheet, triage, Signed.ENGINEERING, name, confirmed_at=clock.now())
    for granted in (True, None):
        asked_for = WaiverFacts("F1.1", words.text("The supplier is late"), day)
        waiver = waiving.ask_waiver(session, ada, triage, asked_for)
        if granted:
            waiving.decide_waiver(
                session,
                rita,
                waiver,
                granted=True,
                because=words.text("A person looks"),
                until=day,
                confirmed_at=clock.now(),
            )


def _measures(session: Session, incident: Incident, ada: Actor, cast: Cast, words: Words) -> None:
    """An action to do and one that is verified; an authority to be told; evidence that is held."""
    ben, dee = cast.number("ben"), cast.actor(session, "dee")
    due = clock.today() + timedelta(days=30)
    facts = ActionFacts(words.line("Count the pages"), words.text("Before they are sent"), ben, due)
    corrective.set_action(session, ada, incident, facts)
    done = corrective.set_action(session, ada, incident, facts)
    corrective.done(session, cast.actor(session, "ben"), done, words.text("Counted"))
    corrective.verify(session, dee, done, words.text("Looked at a batch"))
    aware = clock.now() - timedelta(hours=2)
    told = reports.begin(
        session, ada, incident, "serious_default", words.line("The authority"), "Europe/Berlin", aware
    )
    reports.move_due(session, cast.actor(session, "rita"), told, told.due_at, words.text("As computed"))
    hold(session, ada, incident, words.text("The insurer asked"))


def _organisation(session: Session, adam: Actor, cast: Cast, words: Words) -> None:
    unit = people.add_unit(session, adam, words.line("Motor claims", 200), cast.units["claims"].id)
    facts = PersonFacts(
        words.line("Noor Newcomer", 200), "noor@example.org", words.line("claims analyst", 200), unit.id
    )
    people.add_person(session, adam, facts)
    # Somebody added, somebody changed, and what has to be looked at: enough to see every part of the preview.
    staff = io.StringIO()
    csv.writer(staff).writerows(
        [
            ["Name", "Mail", "Function", "Unit", "Last day"],
            ["New Person", "new@example.org", words.line("Clerk", 200), "Motor", ""],
            ["Ben Engineer", "ben@example.org", words.line("Engineer", 200), "", "2099-12-31"],
            [words.line("Nobody", 200), "nonsense", "", "", "soon"],
        ]
    )
    people.keep_upload(session, adam, words.line("staff.csv", 200), staff.getvalue().encode(), None)
    people.add_team(
        session,
        adam,
        words.line("Claims data", 200),
        Function.DATA,
        leader_id=cast.number("ben"),
        unit_id=cast.units["claims"].id,
        member_ids=frozenset({cast.number("dee"), cast.number("mia")}),
    )


def _source(session: Session, ada: Actor, cast: Cast, words: Words) -> DataSource:
    line, text = words.line, words.text
    today = clock.today()
    source = data_sources.add_source(
        session,
        ada,
        SourceFacts(
            name=line("Claims warehouse", 200),
            description=text("Every claim since 2014, one row each."),
            owner_id=cast.number("ada"),
            steward_id=cast.number("ben"),
            custodian=line("Data platform"),
            classification=Classification.CONFIDENTIAL,
            personal_data=Stated.YES,
            special_category=Stated.NO,
            lawful_basis=line("Contract with the insured"),
            licence=line("own data"),
            licence_expires_on=today + timedelta(days=40),
            consent=line("asked for at first notice"),
            consent_expires_on=today - timedelta(days=2),
            allowed_purposes=(Purpose.TRAINING, Purpose.OPERATIONAL_INPUT),
            retention=line("ten years, then deleted"),
            location=line("warehouse, schema claims"),
            freshness_promised=line("by 6:00 each day"),
            schema_version=line("4.2"),
            provenance=text("Written by the claims desk as it works."),
            known_gaps=text("Claims settled by phone are missing."),
        ),
    )
    check = data_sources.add_check(
        session,
        ada,
        source,
        CheckFacts(
            Dimension.COMPLETENESS,
            line("rows with a postcode"),
            line("%", 60),
            Bound.AT_LEAST,
            Decimal(95),
            None,
            Cadence.DAILY,
        ),
    )
    for days, value in ((9, "96.5"), (8, "93.1")):
        result = ResultFacts(
            today - timedelta(days=days), Decimal(value), text("A branch sent no postcodes.")
        )
        data_sources.record_result(session, ada, source, check, result)
    old = data_sources.add_source(
        session, ada, SourceFacts(name=line("Paper archive", 200), owner_id=cast.number("ada"))
    )
    data_sources.retire_source(session, ada, old, text("It was scanned."))
    return source


def _record(session: Session, ada: Actor, cast: Cast, source: DataSource, words: Words) -> None:
    line, text = words.line, words.text
    triage = cast.triage
    # The row came from a file once, before anybody edited it.
    session.add(
        SourceRecord(
            system_id=triage.id or 0,
            profile="generic",
            natural_key="generic:triage",
            row_digest="0" * 64,
            file_name=line("inventory.csv", 200),
            row_number=7,
            stated={},
            source_facts={line("Use case name", 200): text("Triage of claims"), "Notes": text("as told")},
            imported_at=clock.now(),
        )
    )
    triage = session.get_one(System, triage.id)
    systems.edit(
        session,
        ada,
        triage,
        SystemFacts(
            name=line("Claims triage", 100),
            summary=line("Sorts incoming claims by urgency.", 350),
            unit_id=cast.units["claims"].id,
            description=text("Reads the first notice and sets a **queue**."),
            kind=SystemKind.MODEL,
            technique=line("gradient boosting"),
            modality=line("tables"),
            intended_use=text("To call urgent cases first."),
            users=text("Claims handlers."),
            affected_people=text("Insured people who claim."),
            affected_count=42_000,
            out_of_scope=text("Deciding on payment."),
            autonomy=2,
            reversibility=Reversibility.FULLY,
            oversight_plan=text("The shift lead looks at twenty a day."),
            volume_per_day=180,
            vendor_name=line("Nordlicht Software"),
            vendor_contract=line("C-2291"),
            vendor_data_access=text("None."),
            vendor_exit=text("Rules stand ready."),
            deployed_where=line("own data centre"),
            regions=line("German, Austria"),
            legal_roles=text("EU: deployer"),
            in_service_on=clock.today() - timedelta(days=300),
            links=(Link(line("Code", 200), "https://code.example.org/triage"),),
            complaints_contact=line("claims@example.org"),
            known_limitations=text("Worse on handwritten notices."),
        ),
        version=triage.version,
    )
    data_sources.attach(
        session, ada, triage.id or 0, source, Purpose.OPERATIONAL_INPUT, note=text("the last day")
    )
    ended = data_sources.attach(session, ada, triage.id or 0, source, Purpose.TRAINING)
    data_sources.end_use(session, ada, ended, text("It is not trained any more."))


def _purpose(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    line, text = words.line, words.text
    number, today = cast.triage.id or 0, clock.today()
    stated = ObjectiveFacts(
        problem=text("Urgent claims wait behind trivial ones."),
        decision_changed=text("Which claim is opened next."),
        who_acts=text("The claims desk."),
        done_today=text("In order of arrival."),
        todays_result=text("Nine days on average in 2025."),
        why_ai=text("Rules were tried for a year."),
        stop_condition=text("No gain by March."),
        expected_value=Decimal(120_000),
        currency="EUR",
    )
    objectives.set_objective(session, ada, number, stated, version=0)
    objectives.add_metric(
        session,
        ada,
        number,
        MetricFacts(
            Kind.ACCURACY,
            line("Share sorted right"),
            line("%", 60),
            Direction.HIGHER,
            baseline=Decimal(71),
            baseline_on=today - timedelta(days=200),
            target=Decimal(90),
            target_on=today + timedelta(days=200),
            warn_bound=Bound.AT_LEAST,
            warn_low=Decimal(85),
            breach_bound=Bound.AT_LEAST,
            breach_low=Decimal(80),
            minimum_sample=200,
            aggregation=Aggregation.SHARE,
            cadence=Cadence.WEEKLY,
            grace_days=2,
            origin=line("weekly sample by the shift lead"),
            number_owner_id=cast.number("ben"),
            groups=(line("age band", 100), line("region", 100)),
            why_appropriate=text("It is what people wait for."),
        ),
    )
    objectives.add_metric(session, ada, number, MetricFacts(Kind.FAIRNESS, line("Gap by age")))
    gone = objectives.add_metric(session, ada, number, MetricFacts(Kind.VOLUME, line("Cases a day")))
    objectives.retire_metric(session, ada, gone, text("It says nothing."))
    value = ValueFacts(today, Decimal("-1200.50"), "EUR", line("cost report, line 4"), text("First month."))
    objectives.record_value(session, ada, number, value)


def _readings(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    """Twelve weeks of readings: met, warning, breach, too few; two groups; one corrected."""
    number = cast.triage.id or 0
    metric = metrics_of(session, number)[0]
    slug, kind = metric.slug, metric.groups[1]
    end = datetime.combine(clock.today(), time(), UTC)
    weeks = [end - timedelta(days=7 * each) for each in range(12)]
    points = [
        PointIn(slug, week - timedelta(days=7), week, Decimal(91 - place), 500 if place else 90)
        for place, week in enumerate(weeks)
    ]
    groups = [canonical({kind: words.line(name, 100)}).decode() for name in ("north", "south")]
    points += [
        PointIn(slug, end - timedelta(days=7), end, Decimal(84), 250, Decimal("81.5"), Decimal(86), group)
        for group in dict.fromkeys(groups)
    ]
    record_snapshots(session, ada, number, Batch("", words.line("weekly sample", 120), "", tuple(points)))
    again = points[3]._replace(value=Decimal("86.5"))
    record_snapshots(session, ada, number, Batch("", "", words.line("Relabelled."), (again,)))


def _drift(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    """A feature that moves, one by category without a baseline, and one baseline that another has replaced."""
    number = cast.triage.id or 0
    end = datetime.combine(clock.today(), time(), UTC)
    edges = tuple(map(Decimal, (0, 18, 40, 65, 120)))
    age, site = words.line("age", 200), words.line("site", 200)
    sent = [
        DistributionIn(
            age,
            end - timedelta(days=7 * week + 7),
            end - timedelta(days=7 * week),
            counts,
            edges,
            missing=week,
        )
        for week, counts in enumerate(
            ((180, 820, 820, 180), (2, 4, 4, 2), (500, 500, 500, 500), (490, 510, 500, 500))
        )
    ]
    names = tuple(dict.fromkeys(sorted(words.line(each, 100) for each in ("north", "south"))))
    sent.append(DistributionIn(site, end, end, (812, 633)[: len(names)], categories=names))
    delivery = SentDistributions("", words.line("weekly sample", 120), "", tuple(sent))
    drift.record_distributions(session, ada, number, delivery)
    for name in ("first quarter", "training data"):
        label, why = words.line(name, 120), words.text("As it was *approved*.")
        drift.set_sent_baseline(session, ada, number, f"{label[:118]} {name[0]}", why, sent[2])


def _fairness(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    """Two windows by sex with a bound, one by age without one, a group too small, and forecasts."""
    number, end = cast.triage.id or 0, clock.now() - timedelta(days=1)
    week, women = timedelta(days=7), words.line("women", 100)
    facts = BoundFacts(
        "sex",
        Measure.IMPACT_RATIO,
        Decimal("0.8"),
        why_groups=words.text("Complaints came from *women*."),
        reason=words.text("Four fifths, agreed with the works council."),
    )
    set_bound(session, ada, number, facts)
    items = [
        CountIn("sex", group, at - week, at, sum(cells), sum(cells[:2]), cells)
        for at in (end - week, end)
        for group, cells in ((women, (40, 20, 30, 110)), ("men", (80, 40, 20, 60)), ("diverse", (2, 1, 0, 3)))
    ]
    items += [CountIn("sex", "", end - week, end, 12, 5)]
    items += [
        CountIn(words.line("age", 60), group, end - week, end, 300, selected)
        for group, selected in (("under 50", 120), ("50 and over", 130))
    ]
    record_counts(session, ada, number, Delivery("", words.line("weekly sample", 120), "", tuple(items)))
    bins = tuple(
        BinSent(Decimal(low), Decimal(high), 60, Decimal(mean), true)
        for low, high, mean, true in (("0", "0.5", "0.2", 15), ("0.5", "1", "0.8", 51))
    )
    window = WindowIn(end - week, end, Scheme.EQUAL_WIDTH, 2, bins)
    record_forecasts(session, ada, number, Delivery("", "", "", (window,)))


def _versions(session: Session, ada: Actor, cast: Cast, source: DataSource, words: Words) -> None:
    """A version that was live, its champion and challenger, one withdrawn, and a candidate with everything stated."""
    number, adam = cast.triage.id or 0, cast.actor(session, "adam")

    def stated(label: str) -> VersionFacts:
        return VersionFacts(
            label,
            changed=words.text("Retrained on last year's claims."),
            because=words.text("It had drifted since *spring*."),
            artifact=words.line("s3://models/triage/2.1.tar", 1_000),
            digest="ab" * 32,
            evaluation=words.text("Share sorted right: 91 %."),
            significant=True,
            trained_on=(TrainedOn(source.id or 0, clock.today() - timedelta(days=365), clock.today()),),
        )

    first, second, third, gone = (
        versions.add_version(session, ada, number, stated(words.line(label, 100).replace("/", "-")))
        for label in ("1.0", "1.1", "2.0", "1.2")
    )
    for model in (first, second, third):
        versions.approve(session, adam, model, version=model.version)
    versions.put_live(session, ada, number, [(first, 100)])
    versions.put_live(session, ada, number, [(second, 90), (third, 10)])
    versions.withdraw(session, ada, gone, words.text("It was worse."))
    versions.add_version(session, ada, number, stated("2.1"))


def _seats(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    triage, sentinel = cast.triage.id or 0, cast.sentinel.id or 0
    team = session.exec(select(Team)).one()
    ownership.fill_seat(
        session, ada, triage, Seat.DATA_STEWARD, team_id=team.id, reason=words.line("as agreed", 4_000)
    )
    first = ownership.offer_handover(session, ada, triage, cast.number("hedy"), words.text("Moving on."))
    ownership.decline_handover(session, cast.actor(session, "hedy"), first, words.text("Not before spring."))
    for number in (triage, sentinel):
        ownership.offer_handover(
            session, ada, number, cast.number("mia"), words.text("Mia runs the desk now.")
        )


def _dependencies(session: Session, adam: Actor, cast: Cast, source: DataSource, words: Words) -> None:
    """Triage relies on a service, on Pricing and on Sentinel, which not everybody may know of; the desk relies on it."""
    line, text, triage = words.line, words.text, cast.triage.id or 0
    for system in (cast.pricing, cast.sentinel):
        dependencies.add_dependency(
            session, adam, triage, DependencyFacts(Way.UPSTREAM, other_system_id=system.id)
        )
    desk = DependencyFacts(Way.DOWNSTREAM, service=line("Claims desk"), interface=line("Queue"))
    ended = dependencies.add_dependency(session, adam, triage, desk)
    dependencies.end_dependency(session, adam, ended, text("It reads the table now."))
    found = dependencies.add_dependency(
        session,
        adam,
        triage,
        DependencyFacts(
            Way.UPSTREAM,
            service=line("Postcode service"),
            interface=line("REST"),
            contract_format=line("OpenAPI"),
            contract_version=line("2.1"),
            freshness_minutes=90,
            timeout_seconds=Decimal("1.5"),
            on_failure=OnFailure.DEGRADES,
            failure_words=text("Cases go to the *general* queue."),
            fallback=text("The desk types it in."),
            owner_id=cast.number("ben"),
        ),
    )
    trial = TrialFacts(clock.today(), passed=False, tried=text("Switched it off."), note=text("Report 12."))
    dependencies.record_test(session, adam, found, trial)
    asks = (
        Ask(Cause.SCHEMA_CHANGED, 1, data_source_id=source.id, detail=line("from 4.1 to 4.2")),
        Ask(Cause.CONTRACT_CHANGED, 1, dependency_id=found.id),
        Ask(Cause.TEST_FAILED, 1, dependency_id=found.id),
    )
    settled, *_ = [dependencies.ask_again(session, adam, triage, ask) for ask in asks]
    dependencies.settle(session, adam, settled, text("Trained anew."), version=settled.version)


def _annotations(session: Session, ada: Actor, adam: Actor, cast: Cast, words: Words) -> None:
    triage = cast.triage.id or 0
    annotations.retag(session, ada, triage, add=[words.line("peak season", 40).replace(",", ";"), "pilot"])
    annotations.write_note(session, adam, triage, words.text("The desk asks for a class of its own."))
    wrong = annotations.write_note(session, ada, triage, words.text("Counted twice."))
    annotations.withdraw_note(session, ada, wrong, words.text("It was the other system."))
    note = annotations.write_note(session, ada, triage, "Later.")
    annotations.correct_note(
        session, ada, note, words.text("Retraining is planned for *May*."), version=note.version
    )


def _feedback(session: Session, ada: Actor, cast: Cast, words: Words) -> None:
    """A door, feedback in every state, two themes, a limitation that holds and one that ended."""
    line, text, triage = words.line, words.text, cast.triage.id or 0
    door = DoorFacts(line("Your claim", 120), text("Tell us what went wrong."))
    feedback.set_door(session, ada, triage, door, version=0)
    said = FeedbackFacts(
        2,
        Outcome.CORRECTED,
        Category.WRONG,
        text("Sorted as trivial."),
        line("C-1", 200),
        line("pat@example.org", 200),
    )
    states = ("answered", "escalated", "dismissed", "limited", "spam", "new")
    received = feedback.receive(session, ada, triage, Door.STAFF, [Incoming(said, state) for state in states])
    rows = {
        state: feedback_queries.feedback_by_id(session, triage, each.number)
        for state, each in zip(states, received, strict=True)
    }
    rows["answered"].answer_sha256 = answer_digest(ANSWER_CODE)
    for state, theme in (("answered", "Sorted wrong"), ("new", "Slow")):
        feedback.put_under(session, ada, rows[state], line(theme, 80))
    feedback.answer(session, ada, rows["answered"], text("It is put right."))
    feedback.escalate(session, ada, rows["escalated"], text("The third this week."))
    feedback.dismiss(session, ada, rows["dismissed"], text("Another system's."))
    ended = feedback.add_limitation(session, ada, triage, text("No scans."))
    feedback.end_limitation(session, ada, ended)
    known = feedback.add_limitation(session, ada, triage, text("Worse on handwriting."))
    feedback.link_limitation(session, ada, rows["limited"], known)
    feedback.judge_spam(session, ada, rows["spam"], is_spam=True)


def _ledger(session: Session) -> None:
    """A checkpoint over all that has been recorded up to here, signed with a key that is then forgotten."""
    door = the_registry("command")
    write_entries(session)
    with TemporaryDirectory() as folder:
        signing = signer(session, door, Path(folder) / "key.pem", "registry.example.org/ledger")
    make_checkpoint(session, door, signing)


def _machinery(session: Session, words: Words) -> None:
    at = clock.now()
    for state in JobState:
        session.add(
            Job(
                kind="ownership.expire_handovers",
                unique_key=f"a {state.value} job",
                state=state,
                run_at=at,
                created_at=at,
                attempts=1,
                last_error=words.text("ValueError: no such owner") if state is JobState.FAILED else "",
                worker="desk:1" if state is JobState.RUNNING else "",
                started_at=at if state is JobState.RUNNING else None,
                doing=words.line("rows read", 200) if state is JobState.RUNNING else "",
                done=40,
                total=100,
            )
        )
    session.add(Heartbeat(worker="desk:1", seen_at=at))


def _imports(session: Session, adam: Actor, cast: Cast, words: Words) -> None:
    """A saved mapping; an import that waits for its word, with a possible duplicate; one that was carried out."""
    line, text = words.line, words.text
    saved = SavedProfile(
        name=line("Our list", 80),
        name_key="our list",
        mapping={"profile": "generic", "columns": [["Tool", ["name"]]], "key": [], "dates": ""},
        saved_by_id=adam.person_id,
        saved_at=clock.now(),
    )
    session.add(saved)
    session.flush()
    record(session, adam, Event.IMPORT_PROFILE_SAVED, saved)
    for state in (ImportState.IMPORTED, ImportState.CHECKED):
        inventory = InventoryImport(
            state=state,
            file_name=line("tools.csv", 200),
            sha256="0" * 64,
            size=1_000,
            attempt=1,
            tally={"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "duplicate": 0, "refused": 1},
            remarks=[text("No column names a unit.")],
            uploaded_by_id=adam.person_id,
            uploaded_at=clock.now(),
            changed_at=clock.now(),
        )
        session.add(inventory)
        session.flush()
        _rows(session, inventory, cast, words)
    done = session.exec(select(InventoryImport).where(InventoryImport.state == ImportState.IMPORTED)).one()
    record(session, adam, Event.INVENTORY_IMPORTED, done)


def _rows(session: Session, inventory: InventoryImport, cast: Cast, words: Words) -> None:
    line, text = words.line, words.text
    told = {"column": line("Tool", 200), "value": line("n/a", 80), "message": "The row has no name."}
    becomes = {
        "name": line("Mail router"),
        "unit": line("Post"),
        "stage": "live",
        "summary": text("Routes."),
        "owner": "",
    }
    moved = {"field": "summary", "from": text("Routes."), "to": text("Routes letters.")}
    both = {"import_id": inventory.id or 0, "attempt": 1}
    session.add(ImportRow(**both, row_number=2, ending=Ending.CREATED, becomes=becomes, differences=[moved]))
    session.add(
        ImportRow(
            **both, row_number=3, ending=Ending.REFUSED, says="No name.", problems=[told], problem_count=1
        )
    )
    likeness = {
        "import_id": inventory.id or 0,
        "row_number": 2,
        "name": line("Mail router"),
        "says": "the same name",
    }
    session.add(ImportLikeness(**likeness, system_id=cast.triage.id))
    session.add(ImportLikeness(**likeness, other_row=3))

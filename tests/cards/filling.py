"""A record of the cast's, filled in through the same actions the product uses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from registry.data_sources import actions as data_sources
from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Classification, Purpose, SourceFacts, Stated
from registry.drift import actions as drift
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts
from tests.drift.test_actions import GONE, ages, batch
from tests.fairness.counting import BOUND, bound, counted, forecasts, sent, sent_forecasts


def fill(database, cast, *, metrics=1, sources=1):
    """Give Triage an objective, so many metrics and sources with their checks, and an entry of value realised."""
    for write in (_objective, *[add_metric] * metrics, *[add_source] * sources):
        with database.transaction() as session:
            write(session, cast, cast.actor(session, "ada"))


def _objective(session, cast, ada):
    number = cast.triage.id
    facts = ObjectiveFacts(
        "Urgent claims wait too long.", "The order of the queue.", stop_condition="12 hours."
    )
    objectives.set_objective(session, ada, number, facts, version=0)
    value = ValueFacts(date(2025, 10, 31), Decimal("61000.50"), "EUR", "Hotel invoices")
    objectives.record_value(session, ada, number, value)


def add_metric(session, cast, ada):
    nth = len(objectives.queries.metrics_of(session, cast.triage.id))
    facts = MetricFacts(
        Kind.ACCURACY,
        f"Urgent claims found {nth}",
        "%",
        Direction.HIGHER,
        baseline=Decimal("38.0"),
        baseline_on=date(2025, 9, 30),
        target=Decimal("92.5"),
        target_on=date(2027, 12, 31),
        breach_bound=Bound.AT_LEAST,
        breach_low=Decimal(85),
        cadence=Cadence.MONTHLY,
        origin="Monthly sample",
        number_owner_id=cast.number("ben"),
    )
    objectives.add_metric(session, ada, cast.triage.id, facts)


def add_source(session, cast, ada):
    nth = len(data_sources.queries.uses_of(session, cast.triage.id))
    source = data_sources.add_source(
        session,
        ada,
        SourceFacts(
            f"Claims ledger {nth}",
            owner_id=cast.number("ada"),
            steward_id=cast.number("mia"),
            classification=Classification.CONFIDENTIAL,
            personal_data=Stated.YES,
            lawful_basis="Contract",
        ),
    )
    data_sources.attach(session, ada, cast.triage.id, source, Purpose.OPERATIONAL_INPUT)
    check = data_sources.add_check(
        session,
        ada,
        source,
        CheckFacts(
            Dimension.COMPLETENESS,
            "Share with a description",
            "%",
            Bound.AT_LEAST,
            low=Decimal(95),
            cadence=Cadence.DAILY,
        ),
    )
    for day, value in ((date(2025, 10, 1), Decimal(90)), (date(2025, 10, 2), Decimal("98.4"))):
        data_sources.record_result(session, ada, source, check, ResultFacts(day, value))


def measure(session, cast, attribute="sex", feature="age"):
    """Give Triage counts by an attribute with a bound on it, forecasts, and a feature with its baseline and a window."""
    selected = {"female": (40, 200), "male": (80, 200), "diverse": (3, 10)}
    bound(session, cast, replace(BOUND, attribute=attribute))
    sent(session, cast, *counted(selected, attribute=attribute))
    sent_forecasts(session, cast, forecasts())
    ben, number = cast.actor(session, "ben"), cast.triage.id
    usual = replace(ages(0), feature=feature)
    drift.set_sent_baseline(session, ben, number, "training data", "As it was trained.", usual)
    drift.record_distributions(session, ben, number, batch(replace(ages(1, GONE), feature=feature)))

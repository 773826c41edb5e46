"""What several tests of fairness do: send counts by group and forecasts, set a bound, let the alerts follow."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from registry.fairness.actions.bounds import set_bound
from registry.fairness.actions.receiving import record_counts, record_forecasts
from registry.fairness.jobs import weigh
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.decoding import BinSent, CountIn, Delivery, WindowIn
from registry.fairness.rules.measures import Measure
from registry.monitoring.models.alerts import Alert

START = datetime(2026, 10, 1, tzinfo=UTC)
BOUND = BoundFacts(
    "sex",
    Measure.IMPACT_RATIO,
    Decimal("0.8"),
    why_groups="Complaints came from women.",
    reason="Four fifths, agreed with the works council.",
)


def compas(real_data, name):
    """A table of COMPAS as published."""
    with (real_data / "fairness" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def day(number):
    return START + timedelta(days=number)


def counted(selected, at=0, attribute="sex", key=""):
    """Selections of some groups in the window of one day: {"female": (45, 100)}."""
    return [
        CountIn(attribute, group, day(at), day(at + 1), n, chosen, None, key)
        for group, (chosen, n) in selected.items()
    ]


def delivery(*items, **told):
    return replace(Delivery("", "nightly", "", tuple(items)), **told)


def sent(session, cast, *items, by="ben", **told):
    return record_counts(session, cast.actor(session, by), cast.triage.id, delivery(*items, **told))


def forecasts(
    at=0, key="", scheme=Scheme.EQUAL_WIDTH, bins=((0, "0.1", 100, "0.05", 6), ("0.9", 1, 50, "0.95", 45))
):
    made = tuple(
        BinSent(Decimal(low), Decimal(high), n, Decimal(mean), true) for low, high, n, mean, true in bins
    )
    return WindowIn(day(at), day(at + 1), scheme, 10, made, key)


def sent_forecasts(session, cast, *items, **told):
    return record_forecasts(session, cast.actor(session, "ben"), cast.triage.id, delivery(*items, **told))


def bound(session, cast, facts=BOUND, by="ada", **more):
    return set_bound(session, cast.actor(session, by), cast.triage.id, facts, **more)


def followed(session, cast):
    """The alerts of Triage after its counts were weighed."""
    weigh(session, cast.triage.id)
    return list(session.scalars(sa.select(Alert).order_by(Alert.id)))

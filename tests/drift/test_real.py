"""A real model's decline (US census, Massachusetts): the two chunks in which it failed become alerts that name the bound."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from registry.kernel.guard_rails import Bound
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.alerts import GOOD_NEEDED
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts

FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def chunks(real_data, name):
    with (real_data / "drift" / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.realdata
def test_the_two_degraded_chunks_are_one_alert_that_says_which_bound_was_passed(real_data, database, cast):
    found = chunks(real_data, "ma_employment_realized_performance.csv")
    low, high = (
        Decimal(found[0][f"roc_auc.{end}_threshold"]).quantize(Decimal("1e-4")) for end in ("lower", "upper")
    )
    facts = MetricFacts(
        Kind.ACCURACY,
        "ROC AUC",
        direction=Direction.HIGHER,
        breach_bound=Bound.BETWEEN,
        breach_low=low,
        breach_high=high,
    )
    with database.transaction() as session:
        slug = objectives.add_metric(session, cast.actor(session, "ada"), cast.triage.id, facts).slug
    told, fall = [], [each["chunk.key"] for each in found].index("[135000:139999]")
    for place, chunk in enumerate(found[fall - 3 : fall + 2 + GOOD_NEEDED]):
        end = FIRST + timedelta(days=place)
        point = PointIn(
            slug,
            end - timedelta(days=1),
            end,
            Decimal(chunk["roc_auc.value"]).quantize(Decimal("1e-6")),
            5000,
        )
        with database.transaction() as session:
            batch = Batch("", "evaluation", "", (point,))
            weighed = record_snapshots(session, cast.actor(session, "ben"), cast.triage.id, batch).weighed
            told += [(chunk["chunk.key"], each.says, each.severity.value) for each in weighed.opened]
            told += [(chunk["chunk.key"], f"over after {each.count}", "") for each in weighed.resolved]
    opened = (
        "ROC AUC was 0.803475 on 3 Jan 2025, below the lower bound; acceptable is between 0.8934 and 0.9134."
    )
    assert told == [
        ("[135000:139999]", opened, "critical"),
        (found[fall + 1 + GOOD_NEEDED]["chunk.key"], "over after 2", ""),
    ]

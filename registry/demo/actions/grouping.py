"""How the systems of the demonstration treat groups: counts by window, the bound they are held to, forecasts in bins."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Stage
from registry.fairness.actions.bounds import set_bound
from registry.fairness.actions.receiving import record_counts, record_forecasts
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.decoding import BinSent, CountIn, Delivery, WindowIn
from registry.fairness.rules.measures import Measure
from registry.people.models import Person

_EVERY = timedelta(days=30)


def count_groups(stage: Stage, session: Session, owner: Person, number: int, told: Mapping[str, Any]) -> None:
    """Set the bound of one system, then deliver its windows, the newest ending three days before loading."""
    actor = actor_for(session, owner, via="session")
    attribute, bound = told["attribute"], told["bound"]
    limit, measure = Decimal(bound["limit"]), Measure(bound["measure"])
    words = {name: bound[name] for name in ("why_groups", "reason")}
    set_bound(session, actor, number, BoundFacts(attribute, measure, limit, **words))
    last = datetime.combine(stage.day(3), time(), UTC)
    counts = []
    for place, groups in enumerate(reversed(told["windows"])):
        end = last - place * _EVERY
        for group, (tp, fp, fn, tn) in groups.items():
            cells = tp, fp, fn, tn
            counts.append(CountIn(attribute, group, end - _EVERY, end, sum(cells), tp + fp, cells))
    record_counts(session, actor, number, Delivery("", told["source"], "", tuple(counts)))
    bins = tuple(
        BinSent(Decimal(low), Decimal(high), n, Decimal(mean), positives)
        for low, high, n, mean, positives in told["forecasts"]
    )
    window = WindowIn(last - _EVERY, last, Scheme.EQUAL_WIDTH, len(bins), bins)
    record_forecasts(session, actor, number, Delivery("", told["source"], "", (window,)))

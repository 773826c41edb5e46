"""Drift in the demonstration: features with a baseline from when the system was approved, and weeks of windows since."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage, Step, deliveries
from registry.demo.rules.spreads import baseline_of, windows_of
from registry.drift import actions as drift
from registry.drift.rules.decoding import DistributionBatch
from registry.kernel.actor import Actor


def spreading_steps(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """What one system's features are compared with, and their windows, delivered every four weeks."""
    if "drift" not in told:
        return
    then = told["drift"]
    common = {name: then[name] for name in ("approved_days_ago", "ends_days_ago", "weeks", "n")}
    features = [common | each for each in then["features"]]
    windows = [window for each in features for window in windows_of(each, stage.today)]

    def who(session: Session) -> Actor:
        return actor_for(session, loaded.people[then["by"]], via="session")

    def compare(session: Session) -> None:
        for each in features:
            if each.get("compared", True):
                sent = baseline_of(each, stage.today)
                number = loaded.numbers[told["name"]]
                drift.set_sent_baseline(
                    session, who(session), number, then["baseline"], then["because"], sent
                )

    def deliver(after: date | None, until: date, session: Session) -> None:
        sent = tuple(
            each
            for each in windows
            if (after is None or each.window_end.date() > after) and each.window_end.date() <= until
        )
        if sent:
            batch = DistributionBatch("", "weekly evaluation", "", sent)
            drift.record_distributions(session, who(session), loaded.numbers[told["name"]], batch)

    yield then["approved_days_ago"] - 1, compare
    for after, days_ago in deliveries(then["ends_days_ago"], then["approved_days_ago"] - 1):
        yield days_ago, partial(deliver, None if after is None else stage.day(after), stage.day(days_ago))

"""Drift in the demonstration: features with a baseline from when the system was approved, and weeks of windows since."""

from typing import Any

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage
from registry.demo.rules.spreads import baseline_of, windows_of
from registry.drift import actions as drift
from registry.drift.rules.decoding import DistributionBatch


def spread_out(stage: Stage, number: int, told: dict[str, Any], loaded: Loaded) -> None:
    """What one system's features are compared with, and their windows, delivered in one go."""
    if "drift" not in told:
        return
    then = told["drift"]
    common = {name: then[name] for name in ("approved_days_ago", "ends_days_ago", "weeks", "n")}
    features = [common | each for each in then["features"]]
    who = loaded.people[then["by"]]
    with stage.on(then["approved_days_ago"] - 1) as session:
        actor = actor_for(session, who, via="session")
        for each in features:
            if each.get("compared", True):
                sent = baseline_of(each, stage.today)
                drift.set_sent_baseline(session, actor, number, then["baseline"], then["because"], sent)
    with stage.on(then["ends_days_ago"]) as session:
        windows = [window for each in features for window in windows_of(each, stage.today)]
        actor = actor_for(session, who, via="session")
        batch = DistributionBatch("", "weekly evaluation", "", tuple(windows))
        drift.record_distributions(session, actor, number, batch)

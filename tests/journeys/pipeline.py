"""A pipeline of Triage that sends readings of its accuracy, as it does in operation: with a token, over HTTP."""

from datetime import timedelta

from registry.accounts.actions import issue_token
from registry.client import Point, Receipt, Registry
from tests.journeys.site import Site
from tests.monitoring.alerting import stated


def the_pipeline(site: Site) -> Registry:
    """The client as a pipeline has it, with a token that writes readings of the one system and does nothing else."""
    with site.doing() as session:
        stated(session, site.cast, "Accuracy")
        ben = site.cast.people["ben"]
        scopes = frozenset({"snapshots:write"})
        actor = site.cast.actor(session, "ben")
        token, _ = issue_token(session, actor, ben, "nightly", scopes, system_id=site.cast.triage.id)
    return Registry(site.address, token, retries=0)


def push(site: Site, pipeline: Registry, *values: float) -> Receipt:
    """One reading for each hour up to now, the newest last."""
    first = site.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=len(values) - 1)
    points = [
        Point("accuracy", value, first + timedelta(hours=place), n=500) for place, value in enumerate(values)
    ]
    return pipeline.push(site.cast.triage.key, points, source="nightly evaluation")

"""Alerts of the demonstration: raised, answered or left, each on its day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Step
from registry.drift.queries.checking import group_of
from registry.drift.queries.features import features_named
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.monitoring.actions import alerts
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind
from registry.monitoring.rules.answers import Level
from registry.systems.models import System


def alert_steps(told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """What happens to each alert of one system, as (days ago, what is done then)."""
    for each in told.get("alerts", ()):
        yield from _of_alert(told["name"], each, loaded)


def _of_alert(system: str, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    door, kind = the_registry("demo"), AlertKind(told["kind"])

    def the_alert(session: Session) -> Alert:
        number = select(System.id).where(System.name == system).scalar_subquery()
        query = select(Alert).where(Alert.system_id == number, Alert.kind == kind)
        return session.exec(query).one()

    def raised(session: Session) -> None:
        number = session.exec(select(System.id).where(System.name == system)).one()
        about = features_named(session, number or 0, [(told["feature"], "")]) if "feature" in told else {}
        group = group_of(*about.values()) if about else ""
        alerts.raise_alert(session, door, number or 0, kind, told["says"], group=group)

    def promised(session: Session) -> None:
        then = told["promised"]
        who = actor_for(session, loaded.people[then["by"]], via="session")
        day = clock.today() + timedelta(days=then["in_days"])
        alerts.acknowledge(session, who, the_alert(session), day, then["note"])

    def resolved(session: Session) -> None:
        then = told["resolved"]
        who = actor_for(session, loaded.people[then["by"]], via="session")
        alerts.resolve(session, who, the_alert(session), then["because"])

    def passed_on(session: Session) -> None:
        then = told["told"]
        person = loaded.people[then["person"]].id if "person" in then else None
        alerts.escalate(session, door, the_alert(session), Level(then["level"]), person)

    yield told["days_ago"], raised
    for name, act in (("promised", promised), ("resolved", resolved), ("told", passed_on)):
        if name in told:
            yield told[name]["days_ago"], act

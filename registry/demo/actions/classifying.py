"""How the systems of the demonstration were classified, each on its day; one set of answers begun and left."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sqlmodel import Session, select

from registry.accounts.queries import actor_for
from registry.classification.actions import Verdict, complete, save_draft
from registry.classification.queries.runs import in_force
from registry.demo.actions.stage import Loaded, Step, told_in
from registry.demo.rules.answering import whole
from registry.kernel import clock
from registry.systems.models import System
from registry.systems.rules.record import Tier


def classification_steps(loaded: Loaded) -> Iterator[Step]:
    """Every run of the demonstration, and the answers that were begun."""
    told = told_in("classified.yaml")
    for one in told:
        yield one["days_ago"], partial(_classify, loaded, one)


def _classify(loaded: Loaded, told: Mapping[str, Any], session: Session) -> None:
    actor = actor_for(session, loaded.people[told["by"]], via="session")
    system = session.exec(select(System).where(System.name == told["system"])).one()
    if "draft" in told:
        save_draft(session, actor, system.id or 0, told["draft"], version=0)
        return
    answers = whole(in_force(session, clock.today()), told["answers"])
    tier = Tier(told["tier"]) if "tier" in told else None
    complete(session, actor, system, answers, Verdict(tier, told.get("rationale", "")))

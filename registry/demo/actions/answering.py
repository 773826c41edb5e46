"""How the organisation of the demonstration answers the frameworks, as far as it has come."""

from typing import Any

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.packs import actions, queries
from registry.packs.rules import Implementation, StatementFacts

_DAYS_AGO = 40
_REVIEWER = "renate.vogel"


def framework_step(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Step:
    """The statements of applicability, made by the reviewer on one day. It raises LookupError for a framework nobody knows."""

    def act(session: Session) -> None:
        reviewer = actor_for(session, loaded.people[_REVIEWER], via="demo")
        for one in told["statements"]:
            # By the edition of the day on which people will look at it.
            framework = queries.framework_on(session, one["framework"], stage.today)
            control = framework.control(one["control"]) if framework else None
            if framework is None or control is None:
                raise LookupError(f"{one['framework']} has no control {one['control']}")
            status = Implementation(one["status"]) if "status" in one else None
            owner = loaded.people[one["owner"]].id if "owner" in one else None
            facts = StatementFacts(
                applicable=one.get("applicable", True),
                because=one.get("because", ""),
                how=one.get("how", ""),
                status=status,
                owner_id=owner,
            )
            actions.state(session, reviewer, framework, control, facts, version=0)

    return _DAYS_AGO, act

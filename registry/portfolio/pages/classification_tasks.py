"""The lines of the desk about classification: what is prohibited, tiers to decide, and answers that come to something else by another edition."""

from flask import url_for

from registry.classification.models import ClassificationRun
from registry.classification.queries.changes import Outdated, outdated_count, outdated_page
from registry.kernel.actor import Actor, Role
from registry.kernel.text import counted, worded
from registry.lifecycle.rules.stages import IN_USE
from registry.portfolio.queries.classified import prohibited_told_to, tiers_waiting
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.systems.rules.record import Tier
from registry.web.flask_app import session

_FEW = 3


def of_classifications(who: Actor) -> list[Task]:
    """Of an owner their systems, many in one line; of a reviewer all there are, in one line.

    Before them what was found to be prohibited, and for reviewers the tiers that only they can lower.
    """
    return [*_of_prohibited(who), *_of_tiers(who), *_of_outdated(who)]


def _of_prohibited(who: Actor) -> list[Task]:
    found, in_all = prohibited_told_to(session(), who, _FEW)
    if in_all <= _FEW:
        return [_prohibited(each) for each in found]
    url = url_for("systems.register_page", tier=Tier.PROHIBITED.value)
    return [
        Task(
            Urgency.CRITICAL,
            f"Stop {in_all} prohibited systems",
            "They were found to be prohibited practices, and none of them is stopped or retired.",
            None,
            url,
            "Show them",
        )
    ]


def _prohibited(system: System) -> Task:
    in_use = system.stage in IN_USE
    return Task(
        Urgency.CRITICAL,
        f"{'Stop' if in_use else 'Do not go on with'} {system.name}: a prohibited practice",
        f"{system.key} was classified as prohibited, and is {worded(system.stage.value)}. "
        + ("Nobody may use it." if in_use else "It may not be built or used as it is meant now."),
        None,
        url_for("lifecycle.stop" if in_use else "classification.system", key=system.key),
        "Stop it" if in_use else "Read why",
    )


def _of_tiers(who: Actor) -> list[Task]:
    waiting, in_all = tiers_waiting(session(), who, _FEW)
    if in_all <= _FEW:
        return [_tier(*each) for each in waiting]
    run, system = waiting[0]
    first = _tier(run, system)
    return [
        Task(
            Urgency.RECONSIDER,
            f"Decide {in_all} tiers",
            f"Their answers come to less than their tier. The first: {first.what}.",
            None,
            first.url,
            first.label,
        )
    ]


def _tier(run: ClassificationRun, system: System) -> Task:
    return Task(
        Urgency.RECONSIDER,
        f"Decide the tier of {system.name}",
        f"By {run.key} its answers come to {run.proposed_tier.value}; it stays {run.tier.value} until a reviewer sets a lower one.",
        None,
        url_for("classification.system", key=system.key),
        "Read and decide",
        run.made_at,
    )


def _of_outdated(who: Actor) -> list[Task]:
    if Role.REVIEWER in who.roles:
        count = outdated_count(session(), who)
        return [_many(counted(count, "system"))] if count else []
    page = outdated_page(session(), who, owned=True, limit=_FEW)
    return [_many("your systems")] if page.next_after else [_again(each) for each in page.items]


def _again(each: Outdated) -> Task:
    more = len(each.change.says) - 1
    rest = f" And {counted(more, 'more change')}." if more else ""
    return Task(
        Urgency.RECONSIDER,
        f"Classify {each.system.name} again",
        f"By edition {each.change.edition} of the questionnaire: {each.change.says[0]}{rest}",
        None,
        url_for("classification.system", key=each.system.key),
        "Read and classify",
    )


def _many(systems: str) -> Task:
    return Task(
        Urgency.RECONSIDER,
        f"Classify {systems} again",
        "Their answers come to something else by the edition of the questionnaire that is in force.",
        None,
        url_for("classification.changes"),
        "Show what would change",
    )

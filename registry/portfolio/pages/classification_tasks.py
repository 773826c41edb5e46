"""The lines of the desk about classification: systems whose answers come to something else by another edition."""

from flask import url_for

from registry.classification.queries.changes import Outdated, outdated_count, outdated_page
from registry.kernel.actor import Actor, Role
from registry.kernel.text import counted
from registry.portfolio.rules import Task, Urgency
from registry.web.flask_app import session

_FEW = 3


def of_classifications(who: Actor) -> list[Task]:
    """Of an owner their systems, many in one line; of a reviewer all there are, in one line."""
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

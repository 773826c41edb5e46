"""Home: what needs me."""

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, Role
from registry.kernel.text import counted
from registry.people.models import Person
from registry.portfolio import queries
from registry.portfolio.queries import Owned, Waiting
from registry.portfolio.rules import Task, Urgency, ordered
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.viewkit import ago, day

pages = Blueprint("portfolio", __name__)

# Beyond these, the list of all offers is the better place to read them.
_FEW_OFFERS = 5

_ICONS = {
    Urgency.ANSWER: "hand-over",
    Urgency.CONFIRM: "flag",
    Urgency.GAP: "person",
    Urgency.COMPLETE: "edit",
}


@pages.get("/")
@needs(Permission.DESK_READ)
def desk() -> ResponseReturnValue:
    who = actor()
    waiting = queries.waiting_for(session(), who.person_id or 0)
    owned, owned_count = queries.owned_by(session(), who)
    overseer = who.roles & {Role.ADMINISTRATOR, Role.REVIEWER}
    left = queries.left_owners(session(), who) if overseer else []
    together = [_answer_together(waiting)] if len(waiting) > 1 else []
    tasks = [
        *together,
        *map(_answer, waiting[:_FEW_OFFERS]),
        *map(_own, filter(_needs_work, owned)),
        *map(_gap, left),
    ]
    in_order = ordered(tasks)
    return render_template(
        "portfolio/desk.html",
        tasks=in_order,
        lines=[_line(task) for task in in_order],
        owned=owned,
        owned_count=owned_count,
        coverage=queries.coverage(session(), who),
        total=systems.count(session(), who),
    )


def _gap(found: tuple[System, Person]) -> Task:
    system, person = found
    return Task(
        Urgency.GAP,
        f"Find an owner for {system.name}",
        f"{person.name}, who answered for {system.key}, has left.",
        None,
        url_for("ownership.system", key=system.key),
        "Hand it over",
    )


def _line(task: Task) -> dict[str, object]:
    until = f"by {day(task.until.date())} ({ago(task.until)})" if task.until else None
    return {
        "what": task.what,
        "why": task.why,
        "url": task.url,
        "label": task.label,
        "until": until,
        "late": task.until is not None and task.until < clock.now(),
        "icon": _ICONS[task.urgency],
    }


def _needs_work(owned: Owned) -> bool:
    return owned.to_be_confirmed or bool(owned.standing.missing)


def _answer(waiting: Waiting) -> Task:
    by = waiting.offered_by.name if waiting.offered_by else "The registry"
    return Task(
        Urgency.ANSWER,
        f"Answer the hand-over of {waiting.system.name}",
        f"{by} asks you to answer for it: {waiting.handover.reason}",
        waiting.handover.expires_at,
        url_for("ownership.handover", number=waiting.handover.id),
        "Read and answer",
    )


def _answer_together(waiting: Sequence[Waiting]) -> Task:
    return Task(
        Urgency.ANSWER,
        f"Answer {counted(len(waiting), 'hand-over')} together",
        "Read them in one list, then accept or decline those you tick.",
        min(each.handover.expires_at for each in waiting),
        url_for("portfolio.offers"),
        "Show them",
    )


def _own(owned: Owned) -> Task:
    system, missing = owned.system, owned.standing.missing
    if owned.to_be_confirmed:
        return Task(
            Urgency.CONFIRM,
            f"Confirm that {system.name} is yours",
            f"{system.key} was put in your name by somebody else.",
            None,
            url_for("ownership.system", key=system.key),
            "Confirm or hand over",
        )
    return Task(
        Urgency.COMPLETE,
        f"Complete the record of {system.name}",
        f"{counted(len(missing), 'thing is', 'things are')} missing, first: {missing[0].says.lower()}.",
        None,
        url_for("systems.show", key=system.key),
        "Show what is missing",
    )

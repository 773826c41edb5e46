"""Home: what needs me, most urgent first."""

from datetime import date, datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.feedback import queries as feedback
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, may
from registry.kernel.text import counted
from registry.monitoring.queries import alerts
from registry.monitoring.rules.alerts import AlertState
from registry.ownership import rules as ownership
from registry.people import queries as people
from registry.portfolio import queries
from registry.portfolio.pages import ownership_tasks, tasks
from registry.portfolio.pages.card_tasks import of_cards
from registry.portfolio.pages.classification_tasks import of_classifications
from registry.portfolio.pages.evidence_tasks import of_evidence
from registry.portfolio.pages.further_tasks import of_the_rest
from registry.portfolio.pages.incident_tasks import of_incidents
from registry.portfolio.pages.notice_tasks import of_notices
from registry.portfolio.pages.review_tasks import of_reviews
from registry.portfolio.pages.stage_tasks import of_stages
from registry.portfolio.queries import Asked, Owning, Scope
from registry.portfolio.rules import Stack, Task, Urgency, stacked
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.viewkit import ago, day

pages = Blueprint("portfolio", __name__)

_FEW_OFFERS = 2
_FEW_RECORDS = 5

_FEW_ALERTS = 5

# What fits on a screen or two; whatever is less pressing is folded below it.
_ONE_SCREEN = 20

_ICONS = {
    Urgency.CRITICAL: "alert",
    Urgency.ANSWER: "hand-over",
    Urgency.ESCALATED: "alert",
    Urgency.WARNING: "alert",
    Urgency.OVERDUE: "flag",
    Urgency.CONFIRM: "flag",
    Urgency.RECONSIDER: "alert",
    Urgency.RETURNED: "hand-over",
    Urgency.DUE: "clock",
    Urgency.GAP: "person",
    Urgency.UNITS: "unit",
    Urgency.COMPLETE: "edit",
}


@pages.get("/")
@needs(Permission.DESK_READ)
def desk() -> ResponseReturnValue:
    who = actor()
    owning = queries.owned_by(session(), who)
    stacks, covered = stacked(_waiting(who, owning)), queries.coverage(session(), who)
    return render_template(
        "portfolio/desk.html",
        lines=[_line(each) for each in stacks[:_ONE_SCREEN]],
        later=[_line(each) for each in stacks[_ONE_SCREEN:]],
        owning=owning,
        all_owned=url_for("systems.register_page", owner=who.person_id),
        coverage=covered,
        total=covered[0].total,
    )


def _waiting(who: Actor, owning: Owning) -> list[Task]:
    return [
        *_of_trouble(who),
        *_of_offers(who),
        *_of_confirmations(who),
        *_of_changes(who),
        *_of_feedback(who),
        *_of_records(who, owning),
        *_of_others(who),
        *_of_heads(who),
        *of_the_rest(who),
    ]


def _of_trouble(who: Actor) -> list[Task]:
    return [
        *_of_alerts(who),
        *of_incidents(who),
        *of_stages(who),
        *of_notices(who),
        *of_reviews(who),
        *of_cards(who),
        *of_evidence(who),
    ]


def _of_offers(who: Actor) -> list[Task]:
    waiting = queries.waiting_for(session(), who.person_id or 0)
    returned = queries.returned_to(session(), who)
    # Many are better read in one list than in many lines.
    lines = [tasks.answer_together(waiting)] if len(waiting) > _FEW_OFFERS else [*map(tasks.answer, waiting)]
    return [*lines, *map(tasks.offer_again, returned)]


def _of_alerts(who: Actor) -> list[Task]:
    """Alerts on the person's own systems, and those they are told of since nobody answered; many in one line.

    Those that a correction has taken back are told of besides.
    """
    found = alerts.waiting_on(session(), who)
    waiting = [each for each in found if each[0].state is not AlertState.RESOLVED]
    over = [tasks.alert_taken_back(*each) for each in found if each[0].state is AlertState.RESOLVED]
    if len(waiting) > _FEW_ALERTS:
        return [tasks.answer_alerts(who, waiting), *over]
    return [*(tasks.answer_alert(who, *each) for each in waiting), *over]


def _of_confirmations(who: Actor) -> list[Task]:
    told = _told_as_head(who)
    asked = queries.asked_of(session(), who, told)
    return [
        tasks.confirm_again(each)
        if each.owner.person_id == who.person_id
        else tasks.look_after(each, as_head=_is_told_as_head(each, told))
        for each in asked
    ]


def _told_as_head(who: Actor) -> dict[int | None, frozenset[int]]:
    if not who.headed_units or who.person_id is None:
        return {}
    return ownership.told_to(who.person_id, *queries.tree_and_heads(session()))


def _is_told_as_head(asked: Asked, told: dict[int | None, frozenset[int]]) -> bool:
    units = told.get(None, frozenset()) | told.get(asked.owner.person_id, frozenset())
    return asked.system.unit_id in units and ownership.Step.UNIT_HEAD in asked.due.steps


def _of_changes(who: Actor) -> list[Task]:
    """The systems they answer for that a change has touched; of each what has waited longest, and how much there is.

    And those that another edition of the questionnaire makes something else of.
    """
    found, in_all = queries.touched(session(), who)
    lines = [*(tasks.reconsider(each.system, each.waiting) for each in found), *of_classifications(who)]
    rest = in_all - len(found)
    return [*lines, tasks.reconsider_more(rest, who.person_id)] if rest else lines


def _of_feedback(who: Actor) -> list[Task]:
    waiting = feedback.waiting_for(session(), who)
    return [tasks.answer_feedback(waiting)] if waiting else []


def _of_records(who: Actor, owning: Owning) -> list[Task]:
    # After an import a steward has hundreds: a line for each would bury whatever else is on the desk.
    confirm = [tasks.confirm(each.system, each.since) for each in owning.systems if each.to_be_confirmed]
    if owning.to_be_confirmed > min(len(confirm), _FEW_RECORDS):
        confirm = [tasks.confirm_many(owning.to_be_confirmed, who.person_id)]
    lacking = [each for each in owning.systems if each.standing.missing and not each.to_be_confirmed]
    if len(lacking) > _FEW_RECORDS:
        return [*confirm, tasks.complete_many(len(lacking))]
    return [*confirm, *map(tasks.complete, lacking)]


def _of_others(who: Actor) -> list[Task]:
    """What an administrator or reviewer, or the head of a unit, is to mend or have mended."""
    left = queries.left_owners(session(), who) if who.roles & {Role.ADMINISTRATOR, Role.REVIEWER} else []
    if not who.headed_units:
        return [ownership_tasks.find_owner(*each) for each in left]
    counts = queries.findings_count(session(), who, Scope(unit_ids=who.headed_units))
    return [*(ownership_tasks.find_owner(*each) for each in left), *ownership_tasks.in_units(counts)]


def _of_heads(who: Actor) -> list[Task]:
    """Units that need another head. Administrators name one; heads of units above are told, the leaver alone is not."""
    names_heads = may(who, Permission.PEOPLE_EDIT)
    if not names_heads and not who.headed_units:
        return []
    units = None if names_heads else who.headed_units
    found = people.heads_leaving(session(), clock.today(), units)
    told = [each for each in found if names_heads or each.head_id != who.person_id]
    return ownership_tasks.head_units(told, names_heads=names_heads)


def _line(stack: Stack) -> dict[str, object]:
    return _said(stack.task) | {
        "kind": f"more {stack.task.kind}",
        "behind": [_said(each) for each in stack.behind],
    }


def _said(task: Task) -> dict[str, object]:
    until = f"by {day(task.until.date())} ({ago(task.until)})" if task.until else None
    return {
        "since": _since(task.since) if task.since else None,
        "what": task.what,
        "why": task.why,
        "url": task.url,
        "label": task.label,
        "until": until,
        "late": task.until is not None and task.until < clock.now(),
        "icon": _ICONS[task.urgency],
    }


def _since(began: date) -> str:
    began_on = began.date() if isinstance(began, datetime) else began
    if days := max(0, (clock.today() - began_on).days):
        return f"Since {day(began_on)} ({counted(days, 'day')})."
    return (
        f"Since {day(began_on)} ({ago(began)})." if isinstance(began, datetime) else f"Since {day(began_on)}."
    )

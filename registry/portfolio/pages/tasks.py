"""The lines of the desk: for each thing that needs somebody, what to do, why, until when, and where."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for

from registry.feedback.queries import Waiting as FeedbackWaiting
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.text import counted
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import Severity
from registry.ownership.rules import HandoverState, end_of
from registry.packs.queries import alerts_on
from registry.portfolio.queries import Asked, Owned, Returned, Told, Waiting
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.web.flask_app import session
from registry.web.viewkit import day


def answer(waiting: Waiting) -> Task:
    """An offer that waits for this person."""
    by = waiting.offered_by.name if waiting.offered_by else "The registry"
    return Task(
        Urgency.ANSWER,
        f"Answer the hand-over of {waiting.system.name}",
        f"{by} asks you to answer for it: {waiting.handover.reason}",
        waiting.handover.expires_at,
        url_for("ownership.handover", number=waiting.handover.id),
        "Read and answer",
        waiting.handover.offered_at,
    )


def answer_together(waiting: Sequence[Waiting]) -> Task:
    """All the offers that wait for this person, in one list."""
    return Task(
        Urgency.ANSWER,
        f"Answer {counted(len(waiting), 'hand-over')} together",
        "Read them in one list, then accept or decline those you tick.",
        min(each.handover.expires_at for each in waiting),
        url_for("portfolio.offers"),
        "Show them",
        min(each.handover.offered_at for each in waiting),
    )


def offer_again(returned: Returned) -> Task:
    """An offer of theirs that nobody took."""
    declined = returned.handover.state is HandoverState.DECLINED
    said = (
        f"{returned.to.name} declined: {returned.handover.answer}" if declined else returned.handover.answer
    )
    return Task(
        Urgency.RETURNED,
        f"Offer {returned.system.name} to somebody else",
        said if declined else f"The offer to {returned.to.name} has lapsed. {said}",
        None,
        url_for("ownership.handover", number=returned.handover.id),
        "Read the answer",
        returned.handover.answered_at,
        "offers that came back",
    )


def answer_alert(who: Actor, alert: Alert, system: System) -> Task:
    """An alert on a system of theirs, or on one of which they are told because nobody has answered."""
    own = Seat.OWNER in who.seats.get(alert.system_id, ())
    critical = alert.severity is Severity.CRITICAL
    days = alerts_on(session(), clock.today()).days_for(system.tier)
    return Task(
        Urgency.CRITICAL if critical else Urgency.WARNING if own else Urgency.ESCALATED,
        f"{alert.kind.said}: {system.name}",
        alert.says if own else f"{alert.says} {_TOLD}",
        end_of(alert.waiting_from + timedelta(days=days - 1)) if own else None,
        url_for("alerts.show", number=alert.id),
        "Look and answer" if own else "Look at it",
        alert.opened_at,
    )


def answer_alerts(who: Actor, waiting: Sequence[tuple[Alert, System]]) -> Task:
    """Many alerts that wait for this person, in one line."""
    critical = sum(alert.severity is Severity.CRITICAL for alert, _ in waiting)
    systems = {alert.system_id for alert, _ in waiting}
    return Task(
        Urgency.CRITICAL if critical else Urgency.WARNING,
        f"Answer {counted(len(waiting), 'alert')}",
        f"On {counted(len(systems), 'system')}; {critical or 'none'} of them critical.",
        None,
        url_for("alerts.overview", mine=1 if systems <= who.seats.keys() else None),
        "Show them",
        min(alert.opened_at for alert, _ in waiting),
    )


def alert_taken_back(alert: Alert, system: System) -> Task:
    """An alert this person was told of, which only a wrong reading had raised."""
    return Task(
        Urgency.DUE,
        f"Taken back: the alert on {system.name}",
        f"The reading behind it was corrected. It had said: {alert.says} Nothing is left to answer.",
        None,
        url_for("alerts.show", number=alert.id),
        "Read it",
        alert.resolved_at,
        "alerts that were taken back",
    )


def confirm_again(asked: Asked) -> Task:
    """A system of theirs that has to be confirmed again."""
    late = asked.due.is_overdue
    return Task(
        Urgency.OVERDUE if late else Urgency.DUE,
        f"Confirm that {asked.system.name} is still yours and its record still true",
        f"You said so last on {day(asked.last.date())}.",
        end_of(asked.due.on),
        url_for("ownership.system", key=asked.system.key, _anchor="confirm"),
        "Look and confirm",
        asked.due.on if late else None,
        "systems to confirm again",
    )


def look_after(asked: Asked, *, as_head: bool) -> Task:
    """A system whose owner has not confirmed it for so long that this person is told."""
    role = "the head of its unit" if as_head else "its deputy"
    return Task(
        Urgency.ESCALATED,
        f"Ask {asked.person.name} about {asked.system.name}",
        f"They have not said again that it is theirs and its record true. You are told as {role}.",
        end_of(asked.due.on),
        url_for("ownership.system", key=asked.system.key, _anchor="confirm"),
        "Look at it",
        asked.due.on,
        "owners to ask",
    )


def reconsider(system: System, waiting: Sequence[Told]) -> Task:
    """A system of theirs that a change elsewhere has touched, once or several times."""
    more = f" And {counted(len(waiting) - 1, 'more thing')}." if len(waiting) > 1 else ""
    return Task(
        Urgency.RECONSIDER,
        f"Look at {system.name} again",
        f"{waiting[0].says}{more}",
        None,
        url_for("dependencies.system", key=system.key, _anchor="reconsider"),
        "Read and settle",
        waiting[0].asked.since,
        "systems to look at again",
    )


def reconsider_more(count: int, person_id: int | None) -> Task:
    """Systems of theirs that changes have touched, beyond those that have a line each."""
    return Task(
        Urgency.RECONSIDER,
        f"{counted(count, 'more system')} to look at again",
        "They come up here, the longest waiting first, as you settle those above.",
        None,
        url_for("systems.register_page", owner=person_id),
        "Show your systems",
    )


def confirm(system: System, since: datetime) -> Task:
    """A system that was put in their name."""
    return Task(
        Urgency.CONFIRM,
        f"Confirm that {system.name} is yours",
        f"{system.key} was put in your name by somebody else.",
        None,
        url_for("ownership.system", key=system.key),
        "Confirm or hand over",
        since,
    )


def confirm_many(count: int, person_id: int | None) -> Task:
    """Many systems that were put in their name, in one line: the register shows them and hands over those one ticks."""
    return Task(
        Urgency.CONFIRM,
        f"Confirm or hand over {counted(count, 'system')}",
        "They were put in your name by somebody else. Those you tick in the register are handed over together.",
        None,
        url_for("systems.register_page", owner=person_id, owner_state="to_be_confirmed"),
        "Show them",
    )


def complete(owned: Owned) -> Task:
    """A system of theirs whose record lacks something."""
    system, missing = owned.system, owned.standing.missing
    return Task(
        Urgency.COMPLETE,
        f"Complete the record of {system.name}",
        f"{counted(len(missing), 'thing is', 'things are')} missing, first: {missing[0].says.lower()}.",
        None,
        url_for("systems.show", key=system.key),
        "Show what is missing",
        system.registered_at,
    )


def answer_feedback(waiting: FeedbackWaiting) -> Task:
    """What people said of their systems and nobody has answered yet, in one line."""
    place = waiting.system.name if waiting.system else counted(waiting.systems, "system")
    address = (
        url_for("feedback.system", key=waiting.system.key, state="waiting")
        if waiting.system
        else url_for("feedback.inbox", state="waiting")
    )
    return Task(
        Urgency.DUE,
        f"Answer {counted(waiting.count, 'piece', 'pieces')} of feedback on {place}",
        "People said so and wait for an answer.",
        None,
        address,
        "Read and answer",
        waiting.since,
    )


def complete_many(count: int) -> Task:
    """Many systems of theirs whose records lack something, in one line: the desk lists how much each of them states."""
    return Task(
        Urgency.COMPLETE,
        f"Complete {counted(count, 'record')}",
        "The list below says how much each of them states; the page of a system says what is missing.",
        None,
        url_for("portfolio.desk", _anchor="owned"),
        "Show them",
    )


_TOLD = "Nobody has answered it yet, so you are told."

"""The lines of the desk: for each thing that needs somebody, what to do, why, until when, and where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import url_for

from registry.feedback.queries import Waiting as FeedbackWaiting
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.text import counted
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import Severity
from registry.ownership.rules import KIND_SAID, GapKind, HandoverState, end_of
from registry.packs.queries import alerts_on
from registry.people.models import Person
from registry.people.rules import HeadFinding, HeadGap
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


def confirm(system: System) -> Task:
    """A system that was put in their name."""
    return Task(
        Urgency.CONFIRM,
        f"Confirm that {system.name} is yours",
        f"{system.key} was put in your name by somebody else.",
        None,
        url_for("ownership.system", key=system.key),
        "Confirm or hand over",
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
        f"The oldest has waited since {day(waiting.since.date())}.",
        None,
        address,
        "Read and answer",
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


def find_owner(system: System, person: Person) -> Task:
    """A system whose owner has left."""
    return Task(
        Urgency.GAP,
        f"Find an owner for {system.name}",
        f"{person.name}, who answered for {system.key}, has left.",
        None,
        url_for("ownership.system", key=system.key),
        "Hand it over",
    )


def head_units(leaving: Sequence[HeadFinding], *, names_heads: bool) -> list[Task]:
    """Units whose head has left or leaves soon: for whoever names another, or for the head of a unit above; many in one line."""
    if len(leaving) > _FEW_HEADS:
        address = url_for("ownership.findings", mine=None if names_heads else 1, kind=[*HeadGap])
        return [
            Task(
                Urgency.GAP,
                f"{len(leaving)} units need another head",
                "Their heads have left or leave soon." + ("" if names_heads else _AS_HEAD_ABOVE),
                None,
                address,
                "Show them",
            )
        ]
    return [_head_of(each, names_heads=names_heads) for each in leaving]


def _head_of(finding: HeadFinding, *, names_heads: bool) -> Task:
    here = "people.unit_edit_form" if names_heads else "people.unit"
    return Task(
        Urgency.GAP,
        f"Find another head for {finding.unit_name}",
        finding.says if names_heads else finding.says + _AS_HEAD_ABOVE,
        None,
        url_for(here, number=finding.unit_id, _anchor="head_id" if names_heads else None),
        "Name another head" if names_heads else "Show the unit",
    )


def in_units(counts: Mapping[tuple[GapKind, Seat], int]) -> list[Task]:
    """What is to mend in the units somebody heads, one line per kind."""
    kinds: Counter[GapKind] = Counter()
    for (kind, _), count in counts.items():
        kinds[kind] += count
    return [
        Task(
            Urgency.UNITS,
            f"{KIND_SAID[kind]}: {counted(kinds[kind], 'finding')} in your units",
            _WHY[kind],
            None,
            url_for("ownership.findings", mine=1, kind=kind.value),
            "Show them",
        )
        for kind in GapKind
        if kinds[kind]
    ]


_FEW_HEADS = 3
_TOLD = "Nobody has answered it yet, so you are told."
_AS_HEAD_ABOVE = " You are told as head of a unit above; an administrator names the next one."

_WHY = {
    GapKind.OWNER_LEFT: "Nobody who is here answers for these systems.",
    GapKind.OWNER_UNCONFIRMED: "Their owners were named by somebody else and have not said that it is theirs.",
    GapKind.CONFIRMATION_OVERDUE: "Their owners have not said again that they answer for them.",
    GapKind.NO_DEPUTY: "Nobody acts for the owner when the owner is away.",
    GapKind.HOLDER_LEFT: "Somebody named to answer for a part of them is not here any more.",
    GapKind.EMPTY_TEAM: "A team named to answer for a part of them has nobody in it.",
}

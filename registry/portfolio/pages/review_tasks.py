"""The lines of the desk about reviews: to submit, to decide, to attest, to sign, to mend; what is stale or about to end."""

from datetime import date

from flask import url_for

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.text import counted, shortened
from registry.ownership.rules import end_of
from registry.portfolio.rules import Task, Urgency
from registry.reviews.models.reviews import Finding, Review, ReviewCondition
from registry.reviews.models.words import SignOff, Waiver
from registry.reviews.queries.due import Waiting, waiting_for
from registry.reviews.rules.cadence import Standing
from registry.reviews.rules.content import FieldChange, named
from registry.reviews.rules.kinds import Signed, State
from registry.systems.models import System
from registry.web.flask_app import session
from registry.web.viewkit import day

_FEW = 5


def of_reviews(who: Actor) -> list[Task]:
    """Everything of reviews that waits for somebody; many of one kind are a line together."""
    found = waiting_for(session(), who, clock.today())
    return [
        *_some([submit(*each) for each in found.to_submit], "reviews to submit", place="owner"),
        *_some([decide(*each) for each in found.to_decide], "reviews to decide", place="mine"),
        *_some([ask_owner(*each) for each in found.told_of], "reviews nobody submitted", place="owner"),
        *(mend(*each) for each in found.findings),
        *(meet(*each) for each in found.conditions),
        *(sign(*each) for each in found.to_sign),
        *_some([attest(*each) for each in found.to_attest], "systems to attest to"),
        *_some([submit_anew(*each) for each in found.stale], "approvals that no longer fit"),
        *(waiver_ends(*each) for each in found.waivers_ending),
        *take(found),
    ]


def _some(tasks: list[Task], what: str, place: str = "") -> list[Task]:
    """The tasks, or many of them in one line that leads to the queue."""
    if len(tasks) <= _FEW:
        return tasks
    first = min(tasks, key=lambda task: (task.urgency, task.until is None, task.until))
    url, said = url_for("reviews.queue", place=place or None), f"{len(tasks)} {what}"
    return [Task(first.urgency, said, f"The first: {first.what}.", first.until, url, "Show them")]


def _late(due: date | None) -> Urgency:
    return Urgency.OVERDUE if due is not None and due < clock.today() else Urgency.DUE


def submit(review: Review, system: System) -> Task:
    """A review that waits for this person's submission."""
    why = (
        "The reviewer asks for changes."
        if review.state is State.RETURNED
        else f"A {review.kind.value} review is wanted. Reviewers decide on the record as you submit it."
    )
    return Task(
        Urgency.RETURNED if review.state is State.RETURNED else _late(review.due_on),
        f"Submit {system.name} to review",
        f"{review.key}. {why}",
        end_of(review.due_on) if review.due_on else None,
        url_for("reviews.show", number=review.id),
        "Read and submit",
        review.opened_at,
    )


def decide(review: Review, system: System) -> Task:
    """A review this person has."""
    return Task(
        _late(review.due_on),
        f"Decide the review of {system.name}",
        f"{review.key}, {review.kind.value}. You have it.",
        end_of(review.due_on) if review.due_on else None,
        url_for("reviews.show", number=review.id),
        "Go on with it",
        review.opened_at,
    )


def ask_owner(review: Review, system: System) -> Task:
    """A review nobody submitted in time, told to whoever heads the unit."""
    return Task(
        Urgency.ESCALATED,
        f"Ask for the review of {system.name}",
        f"{review.key} is overdue and nobody has submitted it, so you are told.",
        end_of(review.due_on) if review.due_on else None,
        url_for("reviews.show", number=review.id),
        "Look at it",
        review.due_on,
    )


def mend(finding: Finding, system: System) -> Task:
    """A finding this person mends."""
    return Task(
        _late(finding.due_on),
        f"Mend: {shortened(finding.title, 160)}",
        f"A finding of {finding.severity.value} severity on {system.name}.",
        end_of(finding.due_on),
        url_for("reviews.show", number=finding.review_id, _anchor="findings"),
        "Say that it is done",
        finding.found_at,
        "findings to mend",
    )


def meet(condition: ReviewCondition, system: System) -> Task:
    """A condition of an approval that is near or overdue."""
    return Task(
        _late(condition.due_on),
        f"Meet the condition: {shortened(condition.text, 160)}",
        f"The approval of {system.name} stands under it; a reviewer says that it is met.",
        end_of(condition.due_on),
        url_for("reviews.show", number=condition.review_id, _anchor="conditions"),
        "Look at it",
        None,
        "conditions to meet",
    )


def sign(sheet: SignOff, system: System, seat: Signed) -> Task:
    """A sheet with a seat of this person."""
    return Task(
        Urgency.ANSWER,
        f"Sign {system.name} for the {seat.value} seat",
        f"{sheet.key} waits for you.",
        None,
        url_for("reviews.sign", number=sheet.id),
        "Read and sign",
        sheet.opened_at,
        "sheets to sign",
    )


def attest(system: System, standing: Standing, until: date | None) -> Task:
    """An attestation that was never given, no longer fits, has lapsed or soon will."""
    why = {
        Standing.NEVER: "You have not stated yet that you know it and answer for it.",
        Standing.STALE: "What you stated no longer fits the record.",
        Standing.LAPSED: "What you stated has lapsed.",
        Standing.DUE: "What you stated soon lapses.",
    }[standing]
    return Task(
        Urgency.DUE if standing is Standing.DUE else Urgency.CONFIRM,
        f"Attest to {system.name}",
        why,
        # What no longer fits is due now, however long it would have held.
        end_of(until) if until and standing is not Standing.STALE else None,
        url_for("reviews.attest", key=system.key),
        "Read and attest",
    )


def submit_anew(system: System, changes: list[FieldChange]) -> Task:
    """An approval that the record has moved away from."""
    return Task(
        Urgency.WARNING,
        f"Submit {system.name} to review again",
        f"Changed since it was approved: {named(changes)}.",
        None,
        url_for("reviews.compliance", key=system.key),
        "Look at it",
    )


def waiver_ends(waiver: Waiver, system: System) -> Task:
    """A waiver that is about to be over."""
    return Task(
        Urgency.DUE,
        f"A waiver of {system.name} ends on {day(waiver.until)}",
        f"{waiver.key}: {shortened(waiver.subject_said or waiver.subject, 160)}. Meet it by then, or ask again.",
        end_of(waiver.until),
        url_for("reviews.compliance", key=system.key, _anchor="waivers"),
        "Look at it",
        waiver.decided_at,
        "waivers that end",
    )


def take(found: Waiting) -> list[Task]:
    """Reviews that no reviewer has yet."""
    if not found.unassigned:
        return []
    due = found.unassigned_due
    is_late = due is not None and due < clock.today()
    return [
        Task(
            Urgency.OVERDUE if is_late else Urgency.ANSWER,
            f"Take {counted(found.unassigned, 'review')} that nobody has",
            "Owners wait for a decision.",
            end_of(due) if due else None,
            url_for("reviews.queue", place="unassigned"),
            "Show them",
        )
    ]

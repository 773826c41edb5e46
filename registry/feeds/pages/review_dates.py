"""What of reviews is due from somebody: to submit, decide, mend, meet and state again."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlmodel import Session

from registry.feeds.pages.shared import rests_on
from registry.feeds.rules import AHEAD_DAYS, Due
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.kernel.calendar import day_said
from registry.kernel.text import shortened
from registry.portfolio.queries import unsettled
from registry.reviews.models.reviews import Finding, Review, ReviewCondition
from registry.reviews.models.words import Attestation, Waiver
from registry.reviews.queries.ahead import ahead_for
from registry.reviews.rules.kinds import State
from registry.systems.models import System
from registry.web.addresses import whole_url

_SAID = 160
_REVIEWS = "Reviews"


def of_reviews(session: Session, who: Actor) -> Iterator[Due]:
    """What of reviews is due from them within AHEAD_DAYS or overdue, fifty of a kind at most, in a fixed number of statements."""
    today = clock.today()
    found = ahead_for(session, who, today, AHEAD_DAYS)
    yield from (_review(each, system, each.due_on) for each, system in found.reviews if each.due_on)
    yield from (_finding(*each) for each in found.findings)
    yield from (_condition(*each, "Meet the condition") for each in found.conditions)
    to_call = unsettled.for_reviewer(session, who, today, timedelta(days=AHEAD_DAYS)).conditions
    yield from (_condition(*each, "Say whether it is met") for each in to_call)
    yield from (_waiver(*each) for each in found.waivers)
    yield from (_attestation(*each) for each in found.attestations)
    yield from (_approval(*each) for each in found.approvals)


def _review(review: Review, system: System, due: date) -> Due:
    decides = review.state is State.SUBMITTED
    return Due(
        f"review-{review.id}",
        due,
        f"Decide the review of {system.name}" if decides else f"Submit {system.name} to review",
        f"{review.key}, {review.kind.value}.",
        whole_url("reviews.show", number=review.id),
        _REVIEWS,
        rests_on(review, system),
    )


def _finding(finding: Finding, system: System) -> Due:
    return Due(
        f"finding-{finding.id}",
        finding.due_on,
        f"Mend: {shortened(finding.title, _SAID)}",
        f"A finding of {finding.severity.value} severity on {system.name}.",
        whole_url("reviews.show", number=finding.review_id, _anchor="findings"),
        _REVIEWS,
        rests_on(finding, system),
    )


def _condition(condition: ReviewCondition, system: System, does: str) -> Due:
    return Due(
        f"condition-{condition.id}",
        condition.due_on,
        f"{does}: {shortened(condition.text, _SAID)}",
        f"The approval of {system.name} stands under it.",
        whole_url("reviews.show", number=condition.review_id, _anchor="conditions"),
        _REVIEWS,
        rests_on(condition, system),
    )


def _waiver(waiver: Waiver, system: System) -> Due:
    return Due(
        f"waiver-{waiver.id}",
        waiver.until,
        f"A waiver of {system.name} ends",
        f"{waiver.key}: {shortened(waiver.subject_said or waiver.subject, _SAID)}. Meet it by then, or ask again.",
        whole_url("reviews.compliance", key=system.key, _anchor="waivers"),
        _REVIEWS,
        rests_on(waiver, system),
    )


def _attestation(given: Attestation, system: System, until: date) -> Due:
    return Due(
        f"attestation-{given.id}",
        until,
        f"Attest to {system.name} again",
        f"What was stated on {day_said(given.at.date())} holds up to and with this day.",
        whole_url("reviews.attest", key=system.key),
        _REVIEWS,
        rests_on(given, system),
    )


def _approval(given: date, system: System, until: date) -> Due:
    return Due(
        f"approval-{system.id}-{given:%Y%m%d}",
        until,
        f"Have {system.name} reviewed again",
        f"It was approved on {day_said(given)}, which holds up to and with this day.",
        whole_url("reviews.compliance", key=system.key),
        _REVIEWS,
        rests_on(system),
    )

"""Handing a record to the reviewers and taking it back; findings: noted, resolved, verified."""

from collections.abc import Callable

from flask.typing import ResponseReturnValue
from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.people.queries import people_to_choose
from registry.reviews.actions import findings, submitting
from registry.reviews.forms import AgainForm, FindingForm, NoteForm, SubmitForm
from registry.reviews.models.reviews import Finding, Review
from registry.reviews.pages.shared import (
    BOTH,
    compliance_address,
    held_system,
    pages,
    review_address,
    seen,
    sent,
    step_page,
    to_review,
)
from registry.reviews.queries import reviews as queries
from registry.reviews.queries.knowing import who_may_know
from registry.reviews.queries.rulebook import frameworks_to_choose
from registry.reviews.queries.separating import require_answers, require_has
from registry.reviews.rules.kinds import Kind, State
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_APPROVES = "Reviewers decide on the record exactly as it stands when you submit it."


@pages.route("/systems/<key>/reviews/new", methods=BOTH)
@needs(Permission.REVIEW_SUBMIT)
def submit(key: str) -> ResponseReturnValue:
    system = held_system(key, Permission.REVIEW_SUBMIT)
    approved = queries.newest_approvals(session(), [system.id or 0])
    form = SubmitForm(data=None if sent() else {"kind": Kind.CHANGE if approved else Kind.INITIAL})
    form.packs.offer(frameworks_to_choose(session(), clock.today()))

    def hand_in() -> Review:
        note, packs = form.note.data or "", form.packs.data or ()
        return submitting.submit(session(), actor(), system, form.kind.data, note, packs=packs)

    review = form.carried_out(hand_in)
    if review is not None:
        return to_review(review, f"{review.key} is with the reviewers.")
    return step_page(
        form,
        system=system,
        title="Submit to review",
        label="Submit it as it stands",
        cancel=compliance_address(system),
        lead=_APPROVES,
    )


@pages.route("/reviews/<int:number>/submit", methods=BOTH)
@needs(Permission.REVIEW_SUBMIT)
def submit_again(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    require(actor(), Permission.REVIEW_SUBMIT, system.id)
    form = AgainForm()
    done = form.carried_out(
        lambda: submitting.submit(
            session(), actor(), system, review.kind, form.note.data or "", review=review
        )
    )
    if done is not None:
        return to_review(done, f"{done.key} is with the reviewers, as the record stands now.")
    return step_page(
        form,
        system=system,
        title=f"Submit {review.key}",
        label="Submit it as it stands",
        cancel=review_address(review),
        lead=_APPROVES,
    )


@pages.post("/reviews/<int:number>/withdraw")
@needs(Permission.REVIEW_SUBMIT)
def take_back(number: int) -> ResponseReturnValue:
    review, _ = seen(number)
    submitting.withdraw(session(), actor(), review)
    stays = "is taken back. It stays wanted, by its day." if review.state is State.WANTED else "is withdrawn."
    return to_review(review, f"{review.key} {stays}")


@pages.route("/reviews/<int:number>/findings/new", methods=BOTH)
@needs(Permission.REVIEW_WORK)
def add_finding(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    require_has(session(), actor(), review)
    form = FindingForm()
    knowing = who_may_know(session(), system)
    everybody = people_to_choose(session(), clock.today()).items()
    form.owner_id.offer({key: said for key, said in everybody if knowing is None or key in knowing})
    if form.carried_out(lambda: findings.add_finding(session(), actor(), review, form.facts())):
        return to_review(review, "The finding is noted and stands on its owner's desk.", "findings")
    return step_page(
        form,
        system=system,
        title="Note a finding",
        label="Note it",
        cancel=review_address(review),
        lead="What is wanting, who mends it and until when.",
    )


@pages.route("/findings/<int:number>/resolve", methods=BOTH)
@needs(Permission.FINDING_ANSWER)
def resolve_finding(number: int) -> ResponseReturnValue:
    found, review, system = _finding(number)
    require_answers(session(), actor(), found)
    return _said(found, review, system, "The finding is resolved", "It is resolved", findings.resolve_finding)


@pages.route("/findings/<int:number>/verify", methods=BOTH)
@needs(Permission.REVIEW_WORK)
def verify_finding(number: int) -> ResponseReturnValue:
    found, review, system = _finding(number)
    return _said(found, review, system, "Verify the finding", "It is mended", findings.verify_finding)


@pages.route("/findings/<int:number>/reopen", methods=BOTH)
@needs(Permission.REVIEW_WORK)
def reopen_finding(number: int) -> ResponseReturnValue:
    found, review, system = _finding(number)
    title, label = "The finding is not mended", "It is still wanting"
    return _said(found, review, system, title, label, findings.reopen_finding)


def _finding(number: int) -> tuple[Finding, Review, System]:
    return queries.part_by_number(session(), actor(), Finding, number, lock=sent())


def _said(
    found: Finding,
    review: Review,
    system: System,
    title: str,
    label: str,
    act: Callable[[Session, Actor, Finding, str], Finding],
) -> ResponseReturnValue:
    form = NoteForm()
    if form.carried_out(lambda: act(session(), actor(), found, form.note.data or "")):
        return to_review(review, "Said. Everybody whom it concerns can read it here.", "findings")
    return step_page(
        form,
        system=system,
        title=title,
        label=label,
        cancel=review_address(review),
        lead=found.title,
        paragraphs=[found.detail, found.resolved_note],
    )

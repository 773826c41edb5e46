"""Deciding a review on exactly what was read; saying that a condition is met."""

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict
from registry.reviews.actions import deciding as actions
from registry.reviews.forms import DecideForm, NoteForm
from registry.reviews.models.reviews import Review, ReviewCondition, ReviewSubmission
from registry.reviews.pages.shared import (
    BOTH,
    pages,
    review_address,
    seen,
    sent,
    step_page,
    to_review,
)
from registry.reviews.queries import reviews as queries
from registry.reviews.queries.checking import checked as checked_so_far
from registry.reviews.queries.checking import require_newest
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.queries.separating import require_apart, require_has
from registry.systems.models import System
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.route("/reviews/<int:number>/decide", methods=BOTH)
@needs(Permission.REVIEW_DECIDE)
@keeps_refusals
def decide(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    require_has(session(), actor(), review)
    handed_in = queries.newest_submission(session(), number)
    read = handed_in.content_sha256 if handed_in else ""
    form = DecideForm(data=None if sent() else {"content_sha256": read})
    try:
        if handed_in and "read" in request.args:
            require_newest(session(), handed_in, request.args["read"])
        done = bound(
            form,
            lambda at: actions.decide(session(), actor(), review, system, form.facts(), confirmed_at=at),
        )
    except Conflict as refused:
        return _changed(review, system, refused)
    if done is not None:
        return to_review(review, f"{review.key} is decided: {review.state.said}.")
    return _decision_page(review, system, handed_in, form)


def _decision_page(
    review: Review, system: System, handed_in: ReviewSubmission | None, form: DecideForm
) -> ResponseReturnValue:
    """The form, below what it binds to and what stands in the way of a plain approval."""
    checked = checked_so_far(session(), review, questions_of(session(), review.packs))
    rejection = queries.rejection_of(session(), review, handed_in.content_sha256) if handed_in else None
    return shown(
        "reviews/decide.html",
        form,
        review=review,
        system=system,
        checked=checked,
        content=queries.content_submitted(handed_in) if handed_in else None,
        rejection=rejection,
        unmet=queries.unmet_of(session(), system.id or 0),
    )


def _changed(review: Review, system: System, refused: Conflict) -> ResponseReturnValue:
    """Nothing was decided: what the record said when it was submitted, beside what it says now."""
    page = render_template(
        "reviews/changed.html",
        system=system,
        refused=refused,
        back=review_address(review),
        what=review.key,
        is_known=True,
    )
    return make_response(page, 409)


@pages.route("/review-conditions/<int:number>/met", methods=BOTH)
@needs(Permission.REVIEW_WORK)
def met(number: int) -> ResponseReturnValue:
    found, review, system = queries.part_by_number(session(), actor(), ReviewCondition, number, lock=sent())
    require_apart(session(), actor(), review.system_id, review.id or 0)
    form = NoteForm()
    if form.carried_out(lambda: actions.meet_condition(session(), actor(), found, form.note.data or "")):
        return to_review(review, "The condition is met.", "conditions")
    return step_page(
        form,
        system=system,
        title="The condition is met",
        label="It is met",
        cancel=review_address(review),
        lead=found.text,
    )

"""One review: what is being decided on the left, the checklist on the right; giving it, choosing frameworks, answering."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry.accounts.queries import staying_holders
from registry.evidence.queries.evidence import names_offered
from registry.kernel import clock
from registry.kernel.actor import Permission, Role, may
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.strict_json import decoded
from registry.people.queries import people_by_id, person_by_id
from registry.reviews.actions.reviewing import Given, assign, frame
from registry.reviews.actions.reviewing import answer as save_answers
from registry.reviews.forms import AssignForm, ChecklistForm, FrameForm
from registry.reviews.models.reviews import Review
from registry.reviews.pages.shared import BOTH, pages, review_address, seen, sent, step_page, to_review
from registry.reviews.queries import reviews as queries
from registry.reviews.queries.checking import answers_of
from registry.reviews.queries.checking import checked as checked_so_far
from registry.reviews.queries.content import content_of
from registry.reviews.queries.rulebook import frameworks_to_choose, questions_of
from registry.reviews.queries.separating import answering_for, conflict_with, involved_in
from registry.reviews.queries.words import names_of, waived_on
from registry.reviews.rules.content import Content, changed
from registry.reviews.rules.decisions import Checked, Question
from registry.reviews.rules.kinds import UNDECIDED, Answer, State
from registry.reviews.rules.separation import conflict_of, require_separation
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_PARTS = ("answer", "note", "shown_by", "read")


@pages.get("/reviews/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    return make_response(_page(review, system, ChecklistForm(formdata=None), {}))


@pages.post("/reviews/<int:number>/answers")
@needs(Permission.REVIEW_WORK)
def answers(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    form, typed = ChecklistForm(), _typed(request.form)
    still_hold = "still_hold" in request.form
    saved = form.carried_out(
        lambda: save_answers(session(), actor(), review, _given(typed), still_hold=still_hold)
    )
    if saved is None:
        return make_response(_page(review, system, form, typed), 422)
    return to_review(review, "Saved.", f"group-{request.form.get('group', '')}"[:40])


@pages.route("/reviews/<int:number>/assign", methods=BOTH)
@needs(Permission.REVIEW_WORK)
def give(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    involved = involved_in(session(), number, review.system_id)
    require_separation(actor(), involved)
    form = AssignForm(data=None if sent() else {"reviewer_id": actor().person_id})
    reviewers = staying_holders(session(), Role.REVIEWER)
    found = people_by_id(session(), {each for each in reviewers if not conflict_of(each, involved)})
    form.reviewer_id.offer(
        {key: each.name for key, each in sorted(found.items(), key=lambda one: one[1].name)}
    )
    if form.carried_out(lambda: _give(review, form.reviewer_id.data)) is not None:
        return to_review(review, "The review is given.")
    return step_page(
        form,
        system=system,
        title=f"Give {review.key} to a reviewer",
        label="Give it",
        cancel=review_address(review),
        lead="Whoever has it answers the checklist and decides.",
    )


def _give(review: Review, person_id: int | None) -> Review:
    if person_id is None:
        raise RuleBroken([Problem("reviewer_id", "Choose a reviewer.")])
    return assign(session(), actor(), review, person_by_id(session(), person_id))


@pages.route("/reviews/<int:number>/frameworks", methods=BOTH)
@needs(Permission.REVIEW_WORK)
def frameworks(number: int) -> ResponseReturnValue:
    review, system = seen(number)
    form = FrameForm(data=None if sent() else {"packs": review.packs})
    form.packs.offer(frameworks_to_choose(session(), clock.today()))
    wanted = form.packs.data or ()
    if form.carried_out(lambda: frame(session(), actor(), review, wanted)) is not None:
        return to_review(review, "The checklist asks for these frameworks now.")
    return step_page(
        form,
        system=system,
        title=f"Frameworks of {review.key}",
        label="Save",
        cancel=review_address(review),
        lead="Answers that were given stay; one answer serves every framework that asks for the same practice.",
    )


def _typed(sent_fields: MultiDict[str, str]) -> dict[str, dict[str, str]]:
    """What was typed, by the key of the question: answer, note and where it is shown."""
    typed: dict[str, dict[str, str]] = {}
    for name, value in sent_fields.items():
        part, _, key = name.partition("-")
        if part in _PARTS and key:
            typed.setdefault(key[:200], {})[part] = value
    return typed


def _given(typed: Mapping[str, Mapping[str, str]]) -> dict[str, Given]:
    given = {}
    for key, parts in typed.items():
        text = parts.get("answer", "")
        if text and text not in set(Answer):
            raise RuleBroken([Problem("", "Choose one of the answers of the list.")])
        said = Answer(text) if text else None
        given[key] = Given(
            said, parts.get("note", ""), parts.get("shown_by", ""), _as_read(parts.get("read"))
        )
    return given


def _as_read(text: str | None) -> tuple[str, str, str] | None:
    """What the page said stood there when it was made; None where it says nothing that could be that."""
    try:
        parts = decoded((text or "").encode("utf-8", "surrogatepass"))
    except RuleBroken:
        return None
    if (
        isinstance(parts, list)
        and len(parts) == len(_PARTS) - 1
        and all(isinstance(each, str) for each in parts)
    ):
        return parts[0], parts[1], parts[2]
    return None


def _page(review: Review, system: System, form: ChecklistForm, typed: Mapping[str, Any]) -> str:
    number = review.id or 0
    handed_in = queries.newest_submission(session(), number)
    then = queries.content_submitted(handed_in) if handed_in else None
    decisions = queries.decisions_of(session(), number)
    checked = checked_so_far(session(), review, questions_of(session(), review.packs))
    named = {review.assigned_to_id, handed_in.submitted_by_id if handed_in else None}
    conditions = queries.conditions_of(session(), number)
    named |= {each.met_by_id for each in conditions}
    works = review.state in UNDECIDED and review.assigned_to_id == actor().person_id
    reviews = may(actor(), Permission.REVIEW_WORK)
    return render_template(
        "reviews/show.html",
        review=review,
        system=system,
        form=form,
        typed=typed,
        handed_in=handed_in,
        rejection=queries.rejection_of(session(), review, handed_in.content_sha256) if handed_in else None,
        content=then,
        checked=checked,
        groups=_groups(checked.questions),
        first_open=_first_open(checked),
        rows=answers_of(session(), number),
        waived=waived_on(session(), system.id or 0, clock.today()),
        answers=list(Answer),
        pieces=names_offered(session(), system.id or 0, clock.today()) if works and reviews else {},
        decisions=decisions,
        findings=queries.findings_of(session(), number),
        conditions=conditions,
        people=names_of(session(), named),
        today=clock.today(),
        reader=actor().person_id,
        answers_for=actor().person_id in answering_for(session(), system.id or 0),
        works=works and reviews,
        reviews=reviews and review.state in UNDECIDED,
        verifies=reviews,
        conflict=conflict_with(session(), review, actor().person_id) if reviews else "",
        submits=may(actor(), Permission.REVIEW_SUBMIT, system.id) and review.state in UNDECIDED,
        decides=works and reviews and review.state is State.SUBMITTED,
        **_differences(review, system, then),
    )


def _differences(review: Review, system: System, then: Content | None) -> dict[str, Any]:
    """What differs between the record as submitted and the last approval in another review, and the record as it is now."""
    number = system.id or 0
    approval = queries.newest_approvals(session(), [number]).get(number)
    if approval and approval[0].review_id == review.id:
        approval = None
    before = queries.content_submitted(approval[1]) if approval else None
    return {
        "approval": approval[0] if approval else None,
        "since_approval": changed(before, then) if before and then else [],
        "since_submitted": changed(then, content_of(session(), system)) if then else [],
    }


def _first_open(checked: Checked) -> str:
    """The first group with a question that wants an answer or another look, "" where there is none."""
    open_ones = {each.key for each in (*checked.unanswered, *checked.outdated)}
    return next((each.group or "Controls" for each in checked.questions if each.key in open_ones), "")


def _groups(questions: Sequence[Question]) -> list[tuple[str, list[Question]]]:
    found: dict[str, list[Question]] = {}
    for each in questions:
        found.setdefault(each.group or "Controls", []).append(each)
    return list(found.items())

"""The hand-overs that wait for the reader: several accepted or declined at once, each by the answer it has alone."""

from collections.abc import Sequence

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import counted
from registry.ownership import actions as ownership
from registry.ownership.queries import handover_by_id
from registry.portfolio import queries
from registry.portfolio.forms import AnswerForm
from registry.portfolio.pages.desk import pages
from registry.portfolio.queries import Waiting
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.get("/handovers")
@needs(Permission.HANDOVER_ANSWER)
def offers() -> ResponseReturnValue:
    # None is ticked beforehand: to answer for a system is a decision of its own, also among forty.
    return _offers_page(AnswerForm(formdata=None), set())


def _waiting() -> list[Waiting]:
    return queries.waiting_for(session(), actor().person_id or 0)


def _offers_page(form: AnswerForm, ticked: set[int]) -> Response:
    return shown("portfolio/offers.html", form, waiting=_waiting(), ticked=ticked)


@pages.post("/handovers")
@needs(Permission.HANDOVER_ANSWER)
def answer_offers() -> ResponseReturnValue:
    form = AnswerForm()
    chosen = {number for number in form.offer.data or () if number > 0}
    declines = request.form.get("decision") == "decline"
    answered = form.carried_out(lambda: _answered(chosen, form.answer.data or "", declines=declines))
    if answered is None:
        return _offers_page(form, chosen)
    done, refused = answered
    if done:
        said = (
            "declined. The owners read your reason."
            if declines
            else "accepted. You answer for them from now on."
        )
        flash(f"{counted(done, 'hand-over')} {said}", "good")
    for line in refused:
        flash(line, "warn")
    return redirect(url_for("portfolio.offers" if _waiting() else "portfolio.desk"), 303)


def _answered(chosen: set[int], note: str, *, declines: bool) -> tuple[int, Sequence[str]]:
    """How many were answered, and why others could not be. Raises RuleBroken when none could."""
    waiting = {waiting.handover.id: waiting for waiting in _waiting()}
    ours = sorted(number for number in chosen if number in waiting)
    if not ours:
        raise RuleBroken([Problem("", "Tick at least one offer that waits for you.")])
    refused: dict[str, tuple[Problem, ...]] = {}
    for number in ours:
        # Locked one by one in the order of numbers; the action refuses before it writes.
        offer = handover_by_id(session(), number, lock=True)
        try:
            if declines:
                ownership.decline_handover(session(), actor(), offer, note)
            else:
                ownership.accept_handover(session(), actor(), offer)
        except RuleBroken as broken:
            refused[waiting[number].system.key] = broken.problems
    if len(refused) == len(ours):
        raise RuleBroken(
            list(dict.fromkeys(problem for problems in refused.values() for problem in problems))
        )
    lines = [f"{key}: {problem.message}" for key, problems in refused.items() for problem in problems]
    if gone := len(chosen) - len(ours):
        # Not which: what has run out or was taken back is no reason any more to know of a system.
        lines.append(f"{counted(gone, 'offer')} you ticked can no longer be answered. Nothing changed there.")
    return len(ours) - len(refused), lines

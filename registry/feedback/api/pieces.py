"""What people said of a system, page by page and one by one; passing on what they said, one or many at a time."""

from flask import Blueprint, Response, request, url_for

from registry.feedback import actions, queries
from registry.feedback.models import Feedback
from registry.feedback.queries import Line, Narrowing
from registry.feedback.rules.feedback import Door
from registry.feedback.rules.triage import State
from registry.feedback.schemas import (
    BatchIn,
    FeedbackIn,
    FeedbackOut,
    FeedbackReceipt,
    FeedbackWhole,
    line_said,
    receipt,
    whole_said,
)
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.strict_json import decoded
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("feedback_api", __name__)


@api.get("/systems/<key>/feedback")
@needs(Permission.SYSTEM_READ)
@described(Page[FeedbackOut], *PAGED, Asked("state", "Only this state; spam is told only so.", words=State))
def feedback(key: str) -> Response:
    """A page of a system's feedback, newest first; spam only for who asks for that state."""
    system = systems.by_key(session(), actor(), key)
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.feedback_page(
        session(),
        system.id or 0,
        Narrowing(state=_state()),
        before=before[0] if before else None,
        limit=limit,
    )
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [line_said(each) for each in page.items], "next": following})


def _state() -> State | None:
    text = request.args.get("state", "")
    if text and text not in set(State):
        raise RuleBroken([Problem("state", f"Give one of {', '.join(State)}.")])
    return State(text) if text else None


@api.post("/systems/<key>/feedback")
@needs(Permission.FEEDBACK_SEND)
@described(
    FeedbackReceipt,
    status=(200, 201),
    body=FeedbackIn | BatchIn,
    example={"rating": 2, "category": "wrong", "comment": "The total is off by ten.", "key": "ticket-81"},
)
def send(key: str) -> Response:
    """Pass on one piece of feedback, or up to 1,000 as {"feedback": [...]}; 200 when all of it came before, else 201."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.FEEDBACK_SEND, system.id)
    alone = not _is_batch()
    sent = [jsonkit.parsed(FeedbackIn)] if alone else jsonkit.parsed(BatchIn).feedback
    incoming = [each.incoming() for each in sent]
    received = actions.receive(session(), actor(), system.id or 0, Door.TOKEN, incoming, alone=alone)
    answers = [
        url_for("feedback.answer", code=each.code, _external=True) if each.code else None for each in received
    ]
    said = receipt(received, answers)
    return jsonkit.reply(said, 201 if said["received"] else 200)


def _is_batch() -> bool:
    body = decoded(request.get_data()) if request.mimetype == "application/json" else None
    return isinstance(body, dict) and "feedback" in body


@api.get("/systems/<key>/feedback/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(FeedbackWhole)
def one(key: str, number: int) -> Response:
    """One piece of feedback with what became of it and every answer. Whoever gave it is not told."""
    system = systems.by_key(session(), actor(), key)
    return told(queries.feedback_by_id(session(), system.id or 0, number))


def held(key: str) -> System:
    """The system, locked, for whoever may sort and answer its feedback."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.FEEDBACK_ANSWER, system.id)
    return system


def told(found: Feedback) -> Response:
    """One piece of feedback as it stands now."""
    session().flush()
    theme = queries.theme_of(session(), found)
    number = found.escalated_to_id or 0
    owner = people.people_by_id(session(), {number}).get(number) if number else None
    answers = queries.replies_to(session(), found.id or 0)
    return jsonkit.reply(whole_said(Line(found, theme.name if theme else None), theme, owner, answers))

"""Sorting feedback: its theme, the known limitation it is about, whether it is spam; closing it; putting it before the owner."""

from flask import Response

from registry.feedback import actions, queries
from registry.feedback.api.pieces import api, held, told
from registry.feedback.models import Feedback, KnownLimitation
from registry.feedback.schemas import DismissIn, EscalateIn, FeedbackWhole, SpamIn, ThemedIn, UnderIn
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.web import jsonkit
from registry.web.describing import described
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@api.post("/systems/<key>/feedback/<int:number>/theme")
@needs(Permission.FEEDBACK_ANSWER)
@described(FeedbackWhole, body=ThemedIn, example={"theme": "Slow at night"})
def put_under(key: str, number: int) -> Response:
    """Put it under the theme of this name, which is added where the system has none such; "" takes it out."""
    found = _piece(key, number)
    name = jsonkit.parsed(ThemedIn).theme
    try:
        actions.put_under(session(), actor(), found, name)
    except RuleBroken as refused:
        # A theme that is added has a name; what is sent is the theme.
        raise RuleBroken([Problem("theme", each.message) for each in refused.problems]) from refused
    return told(found)


@api.post("/systems/<key>/feedback/<int:number>/limitation")
@needs(Permission.FEEDBACK_ANSWER)
@described(FeedbackWhole, body=UnderIn, example={"limitation_id": 3})
def link(key: str, number: int) -> Response:
    """Say that it is about something the system is known not to do well: one that is written down, or a new one in words."""
    found = _piece(key, number)
    limitation = _limitation(found.system_id, jsonkit.parsed(UnderIn))
    return told(actions.link_limitation(session(), actor(), found, limitation))


@api.post("/systems/<key>/feedback/<int:number>/escalate")
@needs(Permission.FEEDBACK_ANSWER)
@described(
    FeedbackWhole, body=EscalateIn, example={"needed": "Three people were refused for the same reason."}
)
def escalate(key: str, number: int) -> Response:
    """Put it before whoever answers for the system now, with what they have to decide or know."""
    found = _piece(key, number)
    return told(actions.escalate(session(), actor(), found, jsonkit.parsed(EscalateIn).needed))


@api.post("/systems/<key>/feedback/<int:number>/dismiss")
@needs(Permission.FEEDBACK_ANSWER)
@described(FeedbackWhole, body=DismissIn, example={"because": "It is about another system."})
def dismiss(key: str, number: int) -> Response:
    """Close it where nothing follows from it, with the reason. Whoever gave it does not read that."""
    found = _piece(key, number)
    return told(actions.dismiss(session(), actor(), found, jsonkit.parsed(DismissIn).because))


@api.post("/systems/<key>/feedback/<int:number>/spam")
@needs(Permission.FEEDBACK_ANSWER)
@described(FeedbackWhole, body=SpamIn, example={"is_spam": False})
def judge_spam(key: str, number: int) -> Response:
    """Say that it is spam, or that it is none and is to be read like the rest."""
    found = _piece(key, number)
    return told(actions.judge_spam(session(), actor(), found, is_spam=jsonkit.parsed(SpamIn).is_spam))


def _piece(key: str, number: int) -> Feedback:
    return queries.feedback_by_id(session(), held(key).id or 0, number, lock=True)


def _limitation(system_id: int, sent: UnderIn) -> KnownLimitation:
    if sent.limitation_id is None:
        return actions.add_limitation(session(), actor(), system_id, sent.limitation)
    if sent.limitation:
        says = "Give the number of a limitation that is written down, or a new one in words, not both."
        raise RuleBroken([Problem("limitation", says)])
    try:
        return queries.limitation_by_id(session(), system_id, sent.limitation_id, lock=True)
    except NotFound as none:
        says = "This system has no known limitation of this number."
        raise RuleBroken([Problem("limitation_id", says)]) from none

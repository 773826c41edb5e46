"""Answer feedback, close it, tell the owner, tie it to a known limitation, say what is spam."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.feedback.models import Feedback, KnownLimitation, Reply
from registry.feedback.rules import triage as rules
from registry.feedback.rules.feedback import tidy
from registry.feedback.rules.triage import State
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event
from registry.ownership.queries import owners_of


def answer(session: Session, actor: Actor, feedback: Feedback, text: str) -> Reply:
    """Write an answer that whoever sent the feedback reads by their code. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, feedback.system_id)
    text = tidy(text)
    refuse_if(rules.problems_with_reply(text, feedback.state))
    reply = Reply(feedback_id=feedback.id or 0, text=text, by_id=actor.person_id, at=clock.now())
    session.add(reply)
    feedback.state = rules.after_reply(feedback.state)
    record(session, actor, Event.FEEDBACK_ANSWERED, feedback, system_id=feedback.system_id)
    return reply


def dismiss(session: Session, actor: Actor, feedback: Feedback, because: str) -> Feedback:
    """Close feedback from which nothing follows, with the reason. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, feedback.system_id)
    because = tidy(because)
    refuse_if(rules.problems_with_dismissal(because, feedback.state))
    feedback.state, feedback.because = State.DISMISSED, because
    record(session, actor, Event.FEEDBACK_DISMISSED, feedback, system_id=feedback.system_id)
    return feedback


def escalate(session: Session, actor: Actor, feedback: Feedback, needed: str) -> Feedback:
    """Put feedback before whoever answers for the system now, with what they have to know. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, feedback.system_id)
    needed = tidy(needed)
    held = owners_of(session, [feedback.system_id]).get(feedback.system_id)
    owner_id = held.assignment.person_id if held else None
    refuse_if(rules.problems_with_escalation(needed, feedback.state, has_owner=owner_id is not None))
    feedback.state, feedback.because, feedback.escalated_to_id = State.ESCALATED, needed, owner_id
    record(session, actor, Event.FEEDBACK_ESCALATED, feedback, system_id=feedback.system_id)
    return feedback


def link_limitation(
    session: Session, actor: Actor, feedback: Feedback, limitation: KnownLimitation
) -> Feedback:
    """Say that the feedback is about something the system is known not to do well. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, feedback.system_id)
    if limitation.system_id != feedback.system_id or limitation.ended is not None:
        refuse_if([Problem("limitation_id", "Choose a limitation of this system that has not ended.")])
    if feedback.limitation_id == limitation.id:
        refuse_if([Problem("limitation_id", "It stands under this limitation already.")])
    feedback.limitation_id, feedback.state = limitation.id, State.KNOWN_LIMITATION
    record(session, actor, Event.FEEDBACK_LINKED, feedback, system_id=feedback.system_id)
    return feedback


def judge_spam(session: Session, actor: Actor, feedback: Feedback, *, is_spam: bool) -> Feedback:
    """Say that something is spam, or that it is none and is to be read like the rest. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, feedback.system_id)
    refuse_if(
        rules.problems_with_ruling(feedback.state, is_spam=is_spam, looks_like_spam=feedback.looks_like_spam)
    )
    if is_spam:
        feedback.state = State.SPAM
    elif feedback.state is State.SPAM:
        feedback.state = State.NEW
    feedback.looks_like_spam = is_spam
    record(session, actor, Event.FEEDBACK_JUDGED, feedback, system_id=feedback.system_id)
    return feedback

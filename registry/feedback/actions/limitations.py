"""Say what a system is known not to do well; say that it is over."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.feedback.models import KnownLimitation
from registry.feedback.rules.feedback import tidy
from registry.feedback.rules.triage import problems_with_limitation
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event


def add_limitation(session: Session, actor: Actor, system_id: int, text: str) -> KnownLimitation:
    """Write down, from today, what the system does not do well. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, system_id)
    text = tidy(text)
    refuse_if(problems_with_limitation(text))
    limitation = KnownLimitation(system_id=system_id, text=text, since=clock.today())
    session.add(limitation)
    session.flush()
    record(session, actor, Event.LIMITATION_ADDED, limitation, system_id=system_id)
    return limitation


def end_limitation(session: Session, actor: Actor, limitation: KnownLimitation) -> KnownLimitation:
    """Say that the limitation is over as of today; feedback under it stays there. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, limitation.system_id)
    if limitation.ended is not None:
        refuse_if([Problem("", "This limitation has ended already.")])
    limitation.ended = clock.today()
    record(session, actor, Event.LIMITATION_ENDED, limitation, system_id=limitation.system_id)
    return limitation

"""Set a corrective action, change it, say that it is done, verify it, reopen it, drop it; tell somebody above."""

from datetime import date

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries.corrective import deed_of
from registry.incidents.queries.visibility import could_see, desk_of, touched_by
from registry.incidents.rules import corrective as rules
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import ActionState, EntryKind
from registry.incidents.rules.moves import final_problems
from registry.incidents.rules.record import tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may, require
from registry.kernel.errors import Conflict, Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.people.models import Person
from registry.people.queries import is_active_person

NOT_YOURS = "Only its owner, or somebody who works on the incident, may say that it is done."


def set_action(session: Session, actor: Actor, incident: Incident, facts: ActionFacts) -> CorrectiveAction:
    """Set what is to be done by somebody until a day, so that it does not happen again. Raises RuleBroken.

    The caller holds the incident, so that it is not closed meanwhile.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    facts = rules.tidy(facts)
    refuse_if(final_problems(incident.status) or _problems(session, facts, incident))
    action = CorrectiveAction(
        system_id=facts.system_id or incident.system_id,
        incident_id=incident.id,
        title=facts.title,
        detail=facts.detail,
        owner_id=facts.owner_id or 0,
        due_on=facts.due_on or clock.today(),
        set_at=clock.now(),
        set_by_id=actor.person_id,
    )
    session.add(action)
    said = rules.set_said(action.title, _name(session, action.owner_id), action.due_on)
    tell(session, incident, EntryKind.ACTION, said, actor.person_id)
    record(session, actor, Event.CORRECTIVE_ACTION_SET, action, system_id=incident.system_id)
    return action


def edit_action(
    session: Session,
    actor: Actor,
    action: CorrectiveAction,
    facts: ActionFacts,
    *,
    because: str = "",
    version: int | None = None,
) -> CorrectiveAction:
    """Change what is to be done, by whom or until when; another due day takes a reason.

    `version` is the revision the editor had before them, None where they hold the row. Raises RuleBroken or Conflict.
    """
    require(actor, Permission.INCIDENT_WORK, _desk(session, actor, action))
    facts, because, incident = rules.tidy(facts), tidied(because), _incident_of(session, action)
    refuse_if(
        rules.problems_with_editing(deed_of(action)) or _problems(session, facts, incident, action, because)
    )
    if version not in {None, action.version}:
        raise Conflict("Somebody else changed this action while you were editing.", action.version)
    owner_id, due_on = facts.owner_id or action.owner_id, facts.due_on or action.due_on
    said = rules.edited_said(
        facts.title,
        owner=_name(session, owner_id) if owner_id != action.owner_id else None,
        due_on=due_on if due_on != action.due_on else None,
        because=because,
    )
    action.title, action.detail, action.owner_id = facts.title, facts.detail, owner_id
    action.due_on, action.system_id = due_on, facts.system_id or action.system_id
    action.because = because or action.because
    _tell(session, action, said, actor)
    record(session, actor, Event.CORRECTIVE_ACTION_EDITED, action, system_id=_shown_at(session, action))
    return action


def done(session: Session, actor: Actor, action: CorrectiveAction, note: str) -> CorrectiveAction:
    """Say that it is done, and what was done. For its owner and those who work on the incident.

    Raises Forbidden for others, and RuleBroken.
    """
    require(actor, Permission.ACTION_ANSWER, action.system_id)
    if actor.person_id != action.owner_id and not may(
        actor, Permission.INCIDENT_WORK, _desk(session, actor, action)
    ):
        raise Forbidden(NOT_YOURS)
    note = tidied(note)
    refuse_if(rules.problems_with_done(deed_of(action), note))
    action.state, action.done_note = ActionState.DONE, note
    action.done_at, action.done_by_id = clock.now(), actor.person_id
    _tell(session, action, rules.step_said("done", action.title, note), actor)
    record(session, actor, Event.CORRECTIVE_ACTION_DONE, action, system_id=_shown_at(session, action))
    return action


def verify(session: Session, actor: Actor, action: CorrectiveAction, note: str) -> CorrectiveAction:
    """Agree that what was done holds, and say how that was seen.

    Raises Forbidden for its owner and for whoever said that it is done, and RuleBroken.
    """
    require(actor, Permission.INCIDENT_WORK, _desk(session, actor, action))
    note, deed = tidied(note), deed_of(action)
    objection = rules.objection_to_verifier(deed, actor.person_id)
    if objection and deed.state is ActionState.DONE:
        raise Forbidden(objection)
    refuse_if(rules.problems_with_verifying(deed, note))
    action.state, action.verified_note = ActionState.VERIFIED, note
    action.verified_at, action.verified_by_id = clock.now(), actor.person_id
    _tell(session, action, rules.step_said("verified", action.title, note), actor)
    record(session, actor, Event.CORRECTIVE_ACTION_VERIFIED, action, system_id=_shown_at(session, action))
    return action


def reopen(
    session: Session, actor: Actor, action: CorrectiveAction, because: str, due_on: date | None = None
) -> CorrectiveAction:
    """Say that it has to be done after all, with the reason, by another day where one is given. Raises RuleBroken.

    Who had done and verified it stays in the timeline and the ledger.
    """
    require(actor, Permission.INCIDENT_WORK, _desk(session, actor, action))
    because, incident, day = tidied(because), _incident_of(session, action), due_on or action.due_on
    status = incident.status if incident else None
    refuse_if(rules.problems_with_reopening(deed_of(action), because, day, status, clock.today()))
    action.state, action.because, action.due_on = ActionState.OPEN, because, day
    action.reopened += 1
    action.done_at, action.done_by_id, action.done_note = None, None, ""
    action.verified_at, action.verified_by_id, action.verified_note = None, None, ""
    _tell(session, action, rules.step_said("reopened", action.title, because), actor)
    record(session, actor, Event.CORRECTIVE_ACTION_REOPENED, action, system_id=_shown_at(session, action))
    return action


def drop(session: Session, actor: Actor, action: CorrectiveAction, because: str) -> CorrectiveAction:
    """Say that it need not be done, with the reason. Raises RuleBroken."""
    require(actor, Permission.INCIDENT_WORK, _desk(session, actor, action))
    because = tidied(because)
    refuse_if(rules.problems_with_dropping(deed_of(action), because))
    action.state, action.because = ActionState.DROPPED, because
    _tell(session, action, rules.step_said("dropped", action.title, because), actor)
    record(session, actor, Event.CORRECTIVE_ACTION_DROPPED, action, system_id=_shown_at(session, action))
    return action


def escalate(
    session: Session, actor: Actor, action: CorrectiveAction, told_id: int | None
) -> CorrectiveAction:
    """Keep that somebody above was told that it is overdue (None: there was nobody to tell); once for each due day.

    Raises RuleBroken for one that is not overdue, or of which somebody was told for this day already.
    """
    require(actor, Permission.INCIDENT_CHASE)
    if not rules.is_to_be_escalated(deed_of(action), 0, clock.today()):
        raise RuleBroken([Problem("", "Somebody has dealt with this action by now.")])
    action.escalated_for, action.escalated_to_id = action.due_on, told_id
    told = _name(session, told_id) if told_id is not None else None
    _tell(session, action, rules.overdue_said(action.title, action.due_on, told), actor)
    record(session, actor, Event.CORRECTIVE_ACTION_ESCALATED, action, system_id=_shown_at(session, action))
    return action


def _problems(
    session: Session,
    facts: ActionFacts,
    incident: Incident | None,
    action: CorrectiveAction | None = None,
    because: str = "",
) -> list[Problem]:
    touched = touched_by(session, incident.id or 0) if incident else []
    return rules.problems_with_action(
        facts,
        clock.today(),
        owner_is_able=_could_do(session, facts.owner_id, incident),
        touched={*touched, action.system_id} if action else touched,
        current=deed_of(action) if action else None,
        because=because,
    )


def _could_do(session: Session, owner_id: int | None, incident: Incident | None) -> bool:
    # Whoever is given something to do reads what it is about: of a restricted system that is nothing for everybody.
    if owner_id is None or incident is None:
        return is_active_person(session, owner_id, clock.today())
    return could_see(session, owner_id, incident)


def _incident_of(session: Session, action: CorrectiveAction) -> Incident | None:
    return session.get_one(Incident, action.incident_id) if action.incident_id else None


def _desk(session: Session, actor: Actor, action: CorrectiveAction) -> int:
    """The system on which the actor's seat is asked about: any its incident touches, else its own."""
    incident = _incident_of(session, action)
    return desk_of(session, actor, incident) if incident else action.system_id


def _shown_at(session: Session, action: CorrectiveAction) -> int:
    incident = _incident_of(session, action)
    return incident.system_id if incident else action.system_id


def _tell(session: Session, action: CorrectiveAction, said: str, actor: Actor) -> None:
    incident = _incident_of(session, action)
    if incident is not None:
        tell(session, incident, EntryKind.ACTION, said, actor.person_id)


def _name(session: Session, person_id: int) -> str:
    return session.get_one(Person, person_id).name

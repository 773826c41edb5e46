"""Ask that a control need not be met for a while; grant, refuse and revoke that."""

from datetime import date, datetime

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.reviews.models.words import Waiver
from registry.reviews.queries.rulebook import rule_on, waivable
from registry.reviews.queries.separating import involved_in_waiver
from registry.reviews.queries.words import asked_for, waivers_standing
from registry.reviews.rules.decisions import problems_with_retired
from registry.reviews.rules.kinds import WaiverState
from registry.reviews.rules.separation import require_no_token, require_separation
from registry.reviews.rules.waivers import WaiverFacts, problems_with_waiver, standing_of, until_problems
from registry.systems.models import System
from registry.systems.rules.record import TEXT_LIMIT, text_problems


def ask_waiver(session: Session, actor: Actor, system: System, facts: WaiverFacts) -> Waiver:
    """Ask that a control or a criterion of a gate need not be met until a day. The caller holds the system's row.

    One that holds may be asked for anew before it ends. Raises RuleBroken, also where it is asked for already.
    """
    require(actor, Permission.WAIVER_ASK, system.id)
    require_no_token(actor)
    refuse_if(problems_with_retired(system.stage))
    today, subject = clock.today(), clean(facts.subject)
    _, rule = rule_on(session, today)
    refuse_if(problems_with_waiver(facts, today, rule.waiver_most_days))
    said, pack = waivable(session, today).get(subject, ("", ""))
    asked = asked_for(session, system.id or 0, subject)
    if not said:
        raise RuleBroken(
            [Problem("subject", "Choose a control or a criterion of a gate that can be waived.")]
        )
    if asked is not None:
        raise RuleBroken([Problem("subject", f"{asked.key} asks for the same and is not decided yet.")])
    waiver = Waiver(
        system_id=system.id or 0,
        subject=subject,
        subject_said=said,
        pack=pack,
        because=clean(facts.because),
        until=facts.until or today,
        asked_at=clock.now(),
        asked_by_id=actor.person_id or 0,
    )
    session.add(waiver)
    record(session, actor, Event.WAIVER_ASKED, waiver, system_id=system.id)
    return waiver


def decide_waiver(
    session: Session,
    actor: Actor,
    waiver: Waiver,
    *,
    granted: bool | None,
    because: str,
    until: date | None,
    confirmed_at: datetime | None,
) -> Waiver:
    """Grant a waiver until a day no later than asked, or refuse it. For a reviewer who has no part in the system."""
    require(actor, Permission.WAIVER_DECIDE)
    require_separation(actor, involved_in_waiver(session, waiver))
    now = clock.now()
    refuse_if(
        [
            *_decision_problems(session, waiver, granted, because, until),
            *confirmation_problems(confirmed_at, now),
        ]
    )
    waiver.granted, waiver.decided_because = granted, clean(because)
    waiver.decided_at, waiver.decided_by_id = now, actor.person_id
    if granted and until is not None:
        waiver.until = until
    record(session, actor, Event.WAIVER_DECIDED, waiver, system_id=waiver.system_id)
    return waiver


def revoke_waiver(session: Session, actor: Actor, waiver: Waiver, because: str) -> Waiver:
    """End a waiver before its day, with the reason, and every other that waives the same; it has to be met again.

    For a reviewer who has no part in the system. Raises RuleBroken.
    """
    require(actor, Permission.WAIVER_DECIDE)
    require_separation(actor, involved_in_waiver(session, waiver))
    state = standing_of(waiver.granted, waiver.revoked_at, waiver.until, clock.today())
    problems = text_problems("because", because, TEXT_LIMIT)
    if state is not WaiverState.GRANTED:
        problems = [Problem("", f"Only a waiver that holds can be revoked; this one is {state.value}.")]
    elif not because.strip():
        problems = [Problem("because", "Say why it no longer holds.")]
    refuse_if(problems)
    for each in waivers_standing(session, waiver.system_id, waiver.subject, clock.today()):
        each.revoked_at, each.revoked_by_id = clock.now(), actor.person_id
        each.revoked_because = clean(because)
    record(session, actor, Event.WAIVER_REVOKED, waiver, system_id=waiver.system_id)
    return waiver


def _decision_problems(
    session: Session, waiver: Waiver, granted: bool | None, because: str, until: date | None
) -> list[Problem]:
    if waiver.granted is not None:
        return [Problem("", "This waiver is decided already.")]
    if granted is None:
        return [Problem("verdict", "Say whether you grant it.")]
    problems = text_problems("because", because, TEXT_LIMIT)
    if not because.strip():
        problems.append(Problem("because", "Say why."))
    if granted:
        today = clock.today()
        _, rule = rule_on(session, today)
        problems += until_problems(until, today, rule.waiver_most_days)
        if until is not None and until > waiver.until:
            problems.append(Problem("until", "Grant it for no longer than it was asked for."))
    return problems

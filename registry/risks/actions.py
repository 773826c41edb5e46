"""Add and edit risks; accept what is left of one; close one."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.packs.rules import PATTERNS
from registry.people.queries import is_active_person
from registry.risks import queries, rules
from registry.risks.models import Risk, RiskAcceptance
from registry.risks.rules import TEXTS, AcceptanceFacts, RiskFacts, Status


def add_risk(session: Session, actor: Actor, system_id: int, facts: RiskFacts) -> Risk:
    """Put a risk on a system's register. Raises RuleBroken."""
    require(actor, Permission.RISK_EDIT, system_id)
    facts = _tidy(facts)
    refuse_if(_problems(session, facts, None))
    risk = Risk(system_id=system_id, added_at=clock.now(), added_by_id=actor.person_id, **_stored(facts))
    session.add(risk)
    record(session, actor, Event.RISK_ADDED, risk, system_id=system_id)
    return risk


def edit_risk(session: Session, actor: Actor, risk: Risk, facts: RiskFacts, *, version: int) -> Risk:
    """Write what a risk now states. `version` is the revision the editor had before them.

    A risk that was accepted keeps its acceptance, which counts while the risk is what was accepted. Raises RuleBroken,
    or Conflict with both sides when the record has moved on since.
    """
    require(actor, Permission.RISK_EDIT, risk.system_id)
    facts = _tidy(facts)
    if version != risk.version:
        raise _conflict(risk, facts)
    refuse_if(_problems(session, facts, risk))
    # Whether the acceptance still counts is told by comparing, so that its reader learns what has changed since.
    if risk.status is Status.ACCEPTED and facts.status is Status.OPEN:
        facts = replace(facts, status=Status.ACCEPTED)
    for name, value in _stored(facts).items():
        # Only what differs, so that an unchanged record keeps its revision.
        if getattr(risk, name) != value:
            setattr(risk, name, value)
    record(session, actor, Event.RISK_EDITED, risk, system_id=risk.system_id)
    return risk


def accept_risk(
    session: Session,
    actor: Actor,
    risk: Risk,
    facts: AcceptanceFacts,
    *,
    version: int,
    confirmed_at: datetime | None,
) -> RiskAcceptance:
    """Bear what is left of a risk up to and with a day. `version` is the revision the person had read, `confirmed_at`
    when they last gave their password again.

    From a score of 15 on, before any control, it takes a reviewer or executive who had no hand in the risk and holds
    no seat on its system. Raises RuleBroken, or Conflict when the risk has changed since.
    """
    require(actor, Permission.RISK_ACCEPT, risk.system_id)
    stated = queries.facts_of(risk)
    involved = queries.involved_in(session, risk)
    facts = replace(facts, because=_cleaned(facts.because))
    refuse_if(
        [
            *rules.problems_with_acceptance(facts, stated, actor, involved=involved, today=clock.today()),
            *confirmation_problems(confirmed_at, clock.now()),
        ]
    )
    if version != risk.version:
        raise Conflict(
            "This risk was changed after you read it. Read it again before you accept it.", risk.version
        )
    likelihood, impact = rules.left(stated)
    accepted = RiskAcceptance(
        risk_id=risk.id or 0,
        stated=rules.borne_of(stated),
        likelihood=likelihood,
        impact=impact,
        owner_id=risk.owner_id,
        because=facts.because,
        until=facts.until or clock.today(),
        accepted_at=clock.now(),
        accepted_by_id=actor.person_id or 0,
    )
    session.add(accepted)
    risk.status = Status.ACCEPTED
    record(session, actor, Event.RISK_ACCEPTED, accepted, system_id=risk.system_id)
    return accepted


def close_risk(
    session: Session, actor: Actor, risk: Risk, because: str, *, version: int, confirmed_at: datetime | None
) -> Risk:
    """Say that a risk went away, and why. `version` and `confirmed_at` as for an acceptance, and so is who may.

    Raises RuleBroken, or Conflict when the risk has changed since.
    """
    require(actor, Permission.RISK_ACCEPT, risk.system_id)
    because, stated = _cleaned(because), queries.facts_of(risk)
    refuse_if(
        [
            *rules.problems_with_closing(because, stated, actor, involved=queries.involved_in(session, risk)),
            *confirmation_problems(confirmed_at, clock.now()),
        ]
    )
    if version != risk.version:
        says = "This risk was changed after you read it. Read it again before you close it."
        raise Conflict(says, risk.version)
    risk.status, risk.closed_because = Status.CLOSED, because
    record(session, actor, Event.RISK_CLOSED, risk, system_id=risk.system_id)
    return risk


def _problems(session: Session, facts: RiskFacts, risk: Risk | None) -> list[Problem]:
    # Somebody who has left stays named until another is; only a new choice must be here. A day of review that has
    # passed stands until it is changed, likewise.
    is_kept = risk is not None and facts.owner_id == risk.owner_id
    today = clock.today()
    same_day = risk is not None and facts.review_on == risk.review_on and facts.review_on is not None
    problems = rules.problems_with(
        facts,
        patterns=PATTERNS,
        owner_is_active=is_kept or is_active_person(session, facts.owner_id, today),
        today=min(today, facts.review_on) if same_day and facts.review_on else today,
    )
    if rules.closes_large(facts, queries.facts_of(risk) if risk else None):
        says = "So large a risk is closed by a reviewer or an executive who had no hand in it, on its page. Ask one of them."
        problems.append(Problem("status", says))
    return problems


def _tidy(facts: RiskFacts) -> RiskFacts:
    texts: dict[str, Any] = {name: _cleaned(getattr(facts, name)) for name in ("title", *TEXTS)}
    if facts.status is not Status.CLOSED:
        texts["closed_because"] = ""
    return replace(facts, **texts)


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text


def _stored(facts: RiskFacts) -> dict[str, Any]:
    return {each.name: getattr(facts, each.name) for each in fields(facts)}


def _conflict(risk: Risk, facts: RiskFacts) -> Conflict:
    """Both sides of an edit that came too late: what stands now beside what was about to be written."""
    differences = [
        Difference(name, getattr(risk, name), value)
        for name, value in _stored(facts).items()
        if getattr(risk, name) != value
    ]
    return Conflict("Somebody else changed this risk while you were editing.", risk.version, differences)

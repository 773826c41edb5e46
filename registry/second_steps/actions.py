"""Set up a second step, use it, reset somebody's, and say of which roles one is asked."""

from dataclasses import dataclass

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, require
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.people.models import Person
from registry.second_steps import queries, rules
from registry.second_steps.models import AskedRole, RecoveryCode, SecondFactor, SpentStep
from registry.store.sealing import Seal


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed as their second step, and the seal that their secret is kept under."""

    text: str
    seal: Seal


def enrol(session: Session, actor: Actor, person: Person, secret: str, typed: Typed) -> list[str]:
    """Set up one's second step, or another one, by a first code from it; returns the recovery codes, which are kept nowhere.

    Raises RuleBroken where the code is not one of the secret.
    """
    require(actor, Permission.OWN_ACCOUNT)
    if person.id != actor.person_id:
        raise Forbidden("Only whoever holds the device sets it up.")
    at = clock.now()
    step = rules.step_matching(secret, typed.text, at, None) if rules.is_secret(secret) else None
    if step is None:
        refuse_if(
            [Problem("code", "This is not the code that your application shows now. Wait for the next one.")]
        )
    _clear(session, person)
    codes = rules.new_recovery_codes()
    session.add(
        SecondFactor(person_id=person.id or 0, sealed_secret=typed.seal.sealed(secret, at), set_at=at)
    )
    session.add_all(
        [RecoveryCode(person_id=person.id or 0, code_sha256=rules.recovery_digest(code)) for code in codes]
    )
    session.add(SpentStep(person_id=person.id or 0, step=step or 0))
    record(session, actor, Event.SECOND_STEP_SET, person)
    return codes


def reset(session: Session, actor: Actor, person: Person) -> None:
    """Take somebody's second step away: their device is lost. Nobody takes their own: a desk left open could lose it."""
    require(actor, Permission.ACCOUNTS_MANAGE)
    if actor.person_id is not None and person.id == actor.person_id:
        raise RuleBroken([Problem("", "Ask another administrator to reset your second step.")])
    _clear(session, person)
    record(session, actor, Event.SECOND_STEP_RESET, person)


def _clear(session: Session, person: Person) -> None:
    number = person.id or 0
    kept = [queries.factor_of(session, number), queries.spent_of(session, number)]
    for each in [*kept, *queries.codes_of(session, number)]:
        if each is not None:
            session.delete(each)
    session.flush()


def ask_of(session: Session, actor: Actor, roles: frozenset[Role]) -> None:
    """Say of which roles a second step is asked, from the next sign-in of each holder on."""
    require(actor, Permission.ACCOUNTS_MANAGE)
    held = {row.role: row for row in queries.asked_rows(session)}
    for role in held.keys() - roles:
        session.delete(held[role])
    session.add_all([AskedRole(role=role, since=clock.now()) for role in sorted(roles - held.keys())])
    note = {"roles": ", ".join(sorted(role.value for role in roles)) or "none"}
    record(session, actor, Event.SECOND_STEP_ASKED, None, subject_kind="second_step_role", note=note)


def spend(session: Session, person_id: int, typed: Typed) -> bool:
    """Whether what was typed is a code of the person that has not been used; it is used from now on. Whoever calls records it."""
    factor = queries.factor_of(session, person_id)
    if factor is None:
        return False
    spent = queries.spent_of(session, person_id)
    # Nothing where the installation's secret was replaced since: then the recovery codes alone still open.
    secret = typed.seal.opened(factor.sealed_secret) or ""
    last = spent.step if spent else None
    step = rules.step_matching(secret, typed.text, clock.now(), last) if secret else None
    if step is None:
        return _spend_recovery(session, person_id, typed.text)
    if spent is None:
        session.add(SpentStep(person_id=person_id, step=step))
    else:
        spent.step = step
    return True


def _spend_recovery(session: Session, person_id: int, text: str) -> bool:
    code = queries.unused_code(session, person_id, rules.recovery_digest(text))
    if code is None:
        return False
    code.used_at = clock.now()
    return True

"""Who has a second step, which codes are left, and of whom one is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.kernel.actor import Role
from registry.second_steps import rules
from registry.second_steps.models import AskedRole, RecoveryCode, SecondFactor, SpentStep
from registry.store.sealing import Seal


@dataclass(frozen=True, slots=True)
class Due:
    """That somebody's second step is due; `enrols` where they have none yet and have to set one up first."""

    enrols: bool


def factor_of(session: Session, person_id: int) -> SecondFactor | None:
    """The person's second step, if they have one."""
    return session.exec(select(SecondFactor).where(SecondFactor.person_id == person_id)).one_or_none()


def due_of(session: Session, person_id: int, roles: frozenset[Role]) -> Due | None:
    """What is due beside the password of somebody with these roles; None where nothing is."""
    if factor_of(session, person_id) is not None:
        return Due(enrols=False)
    return Due(enrols=True) if roles & asked_roles(session) else None


def spent_of(session: Session, person_id: int) -> SpentStep | None:
    """The last half minute whose code the person used, locked against a second use at the same moment."""
    query = select(SpentStep).where(SpentStep.person_id == person_id).with_for_update()
    return session.exec(query).one_or_none()


def unused_code(session: Session, person_id: int, digest: str) -> RecoveryCode | None:
    """The person's recovery code with this digest that has not been used, locked."""
    query = select(RecoveryCode).where(
        RecoveryCode.person_id == person_id,
        RecoveryCode.code_sha256 == digest,
        col(RecoveryCode.used_at).is_(None),
    )
    return session.exec(query.with_for_update()).first()


def codes_of(session: Session, person_id: int) -> Sequence[RecoveryCode]:
    """The person's recovery codes, used ones included."""
    return session.exec(select(RecoveryCode).where(RecoveryCode.person_id == person_id)).all()


def codes_left(session: Session, person_id: int) -> int:
    """How many recovery codes the person has not used."""
    query = select(func.count(col(RecoveryCode.id))).where(
        RecoveryCode.person_id == person_id, col(RecoveryCode.used_at).is_(None)
    )
    return session.exec(query).one()


def asked_roles(session: Session) -> frozenset[Role]:
    """The roles whose holders need a second step."""
    return frozenset(Role(role) for role in session.exec(select(AskedRole.role)))


def asked_rows(session: Session) -> Sequence[AskedRole]:
    """The roles whose holders need a second step, as they are kept."""
    return session.exec(select(AskedRole).order_by(col(AskedRole.role))).all()


def offer(seal: Seal, person_id: int, at: datetime) -> str:
    """A secret for one person to take into their application, sealed: nothing is stored before a code of it was typed."""
    return seal.sealed(f"{person_id}:{rules.new_secret()}", at)


def offered(seal: Seal, person_id: int, sealed: str, at: datetime) -> str:
    """The secret this person was offered a while ago; "" for any other text."""
    opened = seal.opened(sealed, at=at, seconds=rules.ENROL_SECONDS) or ""
    number, _, secret = opened.partition(":")
    return secret if number == str(person_id) and rules.is_secret(secret) else ""

"""SecondFactor, RecoveryCode: what somebody proves themselves with beside a password. AskedRole: of whom it is asked."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from registry.kernel.actor import Role
from registry.store.columns import Row, by_value, instant, long_text, one_of


class SecondFactor(Row, table=True):
    """The secret somebody's authenticator application makes codes from, sealed. Setting and resetting it is recorded."""

    __tablename__ = "second_factor"
    __masked__: ClassVar[frozenset[str]] = frozenset({"sealed_secret"})

    person_id: int = Field(foreign_key="person.id", unique=True)
    sealed_secret: str = long_text()
    set_at: datetime = instant()


class SpentStep(Row, table=True):
    """The half minute of the last code somebody used: no code opens twice."""

    __tablename__ = "spent_step"
    __audited__: ClassVar[bool] = False

    person_id: int = Field(foreign_key="person.id", unique=True)
    step: int


class RecoveryCode(Row, table=True):
    """A code for when the device is lost, as a hash. It opens once."""

    __tablename__ = "recovery_code"
    __masked__: ClassVar[frozenset[str]] = frozenset({"code_sha256"})

    person_id: int = Field(foreign_key="person.id", index=True)
    code_sha256: str = Field(max_length=64)
    used_at: datetime | None = instant(default=None, nullable=True)


class AskedRole(Row, table=True):
    """A role whose holders need a second step to sign in with a password."""

    __tablename__ = "second_step_role"
    __table_args__ = (one_of("role", Role),)

    role: Role = Field(sa_type=by_value(Role), unique=True)
    since: datetime = instant()

"""Credential, FirstPassword, RoleGrant, UserSession, IdentityCheck, ApiToken. Secrets are kept only as hashes."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.actor import Role
from registry.store.columns import Revised, Row, by_value, instant, json_type, one_of


class Credential(Row, table=True):
    """A person's password, as an Argon2id hash. Changing it is recorded; the hash never leaves this table."""

    __tablename__ = "credential"
    __masked__: ClassVar[frozenset[str]] = frozenset({"password_hash"})

    person_id: int = Field(foreign_key="person.id", unique=True)
    password_hash: str = Field(max_length=255)
    set_at: datetime = instant()


class FirstPassword(Row, table=True):
    """That somebody's password was drawn for them: until then it opens the page where they choose their own, and nothing else."""

    __tablename__ = "first_password"

    person_id: int = Field(foreign_key="person.id", unique=True)
    opens_until: datetime = instant()


class SignInTries(Row, table=True):
    """Failed sign-ins in a row. Outside the ledger's row capture: each refusal is an entry of its own."""

    __tablename__ = "sign_in_tries"
    __audited__: ClassVar[bool] = False

    person_id: int = Field(foreign_key="person.id", unique=True)
    failed: int = Field(default=0)
    locked_until: datetime | None = instant(default=None, nullable=True)


class RoleGrant(Revised, table=True):
    """An organisation-wide role held by a person from one instant to another."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        sa.Index(
            "ix_role_grant_open",
            "person_id",
            "role",
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        ),
    )

    person_id: int = Field(foreign_key="person.id")
    role: Role = Field(sa_type=by_value(Role))
    from_at: datetime = instant()
    to_at: datetime | None = instant(default=None, nullable=True)


class UserSession(Row, table=True):
    """One signed-in browser. The cookie holds the secret, this row its SHA-256: a stolen table signs nobody in."""

    __tablename__ = "user_session"
    __audited__: ClassVar[bool] = False

    secret_sha256: str = Field(max_length=64, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    created_at: datetime = instant()
    seen_at: datetime = instant(index=True)
    authenticated_at: datetime = instant()
    device: str = Field(default="", max_length=200)


class IdentityCheck(Row, table=True):
    """When somebody last gave their password again in a signed-in browser. It goes with that browser's session."""

    __tablename__ = "identity_check"
    __audited__: ClassVar[bool] = False

    # Row numbers of sessions may be given again: without the cascade a new session could find the word of an old one.
    session_id: int = Field(foreign_key="user_session.id", ondelete="CASCADE", unique=True)
    confirmed_at: datetime = instant()


class ApiToken(Revised, table=True):
    """A secret for a program that acts for a person, within scopes, perhaps on one system only."""

    __tablename__ = "api_token"
    __masked__: ClassVar[frozenset[str]] = frozenset({"secret_sha256"})

    person_id: int = Field(foreign_key="person.id", index=True)
    label: str = Field(max_length=100)
    prefix: str = Field(max_length=12, unique=True)
    secret_sha256: str = Field(max_length=64)
    scopes: list[str] = Field(sa_type=json_type())
    system_id: int | None = Field(default=None, foreign_key="system.id")
    issued_at: datetime = instant()
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None, nullable=True)

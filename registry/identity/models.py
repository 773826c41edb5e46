"""ProviderIdentity: as whom a provider knows a person. ProviderSession: how they got in by it. ProvisionedPerson: by programme."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.identity.rules.terms import LONGEST_ISSUER, LONGEST_SUBJECT
from registry.store.columns import Row, instant, long_text


class ProviderIdentity(Row, table=True):
    """One account at one provider and the person it is. By issuer and subject: an e-mail address may pass to somebody else."""

    __tablename__ = "provider_identity"
    __table_args__ = (
        sa.UniqueConstraint("issuer", "subject"),
        # Somebody has one account at a provider: a second would be somebody else.
        sa.UniqueConstraint("person_id", "issuer"),
    )

    issuer: str = Field(max_length=LONGEST_ISSUER)
    subject: str = Field(max_length=LONGEST_SUBJECT)
    person_id: int = Field(foreign_key="person.id")
    linked_at: datetime = instant()


class ProviderSession(Row, table=True):
    """A browser that was signed in by the provider: its session there, and the sealed token it is ended with."""

    __tablename__ = "provider_session"
    __audited__: ClassVar[bool] = False

    session_id: int = Field(foreign_key="user_session.id", ondelete="CASCADE", unique=True)
    identity_id: int = Field(foreign_key="provider_identity.id", ondelete="CASCADE", index=True)
    sid: str = Field(default="", max_length=LONGEST_SUBJECT, index=True)
    sealed_token: str = long_text(default="")


class ProvisionedPerson(Row, table=True):
    """What a directory service calls a person, and whether it has taken them away (RFC 7643, section 3.1)."""

    __tablename__ = "provisioned_person"

    person_id: int = Field(foreign_key="person.id", unique=True)
    external_id: str = Field(default="", max_length=LONGEST_SUBJECT, index=True)
    removed_at: datetime | None = instant(default=None, nullable=True)

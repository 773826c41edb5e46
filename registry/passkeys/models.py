"""Passkey: the public half of a key pair of somebody's. PasskeyUse: how it was last used. PasskeyChallenge: what was asked of one."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.passkeys.rules import NAME_LIMIT, Purpose
from registry.passkeys.rules.ceremonies import LONGEST_ID
from registry.store.columns import Row, by_value, instant, long_text, one_of


class Passkey(Row, table=True):
    """One passkey. Whoever reads this table opens nothing with it; adding, renaming and removing one is recorded."""

    __tablename__ = "passkey"
    # The ledger tells that there was one, of whom and called what; by what it is known to the authenticator concerns nobody.
    __masked__: ClassVar[frozenset[str]] = frozenset({"credential_id", "user_handle", "public_key"})

    person_id: int = Field(foreign_key="person.id", index=True)
    name: str = Field(max_length=NAME_LIMIT)
    credential_id: str = Field(max_length=LONGEST_ID, unique=True)
    # By it an authenticator knows whose a passkey is, and says so where nobody was named.
    user_handle: str = Field(max_length=64)
    public_key: str = long_text()
    may_sync: bool
    added_at: datetime = instant()


class PasskeyUse(Row, table=True):
    """How often a passkey says it has signed, and when it last did here. Each sign-in is an entry of its own."""

    __tablename__ = "passkey_use"
    __audited__: ClassVar[bool] = False

    passkey_id: int = Field(foreign_key="passkey.id", ondelete="CASCADE", unique=True)
    # 32 bits without a sign.
    sign_count: int = Field(sa_type=sa.BigInteger)
    is_synced: bool
    used_at: datetime | None = instant(default=None, nullable=True)


class PasskeyChallenge(Row, table=True):
    """A question that was put to a browser, as a hash: one answer is taken, within minutes, from the browser that was asked."""

    __tablename__ = "passkey_challenge"
    __audited__: ClassVar[bool] = False
    __table_args__ = (one_of("purpose", Purpose),)

    challenge_sha256: str = Field(max_length=64, unique=True)
    purpose: Purpose = Field(sa_type=by_value(Purpose))
    browser_sha256: str = Field(max_length=64)
    # Who was asked, where they were signed in; and what a passkey made in answer calls them.
    person_id: int | None = Field(default=None, foreign_key="person.id")
    user_handle: str = Field(default="", max_length=64)
    asked_at: datetime = instant(index=True)

"""Webhook: an address events are sent to. HookHealth: whether it answers. Delivery: one event on its way there. DeliveryAttempt: a try."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.notices.rules.hooks import LABEL_LIMIT, URL_LIMIT, HookState
from registry.notices.rules.sending import Sent
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of

_ON_ITS_WAY = "state IN ('waiting', 'leased')"


class Webhook(Revised, table=True):
    """An address that signed events are sent to. Its secret is kept encrypted, for it has to sign; never shown again.

    Of its address, which may hold a secret of the receiver's, the ledger is told the host alone, in the note of an entry.
    """

    __tablename__ = "webhook"
    __masked__: ClassVar[frozenset[str]] = frozenset({"url", "secret", "secret_before"})
    __table_args__ = (one_of("state", HookState),)

    label: str = Field(max_length=LABEL_LIMIT)
    url: str = Field(max_length=URL_LIMIT)
    # What it hears of, as the rules name it (rules.hooks.TOPICS).
    topics: list[str] = Field(sa_type=json_type())
    system_id: int | None = Field(default=None, foreign_key="system.id", index=True)
    restricted: bool = Field(default=False)
    state: HookState = Field(default=HookState.ON, sa_type=by_value(HookState))
    secret: str = long_text()
    # The one before, with which everything is signed as well until receivers have had time to learn the new one.
    secret_before: str = long_text(default="")
    before_until: datetime | None = instant(default=None, nullable=True)
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")


class HookHealth(Row, table=True):
    """Whether a hook answers: since when it does not, how often in a row, and until when it is left alone."""

    __tablename__ = "webhook_health"
    __audited__: ClassVar[bool] = False

    hook_id: int = Field(foreign_key="webhook.id", unique=True)
    failures: int = Field(default=0)
    failing_since: datetime | None = instant(default=None, nullable=True)
    rests_until: datetime | None = instant(default=None, nullable=True)
    arrived_at: datetime | None = instant(default=None, nullable=True)


class Delivery(Row, table=True):
    """One event for one hook: its id and its bytes are the same on each try."""

    __tablename__ = "webhook_delivery"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("state", Sent),
        # However often an entry is followed: it is sent under one id.
        sa.UniqueConstraint("hook_id", "seq"),
        sa.Index(
            "ix_webhook_delivery_due",
            "due_at",
            sqlite_where=sa.text(_ON_ITS_WAY),
            postgresql_where=sa.text(_ON_ITS_WAY),
        ),
        sa.Index("ix_webhook_delivery_hook", "hook_id", "state", "id"),
    )

    uid: str = Field(max_length=36, unique=True)
    hook_id: int = Field(foreign_key="webhook.id")
    # None: a test.
    seq: int | None = Field(default=None, sa_type=sa.BigInteger)
    event: str = Field(max_length=63)
    system_id: int | None = None
    body: str = long_text()
    state: Sent = Field(default=Sent.WAITING, sa_type=by_value(Sent))
    made_at: datetime = instant(index=True)
    due_at: datetime = instant()
    leased_until: datetime | None = instant(default=None, nullable=True)
    attempts: int = Field(default=0)
    finished_at: datetime | None = instant(default=None, nullable=True)


class DeliveryAttempt(Row, table=True):
    """One try: the status that was answered, or why there was none. Nothing of an answer's text is kept."""

    __tablename__ = "webhook_attempt"
    __audited__: ClassVar[bool] = False

    delivery_id: int = Field(foreign_key="webhook_delivery.id", index=True)
    number: int
    at: datetime = instant()
    status: int | None = None
    trouble: str = long_text(default="")
    milliseconds: int

"""Ask for a passkey, and take one answer to each question: from the browser that was asked, for what it was asked, within minutes."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, delete

from registry.accounts.queries import digest_of
from registry.kernel import clock
from registry.passkeys.models import PasskeyChallenge
from registry.passkeys.rules import ASKED_SECONDS, Purpose
from registry.passkeys.rules.ceremonies import Answer, Unproven, to_text

_CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom a question was asked: a browser by what its cookie holds, and who was signed in with it, if anybody was."""

    browser: str
    person_id: int | None = None


def ask(session: Session, purpose: Purpose, asked: Asked, user_handle: str = "") -> bytes:
    """Draw a question and remember it as a hash; returns it."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    session.add(
        PasskeyChallenge(
            challenge_sha256=digest_of(to_text(challenge)),
            purpose=purpose,
            browser_sha256=digest_of(asked.browser),
            person_id=asked.person_id,
            user_handle=user_handle,
            asked_at=clock.now(),
        )
    )
    return challenge


def take(session: Session, answer: Answer, purpose: Purpose, asked: Asked) -> str:
    """Use up the question an answer is to; returns the handle that was offered with it. Raises Unproven where it was not asked.

    Whatever comes of it, no other answer is taken: of two at one moment the database lets one delete the row. The caller
    commits also when this refuses.
    """
    table = PasskeyChallenge
    told = delete(table).where(col(table.challenge_sha256) == digest_of(to_text(answer.challenge)))
    columns = (col(table.purpose), col(table.browser_sha256), col(table.person_id))
    row = session.exec(told.returning(*columns, col(table.user_handle), col(table.asked_at))).one_or_none()
    if row is None:
        raise Unproven("this question was not asked, or was answered")
    was_for, browser, person_id, handle, at = row
    if (was_for, browser, person_id) != (purpose, digest_of(asked.browser), asked.person_id):
        raise Unproven("this question was asked of another browser, or for something else")
    if not timedelta() <= clock.now() - at < timedelta(seconds=ASKED_SECONDS):
        raise Unproven("the answer comes too late")
    return str(handle)


def sweep(session: Session) -> None:
    """Forget the questions that nobody can answer any more."""
    # A statement, not objects: strangers may have asked for many.
    over = clock.now() - timedelta(seconds=ASKED_SECONDS)
    session.exec(delete(PasskeyChallenge).where(col(PasskeyChallenge.asked_at) < over))

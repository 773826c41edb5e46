"""Issue and revoke tokens for programs."""

import secrets
from datetime import timedelta

from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.models import ApiToken
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import refuse_if
from registry.kernel.events import Event
from registry.people.models import Person


def issue_token(
    session: Session,
    actor: Actor,
    person: Person,
    label: str,
    scopes: frozenset[str],
    *,
    system_id: int | None = None,
) -> tuple[str, ApiToken]:
    """Make a token that acts for the person within the scopes; its text is returned once and kept nowhere."""
    require(actor, Permission.OWN_ACCOUNT if person.id == actor.person_id else Permission.ACCOUNTS_MANAGE)
    refuse_if(rules.problems_with_token(label.strip(), scopes))
    prefix, secret, at = secrets.token_hex(6), secrets.token_urlsafe(32), clock.now()
    token = ApiToken(
        person_id=person.id or 0,
        label=label.strip(),
        prefix=prefix,
        secret_sha256=queries.digest_of(secret),
        scopes=sorted(scopes),
        system_id=system_id,
        issued_at=at,
        expires_at=at + timedelta(days=rules.TOKEN_DAYS),
    )
    session.add(token)
    record(session, actor, Event.TOKEN_ISSUED, token, system_id=system_id)
    return f"{rules.TOKEN_PREFIX}{prefix}_{secret}", token


def revoke_token(session: Session, actor: Actor, token: ApiToken) -> None:
    """End a token, from the next request on."""
    require(
        actor, Permission.OWN_ACCOUNT if token.person_id == actor.person_id else Permission.ACCOUNTS_MANAGE
    )
    if token.revoked_at is None:
        token.revoked_at = clock.now()
    record(session, actor, Event.TOKEN_REVOKED, token)

"""What several tests of ownership do: offer, look who owns a system, hold the clock."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.ownership import actions, queries
from registry.ownership.models import Handover

DOOR = the_registry("command")
# Later than any day on which the standing cast can have been registered.
START = datetime(2090, 3, 3, 12, tzinfo=UTC)


def later(days=0, **more):
    return clock.frozen(START + timedelta(days=days, **more))


def offered(session, cast, to="mia", by="ada", reason="Moves team"):
    return actions.offer_handover(session, cast.actor(session, by), cast.triage.id, cast.number(to), reason)


def owner_of(session, system):
    return queries.open_owner(session, system.id).person_id


def events(session, system):
    query = sa.select(LedgerEntry.event).where(LedgerEntry.system_id == system.id)
    return list(session.scalars(query.order_by(LedgerEntry.seq)))


def said(refusal):
    return [problem.field for problem in refusal.value.problems]


def made(app, cast, system, to, by="ada"):
    with app.database.transaction() as session:
        actor = cast.actor(session, by) if by else DOOR
        return actions.offer_handover(session, actor, system.id, cast.number(to), "Moves <team>").id


def owner_in(app, system):
    with app.database.transaction(read_only=True) as session:
        return queries.open_owner(session, system.id).person_id


def state_in(app, number):
    with app.database.transaction(read_only=True) as session:
        return session.get(Handover, number).state

"""Somebody approves while somebody else edits: nothing is approved that was not read."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
import sqlalchemy as sa

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.errors import Conflict
from registry.objectives import actions as objectives
from registry.objectives.queries import objective_of
from registry.objectives.rules.objective import ObjectiveFacts
from registry.reviews.actions.deciding import decide
from registry.reviews.models.reviews import ReviewDecision
from registry.reviews.queries import reviews as queries
from registry.reviews.queries.content import content_of
from registry.reviews.rules.decisions import DecisionFacts
from registry.reviews.rules.kinds import Decision, Kind
from registry.systems.queries import by_key
from tests.reviews.doing import answered, edited, ready, submitted

RUNS = (
    pytest.param(10, id="ten"),
    pytest.param(200, id="two hundred", marks=[pytest.mark.long, pytest.mark.slow]),
)


@pytest.mark.parametrize("runs", RUNS)
def test_nothing_is_approved_that_was_not_read_however_an_edit_falls(database, cast, runs, record_property):
    with database.transaction() as session:
        ready(session, cast)
    # Both endings happen, once for either kind of edit: those races are let begin one after the other.
    endings = [_race(database, cast, run, first=run // 2) for run in range(4)]
    assert endings == [True, True, False, False]
    endings += [_race(database, cast, run) for run in range(4, runs)]
    record_property("races", len(endings))
    record_property("approved", sum(endings))


def _race(database, cast, run, first=None):
    """One approval and one edit at the same moment, or the one after the other (`first`: 0 the approval, 1 the edit); then
    what stands must have been read, and read before the edit. Whether it was approved.
    """
    with database.transaction() as session:
        if not queries.undecided_of(session, cast.triage.id, Kind.INITIAL):
            ready(session, cast)
        [review] = queries.undecided_of(session, cast.triage.id, Kind.INITIAL)
        system = by_key(session, cast.actor(session, "ada"), cast.triage.key, lock=True)
        submitted(session, cast, system=system)
        answered(session, cast, review)
        read, number = content_of(session, system).sha256, review.id
    with database.transaction(read_only=True) as session:
        begun = session.scalar(sa.select(sa.func.max(LedgerEntry.seq)))
    gate, over = Barrier(2, timeout=20), Event()

    def begin(place):
        gate.wait()
        if first is not None and first != place:
            assert over.wait(20)

    def approve():
        begin(0)
        with database.transaction() as session:
            rita = cast.actor(session, "rita")
            review, system = queries.by_number(session, rita, number, lock=True)
            facts = DecisionFacts(Decision.APPROVE, "", read)
            try:
                decide(session, rita, review, system, facts, confirmed_at=clock.now())
            except Conflict:
                return False
            return True

    def edit():
        begin(1)
        with database.transaction() as session:
            ada = cast.actor(session, "ada")
            system = by_key(session, ada, cast.triage.key, lock=True)
            if run % 2:
                edited(session, cast, system=system, intended_use=f"Sorting, {run}.")
                return
            stated = objective_of(session, system.id, lock=True)
            facts = ObjectiveFacts(stop_condition=f"Below {run}.")
            objectives.set_objective(session, ada, system.id, facts, version=stated.version if stated else 0)

    with ThreadPoolExecutor(2) as pool:
        approving, editing = pool.submit(approve), pool.submit(edit)
        if first is not None:
            (editing if first else approving).add_done_callback(lambda _: over.set())
        approved = approving.result()
        editing.result()
    with database.transaction(read_only=True) as session:
        query = sa.select(LedgerEntry.event).where(LedgerEntry.seq > begun).order_by(LedgerEntry.seq)
        told = list(session.scalars(query))
        changed = "system.edited" if run % 2 else "objective.set"
        assert told == (["review.decided", changed] if approved else [changed])
        if approved:
            newest = sa.select(ReviewDecision).order_by(ReviewDecision.id.desc()).limit(1)
            assert session.scalars(newest).one().content_sha256 == read
    return approved

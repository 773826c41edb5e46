"""What a history tells of evidence to whoever may not read it: nothing, in no column of no table that evidence has."""

from dataclasses import replace
from datetime import UTC, datetime

import registry.tables
from registry.audit.queries import Change, HistoryItem, ObjectChange
from registry.evidence import models
from registry.evidence.queries.ledger import KINDS, told_to
from registry.kernel.actor import Actor, Role, Seat
from registry.store.columns import Row

OUTSIDER = Actor(1, "Otto", frozenset({Role.MEMBER}))
SECRET = tuple(
    ObjectChange(kind, 1, 1, "added", (Change("anything", None, "SECRET"),)) for kind in sorted(KINDS)
)
RUN = ObjectChange("dossier_run", 1, None, "added", (Change("outcome", None, "passed"),))
ENTRY = HistoryItem(
    1, datetime(2026, 11, 2, tzinfo=UTC), "evidence.added", "Ben", 2, None, "session", "", "evidence", 1, 9, {}, SECRET
)  # fmt: skip


def test_only_who_may_read_evidence_reads_of_it_and_the_rest_of_an_entry_stays():
    run = replace(ENTRY, subject_kind="dossier_run", objects=(*SECRET, RUN))
    assert told_to(OUTSIDER, [ENTRY, run]) == [replace(run, objects=(RUN,))]
    for reader in (
        replace(OUTSIDER, seats={9: frozenset({Seat.DEPUTY})}),
        replace(OUTSIDER, roles=frozenset({Role.AUDITOR})),
    ):
        assert told_to(reader, [ENTRY, run]) == [ENTRY, run]
    assert told_to(replace(OUTSIDER, seats={8: frozenset({Seat.OWNER})}), [ENTRY]) == []


def test_every_table_of_evidence_is_left_out():
    assert registry.tables
    own = {each.__tablename__ for each in Row.__subclasses__() if each.__module__ == models.__name__}
    assert own <= KINDS

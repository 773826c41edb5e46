"""A worker whose jobs can be counted: each delivery of readings leaves one row of the table `effect`, and takes a while.

    python -m benchmarks.counting

Started by benchmarks.cluster. It looks whether the row is there, works, and then writes it, as a job must that may be run
again; two workers at one job at the same time would leave two rows.
"""

import sys
import time
from typing import Any

import sqlalchemy as sa

import registry.wiring
from registry.cli import main
from registry.kernel.events import Event
from registry.store.session import Database

SECONDS = 0.3

_THERE = sa.text("SELECT count(*) FROM effect WHERE seq = :seq")
_LEFT = sa.text("INSERT INTO effect (seq) VALUES (:seq)")


def leave_one_row(database: Database, payload: dict[str, Any]) -> None:
    """Leave the row of this ledger entry, if none has."""
    with database.transaction() as session:
        if session.connection().execute(_THERE, {"seq": payload["seq"]}).scalar():
            return
        time.sleep(SECONDS)
        session.connection().execute(_LEFT, {"seq": payload["seq"]})


if __name__ == "__main__":
    leave_one_row.__module__ = "benchmarks.counting"
    more = {Event.SNAPSHOTS_RECORDED: (leave_one_row,)}
    registry.wiring.FOLLOW_UPS = {**registry.wiring.FOLLOW_UPS, **more}
    main(["worker", *sys.argv[1:]])

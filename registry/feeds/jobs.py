"""End the addresses of people who are not here any more."""

from typing import Any

from registry.feeds.actions import end_address
from registry.feeds.queries import left_open
from registry.kernel.actor import the_registry
from registry.store.session import Database


def end_of_leavers(database: Database, _payload: dict[str, Any]) -> None:
    """Withdraw every address whose person is not here, as their tokens are revoked."""
    with database.transaction() as session:
        for address in left_open(session):
            end_address(session, the_registry("worker"), address)

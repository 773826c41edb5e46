"""Issue editions once they are approved."""

from typing import Any

from registry.cards.actions.issuing import issue
from registry.cards.queries.editions import not_issued
from registry.cards.render.press import own_key, press_of
from registry.kernel.actor import the_registry
from registry.settings import Settings
from registry.store.session import Database


def on_card_approved(database: Database, payload: dict[str, Any]) -> None:  # noqa: ARG001 - all that wait are issued
    """Make the document of every approved edition that has none."""
    issue_waiting(database, Settings.from_environment())


def issue_waiting(database: Database, settings: Settings) -> None:
    """The same with these settings. Raises what issue() raises: the worker tries again."""
    with database.transaction(read_only=True) as session:
        waiting = not_issued(session)
    own = own_key(settings.card_key_file, settings.card_key_password_file, settings.timestamp_url)
    press = press_of(settings.signing_key, settings.ledger_origin, settings.base_url, own)
    for number in waiting:
        issue(database, the_registry("worker"), number, press)

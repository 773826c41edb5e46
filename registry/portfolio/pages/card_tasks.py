"""The lines of the desk about cards: editions that wait for a reviewer's decision."""

from flask import url_for

from registry.cards.models import CardEdition
from registry.cards.queries.editions import to_decide
from registry.kernel.actor import Actor, Role
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.web.flask_app import session


def of_cards(who: Actor) -> list[Task]:
    """For reviewers: each edition they may decide on, the longest waiting first."""
    if Role.REVIEWER not in who.roles:
        return []
    return [_decide(*each) for each in to_decide(session(), who)]


def _decide(edition: CardEdition, system: System) -> Task:
    return Task(
        Urgency.ANSWER,
        f"Decide on the card of {system.name}",
        f"Edition {edition.number}, put forward by {edition.put_forward_name}.",
        None,
        url_for("cards.edition", key=system.key, number=edition.number),
        "Read and decide",
    )

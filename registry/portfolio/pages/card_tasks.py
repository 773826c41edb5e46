"""The lines of the desk about cards: editions that wait for a reviewer's decision, and those that came back to their owner."""

from flask import url_for

from registry.cards.models import CardEdition
from registry.cards.queries.editions import returned_to, to_decide
from registry.kernel.actor import Actor, Permission, Role, may
from registry.kernel.text import shortened
from registry.portfolio.rules import Task, Urgency
from registry.systems.models import System
from registry.web.flask_app import session

_REASON_SHOWN = 200


def of_cards(who: Actor) -> list[Task]:
    """Each edition a reviewer may decide on, the longest waiting first; each that came back to whoever put it forward."""
    waiting = to_decide(session(), who) if Role.REVIEWER in who.roles else []
    returned = returned_to(session(), who) if who.seats else []
    return [
        *(_decide(*each) for each in waiting),
        *(_put_right(*each) for each in returned if may(who, Permission.CARD_PUT_FORWARD, each[1].id)),
    ]


def _decide(edition: CardEdition, system: System) -> Task:
    return Task(
        Urgency.ANSWER,
        f"Decide on the card of {system.name}",
        f"Edition {edition.number}, put forward by {edition.put_forward_name}.",
        None,
        url_for("cards.edition", key=system.key, number=edition.number),
        "Read and decide",
        edition.put_forward_at,
        "cards to decide on",
    )


def _put_right(edition: CardEdition, system: System) -> Task:
    return Task(
        Urgency.RETURNED,
        f"Put the card of {system.name} forward again",
        f"Edition {edition.number} was returned by {edition.printed_name}: {shortened(edition.reason, _REASON_SHOWN)}",
        None,
        url_for("cards.edition", key=system.key, number=edition.number),
        "Read the reason",
        edition.decided_at,
        "cards that came back",
    )

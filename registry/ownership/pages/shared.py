"""The blueprint of ownership, and what several of its pages share."""

from collections.abc import Collection

from flask import Blueprint

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, may
from registry.ownership import rules
from registry.ownership.models import Handover
from registry.people import queries as people
from registry.web.flask_app import session
from registry.web.formkit import Form

pages = Blueprint("ownership", __name__)

_OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def names_of(offers: list[Handover], besides: Collection[int] = ()) -> dict[int | None, str]:
    """The names of everybody these offers speak of, and of some more."""
    parties = set(besides) | {
        number for offer in offers for number in (offer.from_id, offer.to_id, offer.offered_by_id) if number
    }
    return {number: person.name for number, person in people.people_by_id(session(), parties).items()}


def with_people(form: Form, name: str) -> Form:
    """Offer everybody who is here in the field of that name, those who leave marked with their last day."""
    form[name].offer(people.people_to_choose(session(), clock.today()))
    return form


def may_read(reader: Actor, offer: Handover, *, sees_system: bool) -> bool:
    here = reader.person_id
    could_offer = may(reader, Permission.HANDOVER_OFFER, offer.system_id)
    return rules.may_read_offer(
        is_recipient=here is not None and here == offer.to_id,
        is_party=could_offer or (here is not None and here in {offer.from_id, offer.offered_by_id}),
        oversees=bool(reader.roles & _OVERSEERS),
        sees_system=sees_system,
    )


def may_take_back(actor: Actor, offer: Handover) -> bool:
    """Whether the actor is shown how to withdraw an offer. Whoever is asked is not: they answer it, with a reason."""
    return offer.to_id != actor.person_id and may(actor, Permission.HANDOVER_OFFER, offer.system_id)

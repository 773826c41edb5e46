"""The rest of a ledger that has been lived in: people sign in and out, and take the register away as a file."""

import random
from datetime import timedelta

from registry.demo.actions.generating.house import House
from registry.demo.actions.generating.telling import Chronicle
from registry.demo.rules.wanted import Wanted
from registry.kernel.events import Event

_HAPPENS = {
    Event.SIGN_IN_SUCCEEDED: 50,
    Event.SIGNED_OUT: 30,
    Event.SIGN_IN_REFUSED: 8,
    Event.IDENTITY_CONFIRMED: 7,
    Event.REGISTER_EXPORTED: 5,
}


def come_and_go(house: House, chronicle: Chronicle, entries: int, wanted: Wanted) -> None:
    """So many entries that change no record; more of them by those who come first, and more of late."""
    draw = random.Random(f"crowd {wanted.seed}")  # noqa: S311 - variety, not secrecy
    span = house.now - house.began
    events = draw.choices([*_HAPPENS], [*_HAPPENS.values()], k=max(0, entries))
    for event in events:
        at = house.began + span * draw.random() ** 0.8
        who = house.somebody(draw, at.date())
        about = ("register", None) if event is Event.REGISTER_EXPORTED else ("person", who.number)
        chronicle.note(min(at, house.now - timedelta(minutes=1)), who.actor, event, about)

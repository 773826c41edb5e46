"""A door to Triage and a stranger who stands before it."""

import re
from datetime import timedelta

import pytest

from registry.feedback import actions
from registry.feedback.rules.doors import DoorFacts
from registry.kernel import clock


@pytest.fixture
def opened(app, cast):
    """The address of Sentinel's door: of the system that most people may not even know of."""
    with app.database.transaction() as session:
        facts = DoorFacts("Your claim with us", "Tell us what went wrong.\nWe answer within a week.")
        door = actions.set_door(session, cast.actor(session, "ada"), cast.sentinel.id, facts, version=0)
        return f"/feedback/{door.public_code}"


class Stranger:
    """A browser of somebody without an account, who takes the time people take."""

    def __init__(self, app):
        self.client = app.test_client()

    def get(self, address):
        return self.client.get(address)

    def send(self, address, *, after=60, **typed):
        """Open the form, and some seconds later send it back with this typed into it."""
        page = self.get(address).text
        form = dict(re.findall(r'name="(csrf_token|started)"[^>]*value="([^"]*)"', page))
        with clock.frozen(clock.now() + timedelta(seconds=after)):
            return self.client.post(address, data=form | typed)


@pytest.fixture
def stranger(app):
    return Stranger(app)

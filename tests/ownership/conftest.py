"""A system's ownership page, and an open offer."""

import pytest

from tests.ownership.doing import made


@pytest.fixture
def tab(cast):
    return f"/systems/{cast.triage.key}/ownership"


@pytest.fixture
def offer(cast, app):
    """Triage offered to Mia by Ada."""
    return made(app, cast, cast.triage, "mia")

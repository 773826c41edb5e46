"""The whole application over a register with something of everything in it."""

import pytest

from tests.web.everything import Everything, furnished


@pytest.fixture
def everything(app, cast, client_of) -> Everything:
    return furnished(app, cast, client_of)

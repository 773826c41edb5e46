"""An installation that offers passkeys, at https://ai.example.org, and devices that hold some."""

import pytest

pytest.importorskip("webauthn", reason="py_webauthn, of the extra passkeys, is not installed")

from registry.passkeys.rules import Site, Terms
from tests.passkeys.authenticator import Authenticator

SITE = Site("ai.example.org", "https://ai.example.org", "Halden Mutual")


@pytest.fixture
def terms():
    return Terms(SITE)


@pytest.fixture
def device():
    return Authenticator(SITE.origin, SITE.domain)
